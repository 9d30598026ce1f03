package io.jadegate.proxy.http1;

import io.jadegate.api.http.Ascii;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.RequestHead;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.RequestTarget;
import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// Scans HTTP/1.x heads and trailer sections (RFC 9112 §2-5), once and strictly.
///
/// Octets are copied from the read buffer to the array of the head's fields, where they stay; the
/// scanner works there, line by line. It looks for the end of a line first and reads a line only
/// when it is whole, so that a head gives the same result however it is cut into reads, and a line
/// that trickles in is not read twice. Lines end with CRLF and nothing else; a continuation line,
/// white space before a colon, and control characters are refused (§2.2, §5.1, §5.2).
///
/// One scanner serves one connection, head after head.
final class HeadScanner {
    /// What [#scan] answers while the head is not whole.
    static final int INCOMPLETE = -1;

    /// What [#scan] answers when [#failure()] says what is wrong.
    static final int FAILED = -2;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    /// As much is copied from a read buffer at a time, so that a body is not copied for a head's
    /// sake.
    private static final int STEP = 2048;

    /// Room for method and version in a request line.
    private static final int BESIDE_URI = 64;

    private final HeadLimits limits;
    private final Failure.Kind malformed;
    private final Failure.Kind tooLarge;
    private int lineStart;
    private int searched;
    private boolean startLineSeen;
    private boolean trailers;
    private int targetStart;
    private int targetEnd;
    private @Nullable Failure failure;

    private HeadScanner(HeadLimits limits, Failure.Kind malformed, Failure.Kind tooLarge) {
        this.limits = limits;
        this.malformed = malformed;
        this.tooLarge = tooLarge;
    }

    /// A scanner of what clients send.
    static HeadScanner ofRequests(HeadLimits limits) {
        return new HeadScanner(
                limits, Failure.Kind.REQUEST_MALFORMED, Failure.Kind.REQUEST_HEAD_TOO_LARGE);
    }

    /// A scanner of what endpoints send.
    static HeadScanner ofResponses(HeadLimits limits) {
        return new HeadScanner(
                limits, Failure.Kind.RESPONSE_MALFORMED, Failure.Kind.RESPONSE_HEAD_TOO_LARGE);
    }

    /// Begins a new head.
    void begin() {
        lineStart = 0;
        searched = 0;
        startLineSeen = false;
        trailers = false;
        failure = null;
    }

    /// Whether what has been taken in is empty lines in front of a head, and nothing of one.
    boolean blank(HeaderFields fields) {
        return !startLineSeen && lineStart == fields.limit();
    }

    /// Begins a trailer section, which has no start line.
    void beginTrailers() {
        begin();
        startLineSeen = true;
        trailers = true;
    }

    Failure failure() {
        return failure != null ? failure : Failure.of(Failure.Kind.INTERNAL);
    }

    /// Whether part of a head has been taken in.
    boolean begun() {
        return searched > 0;
    }

    /// Reads a request head from `in` and resolves its target.
    ///
    /// @return 0 when it is whole, with `in` standing behind it; else [#INCOMPLETE] or [#FAILED]
    int scan(ByteBuf in, RequestHead head) {
        int result = scan(in, head.fields(), head, null);
        if (result != 0) {
            return result;
        }
        Failure wrong = RequestTarget.resolve(head, targetStart, targetEnd);
        return wrong == null ? 0 : fail(wrong);
    }

    /// Reads a response head from `in`.
    int scan(ByteBuf in, ResponseHead head) {
        return scan(in, head.fields(), null, head);
    }

    /// Reads a trailer section from `in`.
    int scan(ByteBuf in, HeaderFields trailers) {
        return scan(in, trailers, null, null);
    }

    private int scan(
            ByteBuf in,
            HeaderFields fields,
            @Nullable RequestHead request,
            @Nullable ResponseHead response) {
        while (in.isReadable()) {
            int before = fields.limit();
            int step = Math.min(in.readableBytes(), STEP);
            byte[] bytes = fields.reserve(step + 64);
            in.getBytes(in.readerIndex(), bytes, before, step);
            fields.limit(before + step);
            int end = lines(fields, request, response);
            if (end > 0) {
                fields.limit(end);
                in.skipBytes(end - before);
                return 0;
            }
            in.skipBytes(step);
            if (end == FAILED) {
                return FAILED;
            }
            if (fields.limit() > limits.headBytes()) {
                return tooLarge();
            }
        }
        return INCOMPLETE;
    }

    /// Handles each whole line.
    ///
    /// @return the end of the head, or [#INCOMPLETE] or [#FAILED]
    private int lines(
            HeaderFields fields, @Nullable RequestHead request, @Nullable ResponseHead response) {
        byte[] bytes = fields.bytes();
        int limit = fields.limit();
        while (true) {
            int lf = indexOfLf(bytes, searched, limit);
            if (request != null && !startLineSeen && early(bytes, lf < 0 ? limit : lf) == FAILED) {
                return FAILED;
            }
            if (lf < 0) {
                searched = limit;
                return INCOMPLETE;
            }
            if (lf >= limits.headBytes()) {
                return tooLarge();
            }
            if (lf == lineStart || bytes[lf - 1] != '\r') {
                return malformed("line end without CR (RFC 9112 2.2)", lf);
            }
            int start = lineStart;
            lineStart = lf + 1;
            searched = lf + 1;
            if (lf - 1 == start) {
                if (startLineSeen) {
                    return lf + 1;
                }
                // RFC 9112 2.2: an empty line before a request line is to be ignored.
                if (response != null || lf > 3) {
                    return malformed("no start line (RFC 9112 2.2)", start);
                }
                continue;
            }
            int result =
                    startLineSeen
                            ? field(fields, start, lf - 1)
                            : startLine(bytes, start, lf - 1, request, response);
            if (result == FAILED) {
                return FAILED;
            }
            startLineSeen = true;
        }
    }

    private int startLine(
            byte[] bytes,
            int start,
            int end,
            @Nullable RequestHead request,
            @Nullable ResponseHead response) {
        if (request != null) {
            return requestLine(bytes, start, end, request);
        }
        return response != null ? statusLine(bytes, start, end, response) : FAILED;
    }

    // ---- RFC 9112 §3

    private int requestLine(byte[] bytes, int start, int end, RequestHead head) {
        int methodEnd = start;
        while (methodEnd < end && Ascii.isTokenChar(bytes[methodEnd])) {
            methodEnd++;
        }
        if (methodEnd == start || methodEnd == end || bytes[methodEnd] != ' ') {
            return malformed("not a method (RFC 9112 3.1)", methodEnd);
        }
        int target = methodEnd + 1;
        int at = target;
        while (at < end && bytes[at] > ' ' && bytes[at] != 0x7f) {
            at++;
        }
        if (at - target > limits.uriBytes()) {
            return uriTooLong(target + limits.uriBytes());
        }
        if (at == target || at == end || bytes[at] != ' ') {
            return malformed("not a request target (RFC 9112 3.2)", at);
        }
        head.method(Method.of(bytes, start, methodEnd));
        targetStart = target;
        targetEnd = at;
        int version = version(bytes, at + 1, end);
        if (version < 0) {
            return malformed("not an HTTP version (RFC 9112 2.3)", at + 1);
        }
        if (version != 10 && version != 11) {
            String what = "a version other than HTTP/1.0 and HTTP/1.1 (RFC 9110 15.6.6)";
            return fail(Failure.Kind.REQUEST_VERSION, what, at + 1);
        }
        head.minorVersion(version - 10);
        return 0;
    }

    /// Ten times the major plus the minor version in `HTTP/1.1`, or -1.
    private static int version(byte[] bytes, int start, int end) {
        boolean wellFormed =
                end - start == 8
                        && bytes[start] == 'H'
                        && bytes[start + 1] == 'T'
                        && bytes[start + 2] == 'T'
                        && bytes[start + 3] == 'P'
                        && bytes[start + 4] == '/'
                        && Ascii.isDigit(bytes[start + 5])
                        && bytes[start + 6] == '.'
                        && Ascii.isDigit(bytes[start + 7]);
        return wellFormed ? (bytes[start + 5] - '0') * 10 + bytes[start + 7] - '0' : -1;
    }

    /// Refuses what cannot become a request line without waiting for its end: the first octets of
    /// another protocol. Looks no farther than the limits, so that it says the same however much
    /// has come.
    private int early(byte[] bytes, int limit) {
        int longest = lineStart + limits.uriBytes() + BESIDE_URI;
        int end = Math.min(limit, Math.min(longest, limits.headBytes()) + 1);
        int at = lineStart;
        while (at < end && Ascii.isTokenChar(bytes[at])) {
            at++;
        }
        if (at < end && bytes[at] != ' ' && bytes[at] != '\r') {
            return malformed("not a method (RFC 9112 3.1)", at);
        }
        if (limit > longest && longest <= limits.headBytes()) {
            return uriTooLong(Math.min(at + 1 + limits.uriBytes(), longest));
        }
        return INCOMPLETE;
    }

    // ---- RFC 9112 §4

    private int statusLine(byte[] bytes, int start, int end, ResponseHead head) {
        int versionEnd = start + 8;
        int codeEnd = start + 12;
        if (codeEnd > end || bytes[versionEnd] != ' ') {
            return malformed("not a status line (RFC 9112 4)", start);
        }
        int version = version(bytes, start, versionEnd);
        if (version != 10 && version != 11) {
            return malformed("not HTTP/1.x (RFC 9112 2.3)", start);
        }
        int status = 0;
        for (int i = versionEnd + 1; i < codeEnd; i++) {
            if (!Ascii.isDigit(bytes[i])) {
                return malformed("not a status code (RFC 9112 4)", i);
            }
            status = status * 10 + bytes[i] - '0';
        }
        boolean reason = codeEnd < end;
        if (status < 100 || status > 599 || (reason && bytes[codeEnd] != ' ')) {
            return malformed("not a status code (RFC 9110 15)", versionEnd + 1);
        }
        int reasonStart = reason ? codeEnd + 1 : end;
        int control = firstControl(bytes, reasonStart, end);
        if (control < end) {
            return malformed("control character in a reason phrase (RFC 9112 4)", control);
        }
        head.minorVersion(version - 10);
        head.status(status);
        head.reason(reasonStart, end);
        return 0;
    }

    // ---- RFC 9112 §5

    private int field(HeaderFields fields, int start, int end) {
        byte[] bytes = fields.bytes();
        int hash = 0;
        int at = start;
        boolean underscore = false;
        while (at < end) {
            int lower = Ascii.tokenLower(bytes[at]);
            if (lower == 0) {
                break;
            }
            underscore |= lower == '_';
            hash = HeaderFields.hashStep(hash, lower);
            at++;
        }
        if (at == start || at == end || bytes[at] != ':') {
            return malformed(wrongName(bytes, start, at, end), at);
        }
        int valueStart = at + 1;
        while (valueStart < end && isSpace(bytes[valueStart])) {
            valueStart++;
        }
        int valueEnd = end;
        while (valueEnd > valueStart && isSpace(bytes[valueEnd - 1])) {
            valueEnd--;
        }
        int control = firstControl(bytes, valueStart, valueEnd);
        if (control < valueEnd) {
            return malformed("control character in a field value (RFC 9110 5.5)", control);
        }
        if (fields.size() >= limits.fields()) {
            return fail(tooLarge, "more than " + limits.fields() + " fields (RFC 6585 5)", start);
        }
        if (underscore && FieldName.isKnownWithDashes(bytes, start, at)) {
            // An upstream that reads underscores as dashes would believe what nobody checked.
            return 0;
        }
        fields.addScanned(start, at, valueStart, valueEnd, hash);
        return 0;
    }

    private static String wrongName(byte[] bytes, int start, int at, int end) {
        if (at == start && isSpace(bytes[at])) {
            return "continuation line (RFC 9112 5.2)";
        }
        if (at < end && isSpace(bytes[at])) {
            return "white space in or behind a field name (RFC 9112 5.1)";
        }
        return "not a field name (RFC 9110 5.1)";
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t';
    }

    // ---- eight octets at a time

    private static int indexOfLf(byte[] bytes, int from, int limit) {
        int i = from;
        for (; i <= limit - 8; i += 8) {
            long word = (long) LONG.get(bytes, i) ^ (ONES * '\n');
            long zero = (word - ONES) & ~word & HIGHS;
            if (zero != 0) {
                return i + (Long.numberOfTrailingZeros(zero) >>> 3);
            }
        }
        for (; i < limit; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    /// The first control character but tab, or `end`.
    private static int firstControl(byte[] bytes, int start, int end) {
        int i = start;
        while (i <= end - 8) {
            long word = (long) LONG.get(bytes, i);
            long below = (word - ONES * ' ') & ~word;
            long del = word ^ (ONES * 0x7f);
            long suspects = (below | ((del - ONES) & ~del)) & HIGHS;
            if (suspects != 0) {
                // A borrow may accuse an innocent neighbour, and a tab is allowed: look at each.
                int found = firstControlSlow(bytes, i, i + 8);
                if (found < i + 8) {
                    return found;
                }
            }
            i += 8;
        }
        return firstControlSlow(bytes, i, end);
    }

    private static int firstControlSlow(byte[] bytes, int start, int end) {
        for (int i = start; i < end; i++) {
            byte b = bytes[i];
            if ((b >= 0 && b < ' ' && b != '\t') || b == 0x7f) {
                return i;
            }
        }
        return end;
    }

    // ---- failures

    private int malformed(String what, int offset) {
        return fail(malformed, what, offset);
    }

    private int tooLarge() {
        int most = limits.headBytes();
        return fail(tooLarge, "more than " + most + " octets (RFC 6585 5)", most);
    }

    private int uriTooLong(int offset) {
        String what = "a target of more than " + limits.uriBytes() + " octets (RFC 9110 15.5.15)";
        return fail(Failure.Kind.REQUEST_URI_TOO_LONG, what, offset);
    }

    private int fail(Failure.Kind kind, String what, int offset) {
        String where = trailers ? " of the trailer section" : "";
        return fail(new Failure(kind, what + " at octet " + offset + where));
    }

    private int fail(Failure failure) {
        this.failure = failure;
        return FAILED;
    }
}
