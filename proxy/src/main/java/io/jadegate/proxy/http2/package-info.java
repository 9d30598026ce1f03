/// HTTP/2 on the wire (RFC 9113): frames, header blocks, flow control, connections with clients.
///
/// Frames are read and header fields compressed by Netty; streams, windows and limits are ours.
/// Must not know exchanges, routes or pools.
@NullMarked
package io.jadegate.proxy.http2;

import org.jspecify.annotations.NullMarked;
