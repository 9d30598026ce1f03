/// The filter behind a route's `cors` key: which web pages of other origins may call (Fetch
/// Standard, CORS protocol).
///
/// Must not know what else a route does.
@NullMarked
package io.jadegate.filters.cors;

import org.jspecify.annotations.NullMarked;
