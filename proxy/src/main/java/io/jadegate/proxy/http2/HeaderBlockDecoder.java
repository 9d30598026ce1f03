package io.jadegate.proxy.http2;

import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Headers;

/// Netty's HPACK decoder with our own place for what it decodes. How much that may be is judged
/// there, field by field; Netty only bounds what is compressed.
final class HeaderBlockDecoder extends DefaultHttp2HeadersDecoder {
    private static final long UNBOUNDED = 0xffffffffL;

    private final HeaderBlock block;

    /// @param block where each header block goes
    HeaderBlockDecoder(HeaderBlock block) {
        super(/* validateHeaders= */ false, UNBOUNDED);
        this.block = block;
    }

    @Override
    protected Http2Headers newHeaders() {
        block.begin();
        return block;
    }
}
