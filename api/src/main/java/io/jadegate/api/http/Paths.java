package io.jadegate.api.http;

import java.util.Arrays;

/// The one canonical form of a path, in which it is matched, authorised and forwarded (RFC 3986
/// §6.2.2, and what upstreams are known to do with paths behind a gateway's back).
///
/// Canonical means: begins with `/`; holds no `.` or `..` segment and no empty segment but the
/// last; escapes are in upper case and stand for no unreserved character. What no URI may hold but
/// browsers send as it is (`[ ] ^ |`) is escaped. An escaped slash, backslash or NUL, a bare
/// backslash, a dot segment with a parameter (`..;`, which some upstreams resolve and others do
/// not) and any other octet that no URI may hold are refused: each reads differently in one
/// upstream or another.
public final class Paths {
    private static final boolean[] LITERAL = new boolean[256];
    private static final boolean[] UNRESERVED = new boolean[256];
    private static final boolean[] LEFT_BARE = new boolean[256];
    private static final boolean[] QUERY = new boolean[256];
    private static final byte[] HEX = {
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'
    };

    static {
        for (int c = 0; c < 128; c++) {
            boolean letterOrDigit =
                    (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            UNRESERVED[c] = letterOrDigit || "-._~".indexOf(c) >= 0;
            LITERAL[c] = UNRESERVED[c] || "!$&'()*+,;=:@/".indexOf(c) >= 0;
            // Beyond the letter of RFC 3986, for browsers send them: | [ ] ^ in paths, and { } `
            // in queries, too.
            LEFT_BARE[c] = "[]^|".indexOf(c) >= 0;
            QUERY[c] = LITERAL[c] || "%?|{}[]^`".indexOf(c) >= 0;
        }
    }

    private Paths() {}

    /// Whether `path` is canonical already.
    public static boolean isCanonical(byte[] bytes, int start, int end) {
        if (start >= end || bytes[start] != '/') {
            return false;
        }
        byte before = 0;
        for (int i = start; i < end; i++) {
            byte b = bytes[i];
            if (!LITERAL[b & 0xff] || (before == '/' && (b == '/' || b == '.'))) {
                return false;
            }
            before = b;
        }
        return true;
    }

    /// Whether a segment is `.` or `..`, however its dots are written, which the canonical form
    /// would resolve. What follows a `;` is no part of it: servlet containers read `..;a=b` as
    /// `..`.
    public static boolean hasDotSegment(byte[] bytes, int start, int end) {
        int segment = start;
        for (int i = start; i <= end; i++) {
            if (i == end || bytes[i] == '/') {
                if (isDotSegment(bytes, segment, i)) {
                    return true;
                }
                segment = i + 1;
            }
        }
        return false;
    }

    private static boolean isDotSegment(byte[] bytes, int start, int end) {
        int dots = 0;
        for (int i = start; i < end && bytes[i] != ';'; dots++) {
            if (bytes[i] == '.') {
                i++;
            } else if (isEscapedDot(bytes, i, end)) {
                i += 3;
            } else {
                return false;
            }
        }
        return dots == 1 || dots == 2;
    }

    private static boolean isEscapedDot(byte[] bytes, int at, int end) {
        return at + 2 < end
                && bytes[at] == '%'
                && bytes[at + 1] == '2'
                && (bytes[at + 2] | 0x20) == 'e';
    }

    /// Whether every octet may stand in a query (RFC 3986 §3.4, and what browsers send besides).
    public static boolean isQuery(byte[] bytes, int start, int end) {
        for (int i = start; i < end; i++) {
            if (!QUERY[bytes[i] & 0xff]) {
                return false;
            }
        }
        return true;
    }

    /// The canonical form of the path in `bytes[start, end)`, which begins with `/`.
    ///
    /// @throws PathException when there is none
    public static byte[] canonical(byte[] bytes, int start, int end) throws PathException {
        byte[] out = new byte[escapedLength(bytes, start, end)];
        int length = 0;
        for (int i = start; i < end; i++) {
            byte b = bytes[i];
            if (b == '%') {
                length = unescape(bytes, i, start, end, out, length);
                i += 2;
                continue;
            }
            if (LEFT_BARE[b & 0xff]) {
                length = escape(b, out, length);
                continue;
            }
            if (!LITERAL[b & 0xff]) {
                throw new PathException("octet not allowed in a path", i - start);
            }
            if (b == '/') {
                length = closeSegment(out, length);
            } else if (b == ';' && isDots(out, length)) {
                throw new PathException("dot segment with a parameter", i - start);
            } else {
                out[length++] = b;
            }
        }
        return Arrays.copyOf(out, resolve(out, length));
    }

    private static int unescape(byte[] bytes, int at, int start, int end, byte[] out, int length)
            throws PathException {
        int high = at + 2 < end ? Ascii.hex(bytes[at + 1]) : -1;
        int low = at + 2 < end ? Ascii.hex(bytes[at + 2]) : -1;
        if (high < 0 || low < 0) {
            throw new PathException("bad percent escape", at - start);
        }
        int octet = high << 4 | low;
        if (octet == 0 || octet == '/' || octet == '\\') {
            throw new PathException("escaped slash, backslash or NUL", at - start);
        }
        if (octet == ';' && isDots(out, length)) {
            throw new PathException("dot segment with a parameter", at - start);
        }
        if (UNRESERVED[octet]) {
            out[length++] = (byte) octet;
            return length;
        }
        return escape(octet, out, length);
    }

    private static int escapedLength(byte[] bytes, int start, int end) {
        int length = end - start;
        for (int i = start; i < end; i++) {
            if (LEFT_BARE[bytes[i] & 0xff]) {
                length += 2;
            }
        }
        return length;
    }

    private static int escape(int octet, byte[] out, int length) {
        out[length] = '%';
        out[length + 1] = HEX[octet >> 4];
        out[length + 2] = HEX[octet & 15];
        return length + 3;
    }

    /// Ends the segment at the end of `out` and begins the next one, resolving a dot segment.
    private static int closeSegment(byte[] out, int length) {
        if (length == 0) {
            out[0] = '/';
            return 1;
        }
        int resolved = resolve(out, length);
        if (out[resolved - 1] == '/') {
            return resolved;
        }
        out[resolved] = '/';
        return resolved + 1;
    }

    /// Whether the segment at the end of `out` is `.` or `..` so far.
    private static boolean isDots(byte[] out, int length) {
        return resolve(out, length) < length;
    }

    /// Takes a `.` or `..` segment off the end of `out`, with what `..` leaves.
    private static int resolve(byte[] out, int length) {
        if (length >= 2 && out[length - 1] == '.' && out[length - 2] == '/') {
            return length - 1;
        }
        if (length >= 3
                && out[length - 1] == '.'
                && out[length - 2] == '.'
                && out[length - 3] == '/') {
            int slash = length - 3;
            while (slash > 0 && out[slash - 1] != '/') {
                slash--;
            }
            return slash == 0 ? 1 : slash;
        }
        return length;
    }

    /// Why a path has no canonical form, and where.
    public static final class PathException extends Exception {
        private final int offset;

        PathException(String message, int offset) {
            super(message, null, false, false);
            this.offset = offset;
        }

        /// The offending octet, counted from the path's first.
        public int offset() {
            return offset;
        }
    }
}
