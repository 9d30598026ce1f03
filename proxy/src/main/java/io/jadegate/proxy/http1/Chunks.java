package io.jadegate.proxy.http1;

import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Octets;
import io.jadegate.proxy.stream.Output;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Writes bodies in chunks (RFC 9112 §7.1).
final class Chunks {
    private Chunks() {}

    /// Adds octets of a body as a chunk; takes ownership.
    static void add(Output output, ByteBuf data) {
        Octets size = output.octets();
        HeadWriter.chunkSize(size, data.readableBytes());
        output.add(size);
        output.data(data);
        output.add(output.octets().put('\r').put('\n'));
    }

    /// Adds the end of a body.
    static void end(Output output, @Nullable HeaderFields trailers) {
        Octets end = output.octets();
        HeadWriter.lastChunk(end, trailers);
        output.add(end);
    }
}
