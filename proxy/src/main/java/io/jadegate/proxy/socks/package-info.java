/// SOCKS5 (RFC 1928, RFC 1929) with clients of a forward proxy.
///
/// Must not know of HTTP. Where clients may go, and the way there, is for `forward`.
@NullMarked
package io.jadegate.proxy.socks;

import org.jspecify.annotations.NullMarked;
