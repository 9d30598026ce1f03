/// Sets of IP networks, compiled for lookup.
///
/// Shared by routes, filters and listeners. Must not know requests, names or where an address came
/// from.
@NullMarked
package io.jadegate.api.net;

import org.jspecify.annotations.NullMarked;
