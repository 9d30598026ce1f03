/// The HTTP/1.x codec (RFC 9112): heads, body framing, and the two kinds of connection that speak
/// it.
///
/// Must not know routes, exchanges or upstreams: it turns octets into streams and back.
@NullMarked
package io.jadegate.proxy.http1;

import org.jspecify.annotations.NullMarked;
