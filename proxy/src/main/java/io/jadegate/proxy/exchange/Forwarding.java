package io.jadegate.proxy.exchange;

import io.jadegate.api.config.Address;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.RequestHead;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.grpc.GrpcTimeout;
import io.jadegate.proxy.grpc.GrpcWeb;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.OutgoingRequest;
import io.jadegate.proxy.stream.OutgoingResponse;
import io.jadegate.proxy.stream.Peer;
import io.jadegate.proxy.stream.TlsSession;
import io.jadegate.proxy.upstream.Target;
import io.jadegate.proxy.upstream.Upstream;
import io.jadegate.proxy.websocket.HandshakeKey;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The rules of a reverse proxy for heads that it passes on (RFC 9110 §7.6, RFC 7239): what the
/// upstream learns about the client, and what the client learns about the upstream. Pure functions,
/// so explain shows the very octets that traffic gets.
final class Forwarding {
    private static final byte[] TRAILERS = "trailers".getBytes(StandardCharsets.US_ASCII);

    private static final HeaderFields.Selection WITHOUT_PROOF =
            HeaderFields.Selection.allBut(
                    FieldName.SEC_WEBSOCKET_KEY, FieldName.SEC_WEBSOCKET_ACCEPT);

    private static final String HTTP = RequestHead.Scheme.HTTP.text();
    private static final String HTTPS = RequestHead.Scheme.HTTPS.text();

    private static final HeaderFields.Selection WITHOUT_FRAMING =
            HeaderFields.Selection.allBut(FieldName.CONTENT_LENGTH, FieldName.TRANSFER_ENCODING);

    private static final List<FieldName> TIMEOUT = List.of(FieldName.GRPC_TIMEOUT);

    private Forwarding() {}

    // ---- requests

    /// Makes the head that goes to a target.
    ///
    /// @param target null where none is chosen, as in explain
    static void request(
            OutgoingRequest out,
            RequestContext context,
            Upstream upstream,
            @Nullable Target target,
            long bodyLength,
            boolean upgrade) {
        if (context.hidesClient()) {
            PlainForwarding.request(out, context.request(), bodyLength);
            return;
        }
        RequestHead head = context.request();
        HeaderFields fields = head.fields();
        boolean trusted = context.peerTrusted();
        boolean old = head.minorVersion() == 0;
        String authority = upstream.authority(target);
        if (authority.isEmpty() && head.authorityEnd() == head.authorityStart()) {
            authority =
                    target != null && target.address() instanceof Address.Inet inet
                            ? inet.toString()
                            : "localhost";
        }
        HeaderFields.Selection selection = ForwardedFields.ofRequest(fields, trusted, old);
        long timeout = context.timeoutNanos();
        if (timeout != GrpcTimeout.NONE) {
            selection = selection.without(TIMEOUT);
        }
        out.begin(head, selection, authority, bodyLength);
        HeaderFields extra = out.extra();
        Peer peer = context.peer();
        extra.addChecked(
                FieldName.X_FORWARDED_FOR,
                forwardedFor(context.received().fields(), peer, trusted));
        addOrigin(extra, context, trusted);
        if (trusted && fields.contains(FieldName.FORWARDED)) {
            extra.add(FieldName.FORWARDED, forwarded(context));
        }
        String via = context.serving().via().element(head.majorVersion(), head.minorVersion());
        if (via != null) {
            extra.addChecked(FieldName.VIA, via);
        }
        extra.addChecked(FieldName.X_REQUEST_ID, context.requestId());
        TlsSession tls = peer.tls();
        if (tls != null) {
            tls.identity().forEach(field -> extra.addChecked(field.name(), field.value()));
        }
        out.upgrade(upgrade);
        out.acceptsTrailers(
                context.call() != null
                        || (fields.contains(FieldName.TE)
                                && fields.hasToken(FieldName.TE, TRAILERS)));
    }

    /// How long the body is that goes to a target.
    ///
    /// @param web what it goes through, or null
    /// @param length what was declared of it
    static long requestLength(@Nullable GrpcWeb web, long length) {
        boolean changed = web != null && web.changesLength() && length > 0;
        return changed ? HttpStream.UNKNOWN_LENGTH : length;
    }

    /// Says to the target of a call how much time is left for it.
    static void deadline(OutgoingRequest out, long nanos) {
        GrpcTimeout.add(out.extra(), nanos);
    }

    private static String forwardedFor(HeaderFields received, Peer peer, boolean trusted) {
        if (!trusted || !received.contains(FieldName.X_FORWARDED_FOR)) {
            return peer.text();
        }
        return String.join(", ", received.all(FieldName.X_FORWARDED_FOR)) + ", " + peer.text();
    }

    /// How the client reached us, unless a trusted peer has said it.
    private static void addOrigin(HeaderFields extra, RequestContext context, boolean trusted) {
        RequestHead received = context.received();
        HeaderFields said = context.request().fields();
        if (!trusted || !said.contains(FieldName.X_FORWARDED_PROTO)) {
            extra.addChecked(FieldName.X_FORWARDED_PROTO, received.scheme().text());
        }
        if (received.authorityEnd() > received.authorityStart()
                && (!trusted || !said.contains(FieldName.X_FORWARDED_HOST))) {
            extra.add(
                    FieldName.X_FORWARDED_HOST,
                    received.fields().bytes(),
                    received.authorityStart(),
                    received.authorityEnd());
        }
        if (context.peer().localPort() > 0 && (!trusted || saysNothingOfOrigin(said))) {
            extra.addChecked(
                    FieldName.X_FORWARDED_PORT, Integer.toString(context.peer().localPort()));
        }
    }

    /// Our port beside somebody else's scheme or host would name a place that there is not.
    private static boolean saysNothingOfOrigin(HeaderFields said) {
        return !said.contains(FieldName.X_FORWARDED_PORT)
                && !said.contains(FieldName.X_FORWARDED_PROTO)
                && !said.contains(FieldName.X_FORWARDED_HOST);
    }

    /// One element about this hop (RFC 7239 §4), in a line of its own behind those of the peer.
    private static String forwarded(RequestContext context) {
        RequestHead received = context.received();
        StringBuilder element = new StringBuilder("for=").append(node(context.peer()));
        String by = context.serving().via().node();
        if (by != null) {
            element.append(";by=").append(by);
        }
        if (received.authorityEnd() > received.authorityStart()) {
            element.append(";host=\"").append(received.authority()).append('"');
        }
        return element.append(";proto=").append(received.scheme().text()).toString();
    }

    /// A peer without an address is obfuscated, as a gateway is by the name it has in `Via` (RFC
    /// 7239 §6.3).
    private static String node(Peer peer) {
        String text = peer.text();
        if (text.indexOf(':') >= 0) {
            return "\"[" + text + "]\"";
        }
        return text.indexOf('.') < 0 ? "_" + text : text;
    }

    // ---- responses

    /// Makes the head that goes to the client from one that came from a target.
    static void response(
            OutgoingResponse out,
            ResponseHead head,
            RequestContext context,
            @Nullable String sentAuthority,
            @Nullable Target target,
            long bodyLength,
            Loop loop) {
        HeaderFields fields = head.fields();
        int status = head.status();
        if (context.hidesClient()) {
            PlainForwarding.response(out, head, bodyLength);
            return;
        }
        boolean length = status != 204 && status >= 200 && bodyLength != HttpStream.UNKNOWN_LENGTH;
        out.begin(head, ForwardedFields.ofResponse(fields, length), bodyLength);
        HeaderFields extra = out.extra();
        addPlace(extra, fields, FieldName.LOCATION, context, sentAuthority, target);
        addPlace(extra, fields, FieldName.CONTENT_LOCATION, context, sentAuthority, target);
        addRefresh(extra, fields, context, sentAuthority, target);
        addCommon(
                extra,
                fields,
                context,
                loop,
                context.serving().via().element(head.majorVersion(), head.minorVersion()));
    }

    /// Makes of a request that goes to a target the handshake of HTTP/1.1 that a client of HTTP/2
    /// does not make (RFC 8441 §5).
    static void handshake(OutgoingRequest out, HandshakeKey key) {
        out.leaveOut(WITHOUT_PROOF);
        out.extra().addChecked(FieldName.SEC_WEBSOCKET_KEY, key.text());
        if (!out.head().fields().contains(FieldName.SEC_WEBSOCKET_VERSION)) {
            out.extra().addChecked(FieldName.SEC_WEBSOCKET_VERSION, "13");
        }
    }

    /// Proves to a client of HTTP/1.1 that its handshake has been read, where the endpoint cannot
    /// (RFC 8441 §5).
    static void proof(OutgoingResponse out, RequestHead received) {
        String key = received.fields().get(FieldName.SEC_WEBSOCKET_KEY);
        if (key != null) {
            out.extra().addChecked(FieldName.SEC_WEBSOCKET_ACCEPT, new HandshakeKey(key).accept());
        }
    }

    /// Makes the head of an answer that the gateway gives by itself.
    static void local(
            OutgoingResponse out,
            ResponseHead head,
            RequestContext context,
            long bodyLength,
            Loop loop) {
        boolean length = bodyLength >= 0;
        out.begin(head, WITHOUT_FRAMING, bodyLength);
        if (length) {
            out.extra().addChecked(FieldName.CONTENT_LENGTH, Long.toString(bodyLength));
        }
        addCommon(out.extra(), head.fields(), context, loop, /* via= */ null);
    }

    /// Makes the head of the answer to a CONNECT behind which the tunnel begins, which has no
    /// length (RFC 9110 §9.3.6).
    static void connected(OutgoingResponse out, ResponseHead head) {
        out.begin(head, WITHOUT_FRAMING, HttpStream.NO_BODY);
        out.openTunnel();
    }

    /// Makes an interim response.
    static void interim(OutgoingResponse out, ResponseHead head) {
        out.begin(
                head,
                ForwardedFields.ofResponse(head.fields(), /* length= */ false),
                HttpStream.NO_BODY);
    }

    private static void addCommon(
            HeaderFields extra,
            HeaderFields fields,
            RequestContext context,
            Loop loop,
            @Nullable String via) {
        if (!fields.contains(FieldName.DATE)) {
            extra.addChecked(FieldName.DATE, loop.date());
        }
        if (via != null) {
            extra.addChecked(FieldName.VIA, via);
        }
        extra.addChecked(FieldName.X_REQUEST_ID, context.requestId());
        String hsts = context.serving().hsts();
        // RFC 6797 §7.2: never in clear text.
        if (hsts != null
                && context.peer().secure()
                && !fields.contains(FieldName.STRICT_TRANSPORT_SECURITY)) {
            extra.addChecked(FieldName.STRICT_TRANSPORT_SECURITY, hsts);
        }
    }

    private static void addPlace(
            HeaderFields extra,
            HeaderFields fields,
            FieldName name,
            RequestContext context,
            @Nullable String sentAuthority,
            @Nullable Target target) {
        int i = fields.find(name);
        if (i >= 0) {
            extra.add(name, clientView(fields.value(i), context, sentAuthority, target));
        }
    }

    /// `Refresh: 5; url=http://endpoint/path`.
    private static void addRefresh(
            HeaderFields extra,
            HeaderFields fields,
            RequestContext context,
            @Nullable String sentAuthority,
            @Nullable Target target) {
        String value = fields.get(FieldName.REFRESH);
        if (value == null) {
            return;
        }
        int url = value.toLowerCase(Locale.ROOT).indexOf("url=");
        if (url < 0) {
            extra.add(FieldName.REFRESH, value);
            return;
        }
        int from = url + 4;
        int to = value.length();
        if (from < to && (value.charAt(from) == '"' || value.charAt(from) == '\'')) {
            int closing = value.indexOf(value.charAt(from), from + 1);
            to = closing < 0 ? to : closing;
            from++;
        }
        String reference = value.substring(from, to);
        extra.add(
                FieldName.REFRESH,
                value.substring(0, from)
                        + clientView(reference, context, sentAuthority, target)
                        + value.substring(to));
    }

    /// A reference as the client must see it: one that names the endpoint names the gateway
    /// instead.
    private static String clientView(
            String reference,
            RequestContext context,
            @Nullable String sentAuthority,
            @Nullable Target target) {
        int start = authorityStart(reference);
        if (start < 0 || target == null || context.received().authority().isEmpty()) {
            return reference;
        }
        int end = start;
        while (end < reference.length() && "/?#".indexOf(reference.charAt(end)) < 0) {
            end++;
        }
        String own = context.upstreamSecure() ? HTTPS : HTTP;
        String scheme = start > 2 ? reference.substring(0, start - 3) : own;
        String authority = withoutDefaultPort(reference.substring(start, end), scheme);
        boolean endpoint =
                authority.equalsIgnoreCase(withoutDefaultPort(target.address().toString(), own))
                        || (sentAuthority != null
                                && authority.equalsIgnoreCase(
                                        withoutDefaultPort(sentAuthority, own)));
        RequestHead received = context.received();
        String seen = received.scheme().text();
        boolean sendsToTls =
                scheme.equalsIgnoreCase(HTTPS)
                        && !seen.equals(HTTPS)
                        && authority.equalsIgnoreCase(
                                withoutDefaultPort(received.authority(), seen));
        if (!endpoint || sendsToTls) {
            return reference;
        }
        return (start > 2 ? seen + ":" : "")
                + "//"
                + received.authority()
                + reference.substring(end);
    }

    private static String withoutDefaultPort(String authority, String scheme) {
        String port = scheme.equalsIgnoreCase(HTTPS) ? ":443" : ":80";
        return authority.endsWith(port)
                ? authority.substring(0, authority.length() - port.length())
                : authority;
    }

    /// Where the authority of a reference begins (RFC 3986 §4.2), or -1 when it names none. What
    /// looks like one in a path or query is none.
    private static int authorityStart(String reference) {
        int at = 0;
        while (at < reference.length() && isOfScheme(reference.charAt(at))) {
            at++;
        }
        if (at > 0 && reference.startsWith(":", at)) {
            at++;
        } else if (at > 0) {
            return -1;
        }
        return reference.startsWith("//", at) ? at + 2 : -1;
    }

    private static boolean isOfScheme(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '+'
                || c == '-'
                || c == '.';
    }
}
