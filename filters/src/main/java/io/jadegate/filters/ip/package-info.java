/// The filter `ip-filter`: who may come in, by address.
///
/// Must not know how the client's address was found.
@NullMarked
package io.jadegate.filters.ip;

import org.jspecify.annotations.NullMarked;
