package io.jadegate.proxy.http2;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jadegate.api.http.Ascii;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.Octets;
import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.RequestTarget;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Takes the fields of one header block as they are decompressed, and makes a request head or a
/// trailer section of them (RFC 9113 §8).
///
/// Each field is put into the array of the head's fields as a line of HTTP/1, so that it is copied
/// once and a head that came by HTTP/2 is passed on like any other. What RFC 9113 calls malformed
/// is remembered, not thrown: the block must be decompressed to its end, whatever is in it, or the
/// connection's next one cannot be.
final class HeaderBlock extends NettyHeaders {
    /// What RFC 9113 §6.5.2 has a field weigh besides its octets.
    private static final int FIELD_WEIGHT = 32;

    private static final byte[] TRAILERS = "trailers".getBytes(US_ASCII);
    private static final byte[] METHOD = ":method".getBytes(US_ASCII);
    private static final byte[] SCHEME = ":scheme".getBytes(US_ASCII);
    private static final byte[] AUTHORITY = ":authority".getBytes(US_ASCII);
    private static final byte[] PATH = ":path".getBytes(US_ASCII);
    private static final byte[] HTTP = "http".getBytes(US_ASCII);
    private static final byte[] HTTPS = "https".getBytes(US_ASCII);

    private static final HeaderFields.Selection OF_CONNECTION =
            HeaderFields.Selection.allBut(
                    FieldName.CONNECTION,
                    FieldName.PROXY_CONNECTION,
                    FieldName.KEEP_ALIVE,
                    FieldName.TRANSFER_ENCODING,
                    FieldName.UPGRADE);

    private final HeadLimits limits;
    private RequestHead head = new RequestHead();
    private @Nullable Failure failure;
    private long weight;
    private boolean answerable;
    private boolean fieldsBegan;
    private @Nullable Method method;
    private int schemeStart;
    private int schemeEnd;
    private int authorityStart;
    private int authorityEnd;
    private int pathStart;
    private int pathEnd;

    HeaderBlock(HeadLimits limits) {
        this.limits = limits;
    }

    /// Begins a block whose fields go to `head`.
    void begin(RequestHead head) {
        this.head = head;
        failure = null;
        answerable = false;
        weight = 0;
        fieldsBegan = false;
        method = null;
        schemeStart = -1;
        schemeEnd = -1;
        authorityStart = -1;
        authorityEnd = -1;
        pathStart = -1;
        pathEnd = -1;
    }

    /// The head that the fields went to.
    RequestHead head() {
        return head;
    }

    // ---- fields, as they are decompressed

    @Override
    public Http2Headers add(CharSequence name, CharSequence value) {
        if (failure == null) {
            take(AsciiString.of(name), AsciiString.of(value));
        }
        return this;
    }

    private void take(AsciiString name, AsciiString value) {
        weight += name.length() + value.length() + FIELD_WEIGHT;
        if (weight > limits.headBytes()) {
            tooLarge("more than " + limits.headBytes() + " octets (RFC 9113 10.5.1)");
            return;
        }
        if (!isValue(value)) {
            malformed("octet not allowed in the value of \"" + shown(name) + "\" (RFC 9113 8.2.1)");
        } else if (!name.isEmpty() && name.byteAt(0) == ':') {
            pseudo(name, value);
        } else {
            field(name, value);
        }
    }

    /// No control characters but tab, and no white space at either end (RFC 9113 §8.2.1).
    private static boolean isValue(AsciiString value) {
        int length = value.length();
        if (length == 0) {
            return true;
        }
        byte[] bytes = value.array();
        int start = value.arrayOffset();
        for (int i = start; i < start + length; i++) {
            byte b = bytes[i];
            if ((b >= 0 && b < ' ' && b != '\t') || b == 0x7f) {
                return false;
            }
        }
        return !isSpace(bytes[start]) && !isSpace(bytes[start + length - 1]);
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t';
    }

    private void pseudo(AsciiString name, AsciiString value) {
        if (fieldsBegan) {
            malformed("pseudo-header field behind a field (RFC 9113 8.3)");
        } else if (is(name, METHOD) && method == null) {
            byte[] bytes = value.array();
            int start = value.arrayOffset();
            if (Ascii.isToken(value)) {
                method = Method.of(bytes, start, start + value.length());
            } else {
                malformed("not a method (RFC 9110 9.1)");
            }
        } else if (is(name, SCHEME) && schemeStart < 0) {
            schemeStart = append(value);
            schemeEnd = schemeStart + value.length();
        } else if (is(name, AUTHORITY) && authorityStart < 0) {
            authorityStart = append(value);
            authorityEnd = authorityStart + value.length();
        } else if (is(name, PATH) && pathStart < 0) {
            pathStart = append(value);
            pathEnd = pathStart + value.length();
        } else {
            malformed(
                    "pseudo-header field \""
                            + shown(name)
                            + "\" unknown or repeated (RFC 9113 8.3)");
        }
    }

    private static boolean is(AsciiString name, byte[] known) {
        int start = name.arrayOffset();
        return Arrays.equals(name.array(), start, start + name.length(), known, 0, known.length);
    }

    private int append(AsciiString text) {
        HeaderFields fields = head.fields();
        byte[] bytes = fields.reserve(text.length() + 2);
        int start = fields.limit();
        text.copy(0, bytes, start, text.length());
        // Something behind it, so that the next line of a field cannot be taken for its end.
        bytes[start + text.length()] = '\r';
        bytes[start + text.length() + 1] = '\n';
        fields.limit(start + text.length() + 2);
        return start;
    }

    private void field(AsciiString name, AsciiString value) {
        fieldsBegan = true;
        HeaderFields fields = head.fields();
        if (fields.size() >= limits.fields()) {
            tooLarge("more than " + limits.fields() + " fields (RFC 6585 5)");
            return;
        }
        byte[] source = name.array();
        int from = name.arrayOffset();
        int length = name.length();
        int hash = 0;
        boolean underscore = false;
        for (int i = from; i < from + length; i++) {
            int lower = Ascii.tokenLower(source[i]);
            if (lower == 0 || lower != source[i]) {
                malformed("not a field name in lower case (RFC 9113 8.2.1)");
                return;
            }
            underscore |= lower == '_';
            hash = HeaderFields.hashStep(hash, lower);
        }
        if (length == 0) {
            malformed("empty field name (RFC 9113 8.2.1)");
            return;
        }
        if (underscore && FieldName.isKnownWithDashes(source, from, from + length)) {
            // An upstream that reads underscores as dashes would believe what nobody checked.
            return;
        }
        byte[] bytes = fields.reserve(length + value.length() + 4);
        int start = fields.limit();
        System.arraycopy(source, from, bytes, start, length);
        int at = start + length;
        bytes[at++] = ':';
        bytes[at++] = ' ';
        value.copy(0, bytes, at, value.length());
        int end = at + value.length();
        bytes[end] = '\r';
        bytes[end + 1] = '\n';
        fields.limit(end + 2);
        fields.addScanned(start, start + length, at, end, hash);
        int i = fields.size() - 1;
        if (fields.id(i) >= 0 && !OF_CONNECTION.keeps(fields, i)) {
            malformed("connection-specific field \"" + name + "\" (RFC 9113 8.2.2)");
        } else if (fields.is(i, FieldName.TE) && !fields.valueIs(i, TRAILERS)) {
            malformed("TE other than trailers (RFC 9113 8.2.2)");
        }
    }

    // ---- the whole

    /// Ends a block of trailer fields.
    ///
    /// @return null, or why it is none
    @Nullable Failure endTrailers() {
        if (failure == null && anyPseudo()) {
            malformed("pseudo-header field among trailers (RFC 9113 8.1)");
        }
        return failure;
    }

    private boolean anyPseudo() {
        return method != null || schemeStart >= 0 || authorityStart >= 0 || pathStart >= 0;
    }

    /// Ends the head of a request, and resolves what it is about.
    ///
    /// @param secure whether the connection is encrypted
    /// @return null, or why it is none that could be served
    @Nullable Failure endRequest(boolean secure) {
        head.majorVersion(2);
        head.scheme(secure ? RequestHead.Scheme.HTTPS : RequestHead.Scheme.HTTP);
        if (method != null) {
            head.method(method);
        }
        if (failure == null) {
            joinCookies();
            resolve(secure);
        }
        return failure;
    }

    /// Whether what is wrong makes the request malformed (RFC 9113 §8.1.1), so that its stream is
    /// reset, instead of one that is answered.
    boolean isMalformed() {
        return failure != null && failure.kind() == Failure.Kind.REQUEST_MALFORMED && !answerable;
    }

    private void resolve(boolean secure) {
        Method known = method;
        if (known == null) {
            malformed("no :method (RFC 9113 8.3.1)");
            return;
        }
        boolean connect = known.equals(Method.CONNECT);
        if (connect) {
            if (schemeStart >= 0 || pathStart >= 0 || authorityStart < 0) {
                malformed("CONNECT with :scheme or :path, or without :authority (RFC 9113 8.5)");
                return;
            }
            pathStart = authorityStart;
            pathEnd = authorityEnd;
        } else if (schemeStart < 0 || pathStart < 0) {
            malformed("no :scheme or :path (RFC 9113 8.3.1)");
            return;
        } else if (!isPath(known)) {
            malformed(":path neither begins with / nor is * of OPTIONS (RFC 9113 8.3.1)");
            return;
        }
        if (pathEnd - pathStart > limits.uriBytes()) {
            failure =
                    new Failure(
                            Failure.Kind.REQUEST_URI_TOO_LONG,
                            "a target of more than "
                                    + limits.uriBytes()
                                    + " octets (RFC 9110 15.5.15)");
            return;
        }
        if (!connect && !schemeFits(secure)) {
            return;
        }
        mergeAuthority();
        if (failure == null && pathStart < pathEnd) {
            answerable = true;
            failure = RequestTarget.resolve(head, pathStart, pathEnd);
        }
    }

    private boolean isPath(Method method) {
        byte[] bytes = head.fields().bytes();
        if (pathStart == pathEnd) {
            return false;
        }
        boolean asterisk = pathEnd - pathStart == 1 && bytes[pathStart] == '*';
        return bytes[pathStart] == '/' || (asterisk && method.equals(Method.OPTIONS));
    }

    private boolean schemeFits(boolean secure) {
        byte[] bytes = head.fields().bytes();
        if (Ascii.equalsIgnoreCase(bytes, schemeStart, schemeEnd, HTTPS)) {
            if (!secure) {
                failure =
                        new Failure(
                                Failure.Kind.REQUEST_MISDIRECTED,
                                "scheme https on a connection that is not encrypted (RFC 9110"
                                        + " 7.4)");
            }
            return secure;
        }
        if (!Ascii.equalsIgnoreCase(bytes, schemeStart, schemeEnd, HTTP)) {
            malformed("a :scheme other than http and https (RFC 9113 8.3.1)");
            return false;
        }
        return true;
    }

    /// `:authority` becomes the Host field that is resolved for every version; a Host beside it
    /// must name the same (RFC 9113 §8.3.1).
    private void mergeAuthority() {
        HeaderFields fields = head.fields();
        int host = fields.find(FieldName.HOST);
        if (authorityStart < 0) {
            return;
        }
        if (host < 0) {
            fields.add(FieldName.HOST, fields.bytes(), authorityStart, authorityEnd);
            return;
        }
        byte[] bytes = fields.bytes();
        int length = authorityEnd - authorityStart;
        boolean same = fields.valueEnd(host) - fields.valueStart(host) == length;
        for (int i = 0; same && i < length; i++) {
            same =
                    Ascii.lower(bytes[authorityStart + i])
                            == Ascii.lower(bytes[fields.valueStart(host) + i]);
        }
        if (!same) {
            malformed("Host differs from :authority (RFC 9113 8.3.1)");
        }
    }

    /// Cookies may come in crumbs, which other versions do not know (RFC 9113 §8.2.3).
    private void joinCookies() {
        HeaderFields fields = head.fields();
        int first = fields.find(FieldName.COOKIE);
        if (first < 0 || fields.find(FieldName.COOKIE, first + 1) < 0) {
            return;
        }
        Octets joined = new Octets(256);
        for (int i = first; i >= 0; i = fields.find(FieldName.COOKIE, i + 1)) {
            if (joined.size() > 0) {
                joined.put(';').put(' ');
            }
            joined.put(fields.bytes(), fields.valueStart(i), fields.valueEnd(i));
        }
        fields.remove(FieldName.COOKIE);
        fields.add(FieldName.COOKIE, joined.array(), 0, joined.size());
    }

    /// The length of the request's body as its head declares it.
    ///
    /// @param ended whether the head is the whole request
    /// @return octets, [HttpStream#UNKNOWN_LENGTH] or [HttpStream#NO_BODY]; a length that is none,
    ///   or that a whole request cannot have, makes the request malformed
    long bodyLength(boolean ended) {
        HeaderFields fields = head.fields();
        int i = fields.find(FieldName.CONTENT_LENGTH);
        if (i < 0) {
            return ended ? HttpStream.NO_BODY : HttpStream.UNKNOWN_LENGTH;
        }
        long length = -1;
        if (fields.find(FieldName.CONTENT_LENGTH, i + 1) < 0) {
            length = number(fields.bytes(), fields.valueStart(i), fields.valueEnd(i));
        }
        if (length < 0) {
            malformed("not a length (RFC 9110 8.6)");
        } else if (ended && length > 0) {
            malformed("a Content-Length and no content (RFC 9113 8.1.1)");
        } else if (fields.bytes()[fields.valueStart(i)] == '0') {
            // Leading zeros are legal and useless, and somebody may read them as octal.
            fields.set(FieldName.CONTENT_LENGTH, Long.toString(length));
        }
        return length;
    }

    /// At most 18 digits, which cannot overflow; no body is longer.
    private static long number(byte[] bytes, int start, int end) {
        if (start == end || end - start > 18) {
            return -1;
        }
        long number = 0;
        for (int i = start; i < end; i++) {
            if (!Ascii.isDigit(bytes[i])) {
                return -1;
            }
            number = number * 10 + bytes[i] - '0';
        }
        return number;
    }

    @Nullable Failure failure() {
        return failure;
    }

    private void malformed(String what) {
        answerable = false;
        failure = new Failure(Failure.Kind.REQUEST_MALFORMED, what);
    }

    private void tooLarge(String what) {
        failure = new Failure(Failure.Kind.REQUEST_HEAD_TOO_LARGE, what);
    }

    /// A name as it may be shown: nobody has checked it.
    private static String shown(AsciiString name) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(name.length(), 64); i++) {
            char c = name.charAt(i);
            text.append(c > ' ' && c < 0x7f ? c : '?');
        }
        return text.toString();
    }
}
