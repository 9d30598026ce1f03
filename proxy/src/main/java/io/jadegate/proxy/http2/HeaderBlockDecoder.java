package io.jadegate.proxy.http2;

import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.Loop;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Headers;

/// Netty's HPACK decoder with our own place for what it decodes. How much that may be is judged
/// there, field by field; Netty only bounds what is compressed.
final class HeaderBlockDecoder extends DefaultHttp2HeadersDecoder {
    private static final long UNBOUNDED = 0xffffffffL;

    private final Loop loop;
    private final HeaderBlock block;

    HeaderBlockDecoder(Loop loop, HeadLimits limits) {
        super(/* validateHeaders= */ false, UNBOUNDED);
        this.loop = loop;
        this.block = new HeaderBlock(limits);
    }

    HeaderBlock block() {
        return block;
    }

    /// Each block has a head to itself, which whoever reads the block takes over.
    @Override
    protected Http2Headers newHeaders() {
        RequestHead head = loop.takeRequestHead();
        block.begin(head);
        return block;
    }
}
