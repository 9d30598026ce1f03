package io.jadegate.proxy.stream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.jadegate.api.http.Ascii;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.Paths;
import io.jadegate.api.http.RequestHead;
import io.netty.util.NetUtil;
import org.jspecify.annotations.Nullable;

/// Resolves what a request is about: the one place where target, `Host` and `:authority` become
/// authority, canonical path and query (RFC 9112 §3.2, RFC 9113 §8.3.1, RFC 3986 §6.2.2).
public final class RequestTarget {
    private static final byte[] HTTP = {'h', 't', 't', 'p'};
    private static final byte[] HTTPS = {'h', 't', 't', 'p', 's'};
    private static final boolean[] REG_NAME = new boolean[256];

    static {
        // Of what RFC 3986 allows in a registered name, the characters that names have in fact: the
        // rest
        // ("!$&'()*+,;=%") only serves to make two readers disagree.
        for (int c = 0; c < 128; c++) {
            REG_NAME[c] =
                    Character.isLetterOrDigit(c) || c == '-' || c == '.' || c == '_' || c == '~';
        }
    }

    private RequestTarget() {}

    /// Resolves the target in the octets `[start, end)` of the head's array, after the fields have
    /// been scanned, and sets authority, path and query of the head.
    ///
    /// @return null, or what is wrong and where it stands
    public static @Nullable Failure resolve(RequestHead head, int start, int end) {
        byte[] bytes = head.fields().bytes();
        if (bytes[start] == '/') {
            Failure wrong = resolveHost(head);
            return wrong != null ? wrong : resolvePath(head, start, end);
        }
        if (head.method().equals(Method.CONNECT)) {
            return resolveConnect(head, start, end);
        }
        if (end - start == 1 && bytes[start] == '*') {
            if (!head.method().equals(Method.OPTIONS)) {
                return malformed(
                        "target * with a method other than OPTIONS (RFC 9112 3.2.4)", start);
            }
            head.form(RequestHead.Form.ASTERISK);
            head.path(start, end);
            return resolveHost(head);
        }
        return resolveAbsolute(head, start, end);
    }

    /// Authority-form (RFC 9112 §3.2.3). A target that has another is for whoever serves CONNECT to
    /// refuse: the others refuse the method.
    private static @Nullable Failure resolveConnect(RequestHead head, int start, int end) {
        head.form(RequestHead.Form.OTHER);
        head.path(start, start);
        Failure wrong = resolveHost(head);
        if (wrong != null) {
            return wrong;
        }
        boolean named = head.authorityEnd() > head.authorityStart();
        String host = head.host();
        int port = head.namesPort() ? head.port() : -1;
        if (authority(head, start, end) != null || !head.namesPort()) {
            return null;
        }
        if (named && (!host.equals(head.host()) || (port >= 0 && port != head.port()))) {
            return malformed("Host differs from the target's authority (RFC 9112 3.2.2)", start);
        }
        head.form(RequestHead.Form.AUTHORITY);
        return null;
    }

    private static @Nullable Failure resolveAbsolute(RequestHead head, int start, int end) {
        byte[] bytes = head.fields().bytes();
        int colon = start;
        while (colon < end && bytes[colon] != ':') {
            colon++;
        }
        boolean known =
                Ascii.equalsIgnoreCase(bytes, start, colon, HTTP)
                        || Ascii.equalsIgnoreCase(bytes, start, colon, HTTPS);
        int from = colon + 3;
        if (!known || from > end || bytes[colon + 1] != '/' || bytes[colon + 2] != '/') {
            return malformed("target in none of the four forms (RFC 9112 3.2)", start);
        }
        if (colon - start == HTTPS.length && head.scheme() == RequestHead.Scheme.HTTP) {
            String what = "an https target on a connection that is not encrypted (RFC 9110 7.4)";
            return failure(Failure.Kind.REQUEST_MISDIRECTED, what, start);
        }
        int authorityEnd = from;
        while (authorityEnd < end && bytes[authorityEnd] != '/' && bytes[authorityEnd] != '?') {
            authorityEnd++;
        }
        if (authorityEnd == from) {
            return malformed("target without a host (RFC 9110 4.2.1)", from);
        }
        Failure wrong = resolveHost(head);
        if (wrong != null) {
            return wrong;
        }
        int hostStart = head.authorityStart();
        int hostEnd = head.authorityEnd();
        wrong = authority(head, from, authorityEnd);
        if (wrong != null) {
            return wrong;
        }
        if (hostEnd > hostStart
                && !sameOctets(head.fields(), hostStart, hostEnd, from, authorityEnd)) {
            return malformed("Host differs from the target's authority (RFC 9112 3.2.2)", from);
        }
        head.form(RequestHead.Form.ABSOLUTE);
        head.targetScheme(
                colon - start == HTTPS.length ? RequestHead.Scheme.HTTPS : RequestHead.Scheme.HTTP);
        if (authorityEnd < end && bytes[authorityEnd] == '/') {
            return resolvePath(head, authorityEnd, end);
        }
        // RFC 9112 3.2.4: this is how a client asks a proxy about the server as a whole.
        boolean whole = head.method().equals(Method.OPTIONS) && authorityEnd == end;
        int path = head.fields().append(whole ? "*" : "/");
        head.path(path, path + 1);
        return authorityEnd < end ? resolveQuery(head, authorityEnd + 1, end) : null;
    }

    private static boolean sameOctets(HeaderFields fields, int a, int aEnd, int b, int bEnd) {
        if (aEnd - a != bEnd - b) {
            return false;
        }
        byte[] bytes = fields.bytes();
        for (int i = 0; i < aEnd - a; i++) {
            if (Ascii.lower(bytes[a + i]) != Ascii.lower(bytes[b + i])) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable Failure resolveHost(RequestHead head) {
        HeaderFields fields = head.fields();
        int host = fields.find(FieldName.HOST);
        if (host < 0) {
            // RFC 9112 3.2: only a request of 1.1 must have one.
            return head.minorVersion() == 0 ? null : malformed("no Host field (RFC 9112 3.2)", 0);
        }
        int other = fields.find(FieldName.HOST, host + 1);
        if (other >= 0) {
            return malformed("more than one Host field (RFC 9112 3.2)", fields.nameStart(other));
        }
        if (fields.valueEnd(host) == fields.valueStart(host)) {
            return malformed("empty Host field (RFC 9110 4.2.1)", fields.valueStart(host));
        }
        return authority(head, fields.valueStart(host), fields.valueEnd(host));
    }

    private static @Nullable Failure authority(RequestHead head, int start, int end) {
        byte[] bytes = head.fields().bytes();
        int hostEnd =
                bytes[start] == '[' ? literalEnd(bytes, start, end) : nameEnd(bytes, start, end);
        if (hostEnd <= start) {
            return malformed("not a host (RFC 3986 3.2.2)", start);
        }
        int port = -1;
        if (hostEnd < end) {
            port = bytes[hostEnd] == ':' ? port(bytes, hostEnd + 1, end) : -2;
            if (port < -1) {
                return malformed("not a host and port (RFC 3986 3.2)", hostEnd);
            }
        }
        int lowerStart = lowered(head.fields(), start, hostEnd);
        head.authority(start, end, lowerStart, lowerStart + hostEnd - start, port);
        return null;
    }

    /// Where the host stands in lower case: where it is, or in a copy behind.
    private static int lowered(HeaderFields fields, int start, int end) {
        byte[] bytes = fields.bytes();
        int i = start;
        while (i < end && bytes[i] == Ascii.lower(bytes[i])) {
            i++;
        }
        if (i == end) {
            return start;
        }
        bytes = fields.reserve(end - start);
        int copy = fields.limit();
        for (i = start; i < end; i++) {
            bytes[copy + i - start] = Ascii.lower(bytes[i]);
        }
        fields.limit(copy + end - start);
        return copy;
    }

    private static int nameEnd(byte[] bytes, int start, int end) {
        int i = start;
        while (i < end && REG_NAME[bytes[i] & 0xff]) {
            i++;
        }
        return i;
    }

    private static int literalEnd(byte[] bytes, int start, int end) {
        for (int i = start + 1; i < end; i++) {
            byte b = bytes[i];
            if (b == ']') {
                String address = new String(bytes, start + 1, i - start - 1, ISO_8859_1);
                return NetUtil.isValidIpV6Address(address) ? i + 1 : -1;
            }
            if (b != ':' && b != '.' && Ascii.hex(b) < 0) {
                return -1;
            }
        }
        return -1;
    }

    /// The port, -1 for an empty one (RFC 3986 §3.2.3 allows it), or -2 when it is none.
    private static int port(byte[] bytes, int start, int end) {
        if (start == end) {
            return -1;
        }
        if (end - start > 5) {
            return -2;
        }
        int port = 0;
        for (int i = start; i < end; i++) {
            if (!Ascii.isDigit(bytes[i])) {
                return -2;
            }
            port = port * 10 + bytes[i] - '0';
        }
        return port > 65535 ? -2 : port;
    }

    private static @Nullable Failure resolvePath(RequestHead head, int start, int end) {
        HeaderFields fields = head.fields();
        byte[] bytes = fields.bytes();
        int pathEnd = start;
        while (pathEnd < end && bytes[pathEnd] != '?') {
            pathEnd++;
        }
        if (Paths.isCanonical(bytes, start, pathEnd)) {
            head.path(start, pathEnd);
        } else {
            try {
                byte[] canonical = Paths.canonical(bytes, start, pathEnd);
                byte[] room = fields.reserve(canonical.length);
                int copy = fields.limit();
                System.arraycopy(canonical, 0, room, copy, canonical.length);
                fields.limit(copy + canonical.length);
                head.path(copy, copy + canonical.length);
            } catch (Paths.PathException e) {
                return malformed(e.getMessage() + " (RFC 3986 3.3)", start + e.offset());
            }
        }
        return pathEnd < end ? resolveQuery(head, pathEnd + 1, end) : null;
    }

    private static @Nullable Failure resolveQuery(RequestHead head, int start, int end) {
        byte[] bytes = head.fields().bytes();
        if (!Paths.isQuery(bytes, start, end)) {
            int wrong = start;
            while (Paths.isQuery(bytes, wrong, wrong + 1)) {
                wrong++;
            }
            return malformed("octet not allowed in a query (RFC 3986 3.4)", wrong);
        }
        head.query(start, end);
        return null;
    }

    private static Failure malformed(String what, int offset) {
        return failure(Failure.Kind.REQUEST_MALFORMED, what, offset);
    }

    private static Failure failure(Failure.Kind kind, String what, int offset) {
        return new Failure(kind, what + " at octet " + offset);
    }
}
