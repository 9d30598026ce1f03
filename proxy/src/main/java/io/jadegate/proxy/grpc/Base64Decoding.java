package io.jadegate.proxy.grpc;

import io.jadegate.api.filter.BodyTransform;
import io.jadegate.api.http.HeaderFields;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/// Base64 (RFC 4648 §4) in pieces of any size to what it stands for. Padding may come within, where
/// a sender has begun anew.
final class Base64Decoding implements BodyTransform {
    private int bits;
    private int letters;
    private int padding;

    @Override
    public @Nullable ByteBuf data(ByteBuf octets) {
        ByteBuf decoded = octets.alloc().buffer(octets.readableBytes() / 4 * 3 + 3);
        boolean formed = true;
        while (formed && octets.isReadable()) {
            formed = take(octets.readByte(), decoded);
        }
        octets.release();
        if (!formed) {
            decoded.release();
            return null;
        }
        return decoded;
    }

    private boolean take(byte letter, ByteBuf decoded) {
        int value = value(letter);
        boolean padded = letter == '=' && letters >= 2;
        if (!padded && (value < 0 || padding > 0)) {
            return false;
        }
        bits = (bits << 6) | Math.max(0, value);
        padding += padded ? 1 : 0;
        if (++letters == 4) {
            decoded.writeByte(bits >> 16);
            if (padding < 2) {
                decoded.writeByte(bits >> 8);
            }
            if (padding < 1) {
                decoded.writeByte(bits);
            }
            bits = 0;
            letters = 0;
            padding = 0;
        }
        return true;
    }

    private static int value(byte letter) {
        if (letter >= 'A' && letter <= 'Z') {
            return letter - 'A';
        }
        if (letter >= 'a' && letter <= 'z') {
            return letter - 'a' + 26;
        }
        if (letter >= '0' && letter <= '9') {
            return letter - '0' + 52;
        }
        if (letter == '+') {
            return 62;
        }
        return letter == '/' ? 63 : -1;
    }

    @Override
    public @Nullable ByteBuf end(@Nullable HeaderFields trailers) {
        return letters == 0 ? Unpooled.EMPTY_BUFFER : null;
    }
}
