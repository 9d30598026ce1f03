package io.jadegate.proxy.grpc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.jadegate.api.filter.BodyTransform;
import io.jadegate.api.http.HeaderFields;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A gRPC answer as gRPC-Web has it: the trailers are the last frame of the body, and a text is
/// base64, padded wherever it is sent.
///
/// @param text whether all of it is base64
record WebAnswer(boolean text) implements BodyTransform {
    private static final int TRAILERS = 0x80;

    @Override
    public ByteBuf data(ByteBuf octets) {
        if (!text || !octets.isReadable()) {
            return octets;
        }
        byte[] plain = new byte[octets.readableBytes()];
        octets.readBytes(plain).release();
        return Unpooled.wrappedBuffer(Base64.getEncoder().encode(plain));
    }

    @Override
    public ByteBuf end(@Nullable HeaderFields trailers) {
        if (trailers == null || trailers.size() == 0) {
            return Unpooled.EMPTY_BUFFER;
        }
        StringBuilder lines = new StringBuilder(128);
        for (int i = 0; i < trailers.size(); i++) {
            lines.append(trailers.name(i).toLowerCase(Locale.ROOT)).append(": ");
            lines.append(trailers.value(i)).append("\r\n");
        }
        trailers.clear(Integer.MAX_VALUE);
        byte[] block = lines.toString().getBytes(ISO_8859_1);
        ByteBuf frame = Unpooled.buffer(block.length + 5);
        frame.writeByte(TRAILERS).writeInt(block.length).writeBytes(block);
        return data(frame);
    }
}
