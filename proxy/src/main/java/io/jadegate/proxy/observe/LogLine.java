package io.jadegate.proxy.observe;

import io.jadegate.api.filter.Template;
import java.util.Arrays;

/// One line of a log while it is written: always plain ASCII without control characters, whatever
/// octets come in, so no value can forge a line, leave its quotes or steer a terminal. Reused for
/// line after line by one thread.
///
/// As a template's sink it takes the template's own text as it is and escapes every value.
final class LogLine implements Template.Sink {
    /// A line that would be longer is not written at all; see [#tooLong].
    static final int MAX_OCTETS = 64 * 1024;

    private static final byte[] HEX = {
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };

    private byte[] octets = new byte[1024];
    private int size;
    private boolean tooLong;

    void clear() {
        size = 0;
        tooLong = false;
    }

    byte[] octets() {
        return octets;
    }

    int size() {
        return size;
    }

    /// Whether the line outgrew [#MAX_OCTETS] and lacks something.
    boolean tooLong() {
        return tooLong;
    }

    // ---- what needs no escape

    /// Appends text that the program itself holds, in ASCII.
    @SuppressWarnings("deprecation") // the one copy of Latin-1 text that needs no array in between
    LogLine raw(String ascii) {
        if (reserve(ascii.length())) {
            ascii.getBytes(0, ascii.length(), octets, size);
            size += ascii.length();
        }
        return this;
    }

    LogLine raw(byte[] ascii, int from, int to) {
        if (reserve(to - from)) {
            System.arraycopy(ascii, from, octets, size, to - from);
            size += to - from;
        }
        return this;
    }

    LogLine raw(byte[] ascii) {
        return raw(ascii, 0, ascii.length);
    }

    LogLine raw(char ascii) {
        if (reserve(1)) {
            octets[size++] = (byte) ascii;
        }
        return this;
    }

    /// @param number 0 or more
    LogLine number(long number) {
        if (!reserve(20)) {
            return this;
        }
        int end = size + digitCount(number);
        long rest = number;
        for (int i = end - 1; i >= size; i--) {
            octets[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        size = end;
        return this;
    }

    private static int digitCount(long number) {
        int count = 1;
        for (long rest = number; rest >= 10; rest /= 10) {
            count++;
        }
        return count;
    }

    /// Appends nanoseconds as milliseconds with three decimals.
    LogLine millis(long nanos) {
        long micros = Math.max(0, nanos) / 1000;
        int fraction = (int) (micros % 1000);
        number(micros / 1000).raw('.');
        raw((char) ('0' + fraction / 100));
        raw((char) ('0' + fraction / 10 % 10));
        return raw((char) ('0' + fraction % 10));
    }

    // ---- JSON

    /// Appends octets inside a JSON text, read as ISO 8859-1.
    ///
    /// @param max more octets than that are cut and the cut is shown as `...`
    LogLine json(byte[] bytes, int from, int to, int max) {
        int end = Math.min(to, from + max);
        int plain = from;
        for (int i = from; i < end; i++) {
            if (!isPlain(bytes[i])) {
                raw(bytes, plain, i).jsonEscape((char) (bytes[i] & 0xff));
                plain = i + 1;
            }
        }
        raw(bytes, plain, end);
        return end < to ? raw("...") : this;
    }

    /// Appends text inside a JSON text.
    LogLine json(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x7f && isPlain((byte) c)) {
                raw(c);
            } else {
                jsonEscape(c);
            }
        }
        return this;
    }

    private void jsonEscape(char c) {
        if (c == '"' || c == '\\') {
            raw('\\').raw(c);
        } else {
            raw("\\u").hex(c >> 8).hex(c);
        }
    }

    // ---- other formats

    /// Appends octets outside JSON, or `-` when there are none: what is no visible ASCII, the
    /// double quote and the backslash stand as `\x` and two hexadecimal digits.
    ///
    /// @param max more octets than that are cut and the cut is shown as `...`
    LogLine text(byte[] bytes, int from, int to, int max) {
        int end = Math.min(to, from + max);
        int plain = from;
        for (int i = from; i < end; i++) {
            if (!isPlain(bytes[i])) {
                raw(bytes, plain, i).raw("\\x").hex(bytes[i]);
                plain = i + 1;
            }
        }
        raw(bytes, plain, end);
        return end < to ? raw("...") : this;
    }

    LogLine text(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x7f && isPlain((byte) c)) {
                raw(c);
            } else if (c > 0xff) {
                raw("\\u").hex(c >> 8).hex(c);
            } else {
                raw("\\x").hex(c);
            }
        }
        return this;
    }

    /// The template's own text comes from the configuration; its author may write what he likes,
    /// UTF-8 and tabs included.
    @Override
    public void literal(byte[] octets) {
        raw(octets);
    }

    @Override
    public void value(byte[] bytes, int from, int to) {
        text(bytes, from, to, MAX_OCTETS);
    }

    @Override
    public void value(String text) {
        text(text);
    }

    // ---- octets

    private static boolean isPlain(byte b) {
        return b >= ' ' && b != '"' && b != '\\' && b != 0x7f;
    }

    private LogLine hex(int octet) {
        return raw((char) HEX[octet >> 4 & 0xf]).raw((char) HEX[octet & 0xf]);
    }

    private boolean reserve(int more) {
        if (size + more > octets.length) {
            if (size + more > MAX_OCTETS) {
                tooLong = true;
                return false;
            }
            octets = Arrays.copyOf(octets, Math.max(size + more, octets.length * 2));
        }
        return true;
    }
}
