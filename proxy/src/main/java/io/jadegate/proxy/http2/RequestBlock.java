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
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.RequestTarget;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/// The header blocks that clients send: makes the head of a request of one, or trailers (RFC 9113
/// §8.3.1).
final class RequestBlock extends HeaderBlock {
    private static final byte[] METHOD = ":method".getBytes(US_ASCII);
    private static final byte[] SCHEME = ":scheme".getBytes(US_ASCII);
    private static final byte[] AUTHORITY = ":authority".getBytes(US_ASCII);
    private static final byte[] PATH = ":path".getBytes(US_ASCII);
    private static final byte[] PROTOCOL = ":protocol".getBytes(US_ASCII);
    private static final byte[] WEBSOCKET = "websocket".getBytes(US_ASCII);
    private static final byte[] HTTP = "http".getBytes(US_ASCII);
    private static final byte[] HTTPS = "https".getBytes(US_ASCII);

    private final Loop loop;
    private final boolean extended;
    private RequestHead head = new RequestHead();
    private boolean answerable;
    private @Nullable Method method;
    private int schemeStart;
    private int schemeEnd;
    private int authorityStart;
    private int authorityEnd;
    private int pathStart;
    private int pathEnd;
    private int protocolStart;
    private int protocolEnd;

    /// @param loop where heads are taken from
    /// @param extended whether the client has been told that a CONNECT may name a protocol (RFC
    ///   8441 §3)
    RequestBlock(Loop loop, HeadLimits limits, boolean extended) {
        super(limits, Failure.Kind.REQUEST_MALFORMED, Failure.Kind.REQUEST_HEAD_TOO_LARGE);
        this.loop = loop;
        this.extended = extended;
    }

    @Override
    void begin() {
        head = loop.takeRequestHead();
        begin(head.fields());
        answerable = false;
        method = null;
        schemeStart = -1;
        schemeEnd = -1;
        authorityStart = -1;
        authorityEnd = -1;
        pathStart = -1;
        pathEnd = -1;
        protocolStart = -1;
        protocolEnd = -1;
    }

    /// The head that the fields went to.
    RequestHead head() {
        return head;
    }

    @Override
    void pseudo(AsciiString name, AsciiString value) {
        if (is(name, METHOD) && method == null) {
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
        } else if (extended && is(name, PROTOCOL) && protocolStart < 0) {
            protocolStart = append(value);
            protocolEnd = protocolStart + value.length();
        } else {
            unknownOrRepeated(name);
        }
    }

    // ---- the whole

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
        if (failure() == null) {
            joinCookies();
            resolve(secure);
        }
        return failure();
    }

    /// Whether what is wrong makes the request malformed (RFC 9113 §8.1.1), so that its stream is
    /// reset, instead of one that is answered.
    boolean isMalformed() {
        Failure failure = failure();
        return failure != null && failure.kind() == Failure.Kind.REQUEST_MALFORMED && !answerable;
    }

    private void resolve(boolean secure) {
        Method known = method;
        if (known == null) {
            malformed("no :method (RFC 9113 8.3.1)");
            return;
        }
        boolean connect = known.equals(Method.CONNECT);
        if (protocolStart >= 0) {
            if (!connect || authorityStart < 0) {
                malformed(":protocol without CONNECT or :authority (RFC 8441 4)");
                return;
            }
            known = Method.GET;
            connect = false;
            head.method(known);
        }
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
        if (pathEnd - pathStart > limits().uriBytes()) {
            failure(
                    new Failure(
                            Failure.Kind.REQUEST_URI_TOO_LONG,
                            "a target of more than "
                                    + limits().uriBytes()
                                    + " octets (RFC 9110 15.5.15)"));
            return;
        }
        if (!connect && !schemeFits(secure)) {
            return;
        }
        mergeAuthority();
        if (failure() != null || pathStart == pathEnd) {
            return;
        }
        Failure unresolved = RequestTarget.resolve(head, pathStart, pathEnd);
        if (unresolved != null) {
            answerable = true;
            failure(unresolved);
        } else if (protocolStart >= 0) {
            resolveProtocol();
        } else if (!connect) {
            nameScheme();
        }
    }

    private void nameScheme() {
        byte[] bytes = head.fields().bytes();
        boolean https = Ascii.equalsIgnoreCase(bytes, schemeStart, schemeEnd, HTTPS);
        head.targetScheme(https ? RequestHead.Scheme.HTTPS : RequestHead.Scheme.HTTP);
        if (authorityStart >= 0) {
            head.form(RequestHead.Form.ABSOLUTE);
        }
    }

    private void resolveProtocol() {
        if (head.fields().contains(FieldName.CONTENT_LENGTH)) {
            malformed("a Content-Length in a CONNECT (RFC 9110 9.3.6)");
            return;
        }
        byte[] bytes = head.fields().bytes();
        head.webSocket(Ascii.equalsIgnoreCase(bytes, protocolStart, protocolEnd, WEBSOCKET));
        if (!head.webSocket()) {
            failure(
                    new Failure(
                            Failure.Kind.REQUEST_PROTOCOL,
                            "a :protocol other than websocket (RFC 8441 4)"));
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
                failure(
                        new Failure(
                                Failure.Kind.REQUEST_MISDIRECTED,
                                "scheme https on a connection that is not encrypted (RFC 9110"
                                        + " 7.4)"));
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
        if (head.webSocket()) {
            return HttpStream.NO_BODY;
        }
        if (!head.fields().contains(FieldName.CONTENT_LENGTH)) {
            return ended ? HttpStream.NO_BODY : HttpStream.UNKNOWN_LENGTH;
        }
        long length = declaredLength();
        if (ended && length > 0) {
            malformed("a Content-Length and no content (RFC 9113 8.1.1)");
        }
        return length;
    }
}
