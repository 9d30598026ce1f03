package io.jadegate.proxy.tls;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One value of DER (X.690), and the little of it that telling private keys apart takes.
///
/// @param tag the octet that says what it is
/// @param content a copy of its octets
record Der(int tag, byte[] content) {
    static final int INTEGER = 0x02;
    static final int OCTET_STRING = 0x04;
    static final int OBJECT_IDENTIFIER = 0x06;
    static final int SEQUENCE = 0x30;
    static final int FIRST_CONTEXT = 0xa0;

    /// The values that follow each other in some octets; null when they are not DER.
    static Der @Nullable [] all(byte[] octets) {
        Der[] values = new Der[8];
        int count = 0;
        int at = 0;
        while (at < octets.length) {
            int length = at + 1 < octets.length ? octets[at + 1] & 0xff : 0xff;
            int start = at + 2;
            if (length > 0x80) {
                int digits = length - 0x80;
                if (digits > 3 || start + digits > octets.length) {
                    return null;
                }
                length = 0;
                for (int i = 0; i < digits; i++) {
                    length = length << 8 | (octets[start + i] & 0xff);
                }
                start += digits;
            } else if (length == 0x80) {
                return null;
            }
            if (length > octets.length - start || count == values.length * 2) {
                return null;
            }
            if (count == values.length) {
                values = Arrays.copyOf(values, count * 2);
            }
            values[count++] =
                    new Der(octets[at] & 0xff, Arrays.copyOfRange(octets, start, start + length));
            at = start + length;
        }
        return Arrays.copyOf(values, count);
    }

    /// The values inside a sequence; none when the octets are no sequence.
    static Der[] sequence(byte[] octets) {
        Der @Nullable [] outer = all(octets);
        if (outer == null || outer.length != 1 || outer[0].tag != SEQUENCE) {
            return new Der[0];
        }
        Der @Nullable [] inner = all(outer[0].content);
        return inner == null ? new Der[0] : inner;
    }

    /// The octets of an object identifier such as `2.5.29.17`.
    static byte[] oid(String dotted) {
        String[] numbers = dotted.split("\\.", -1);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.write(Integer.parseInt(numbers[0]) * 40 + Integer.parseInt(numbers[1]));
        for (int i = 2; i < numbers.length; i++) {
            int number = Integer.parseInt(numbers[i]);
            for (int shift = 28; shift > 0; shift -= 7) {
                if (number >>> shift != 0) {
                    content.write(0x80 | ((number >>> shift) & 0x7f));
                }
            }
            content.write(number & 0x7f);
        }
        return encode(OBJECT_IDENTIFIER, content.toByteArray());
    }

    static byte[] sequenceOf(byte[]... parts) {
        return encode(SEQUENCE, parts);
    }

    /// The octets of a value made of parts that are encoded already.
    static byte[] encode(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 5);
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else {
            int digits = length < 0x100 ? 1 : length < 0x10000 ? 2 : 3;
            out.write(0x80 | digits);
            for (int i = digits - 1; i >= 0; i--) {
                out.write(length >>> (8 * i));
            }
        }
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    byte[] encoded() {
        return encode(tag, content);
    }
}
