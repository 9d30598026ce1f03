/// Sets of IP networks, compiled for lookup, and which networks are special.
///
/// Shared by routes, filters and listeners. Must not know requests, names or where an address came
/// from.
@NullMarked
package io.jadegate.api.net;

import org.jspecify.annotations.NullMarked;
