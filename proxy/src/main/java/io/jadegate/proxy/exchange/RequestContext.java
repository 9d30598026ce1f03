package io.jadegate.proxy.exchange;

import io.jadegate.api.config.FilterConfig;
import io.jadegate.api.filter.Decision;
import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.LocalResponse;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.http.Ascii;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.RequestHead;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.api.identity.Answer;
import io.jadegate.api.identity.Authenticator;
import io.jadegate.proxy.forward.Destination;
import io.jadegate.proxy.forward.ProxyScript;
import io.jadegate.proxy.grpc.GrpcCall;
import io.jadegate.proxy.grpc.GrpcTimeout;
import io.jadegate.proxy.grpc.GrpcWeb;
import io.jadegate.proxy.listener.TlsHosts;
import io.jadegate.proxy.route.RouteMatch;
import io.jadegate.proxy.route.RouteTable;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.Peer;
import io.jadegate.proxy.stream.TlsSession;
import io.jadegate.proxy.upstream.Upstream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is decided about one request, and by what: the part of an exchange that needs no network.
/// The data path and explain both run it, so there is one place where a request's fate is decided.
///
/// In order: [#admit()], then [#decide] until it says something other than go on; [#respond] for
/// the way back.
final class RequestContext implements HttpExchange {
    private static final Logger LOG = LoggerFactory.getLogger(RequestContext.class);

    private static final byte[] CONTINUE = "100-continue".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] UPGRADE = "upgrade".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] WEBSOCKET = "websocket".getBytes(StandardCharsets.US_ASCII);

    private static final int HTTP_PORT = RequestHead.Scheme.HTTP.defaultPort();

    private static final List<LocalResponse.Field> FORWARDED_METHODS =
            List.of(
                    new LocalResponse.Field(
                            FieldName.ALLOW,
                            "CONNECT, GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));

    private static final Set<String> SCRIPT_PATHS = Set.of("/proxy.pac", "/wpad.dat");

    private static final List<LocalResponse.Field> NO_CACHE =
            List.of(new LocalResponse.Field(FieldName.CACHE_CONTROL, "no-cache"));

    private static final List<LocalResponse.Field> ONLY_POST =
            List.of(new LocalResponse.Field(FieldName.ALLOW, "POST"));

    /// The longest name of DNS, and a port.
    private static final int MAX_AUTHORITY = 260;

    private static final int MAX_REQUEST_ID = 128;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final Serving serving;
    private final Peer peer;
    private final RequestHead received;
    private final boolean trusted;
    private final ClientAddresses.Client client;
    private final String requestId;
    private final @Nullable GrpcCall call;
    private @Nullable RequestHead edited;
    private @Nullable Route route;
    private @Nullable RouteMatch<Route> match;
    private @Nullable Destination destination;
    private @Nullable IdentityHashMap<Key<?>, Object> values;
    private int step;

    /// @param received loses what it says of the client's certificate
    RequestContext(Serving serving, Peer peer, RequestHead received, RandomGenerator random) {
        ForwardedFields.removeClaims(received.fields());
        this.serving = serving;
        this.peer = peer;
        this.received = received;
        this.trusted = serving.clients().trusts(peer);
        this.client = serving.clients().client(received.fields(), peer);
        this.requestId = requestId(received.fields(), trusted, random);
        this.call = GrpcCall.of(received);
    }

    /// The peer's own identifier if it may choose one, else 128 bits by chance in hexadecimal.
    private static String requestId(HeaderFields fields, boolean trusted, RandomGenerator random) {
        String theirs = trusted ? fields.get(FieldName.X_REQUEST_ID) : null;
        if (theirs != null && theirs.length() <= MAX_REQUEST_ID && Ascii.isToken(theirs)) {
            return theirs;
        }
        byte[] digits = new byte[32];
        hex(random.nextLong(), digits, 0);
        hex(random.nextLong(), digits, 16);
        return new String(digits, StandardCharsets.ISO_8859_1);
    }

    private static void hex(long bits, byte[] digits, int from) {
        for (int i = 0; i < 16; i++) {
            digits[from + i] = HEX[(int) (bits >>> (60 - 4 * i)) & 15];
        }
    }

    // ---- deciding

    /// Chooses the route.
    ///
    /// @return null, or the answer to a request that goes no further
    @Nullable LocalResponse admit() {
        return switch (serving.dispatch()) {
            case Dispatch.ByRoutes(RouteTable<Route> routes) -> admit(routes);
            case Dispatch.ToTargets(Route only, ProxyScript script) -> admitToTarget(only, script);
        };
    }

    private @Nullable LocalResponse admit(RouteTable<Route> routes) {
        Method method = received.method();
        if (method.equals(Method.TRACE) || method.equals(Method.CONNECT)) {
            return new LocalResponse(
                    405,
                    Reason.REQUEST_METHOD,
                    null,
                    List.of(
                            new LocalResponse.Field(
                                    FieldName.ALLOW,
                                    "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")),
                    null);
        }
        HttpsRedirect redirect = serving.redirect();
        if (redirect != null && !isSecure()) {
            return redirect.answer(this);
        }
        if (expectsUnknown()) {
            return LocalResponse.of(Reason.REQUEST_EXPECTATION);
        }
        if (isMisdirected()) {
            return LocalResponse.of(Reason.REQUEST_MISDIRECTED);
        }
        if (serving.via().isLoop(received.fields())) {
            return LocalResponse.of(Reason.REQUEST_LOOP);
        }
        RouteMatch<Route> found = routes.match(received, client.address());
        if (found == null) {
            return LocalResponse.of(Reason.ROUTE_NOT_FOUND);
        }
        match = found;
        route = found.route();
        return lastHop(List.of());
    }

    /// Finds out where a request to a forward proxy wants to go (RFC 9112 §3.2.2, §3.2.3).
    private @Nullable LocalResponse admitToTarget(Route only, @Nullable ProxyScript script) {
        Method method = received.method();
        if (method.equals(Method.TRACE)) {
            return new LocalResponse(405, Reason.REQUEST_METHOD, null, FORWARDED_METHODS, null);
        }
        if (expectsUnknown()) {
            return LocalResponse.of(Reason.REQUEST_EXPECTATION);
        }
        if (serving.via().isLoop(received.fields())) {
            return LocalResponse.of(Reason.REQUEST_LOOP);
        }
        if (script != null && asksForScript()) {
            return scriptOf(script);
        }
        if (received.form() == RequestHead.Form.ASTERISK) {
            return options(FORWARDED_METHODS);
        }
        boolean connect = method.equals(Method.CONNECT);
        String fault = connect ? faultOfConnect() : faultOfTarget();
        if (fault != null) {
            return LocalResponse.of(Reason.REQUEST_MALFORMED, fault);
        }
        if (!connect && received.targetScheme() == RequestHead.Scheme.HTTPS) {
            return LocalResponse.of(
                    Reason.REQUEST_MISDIRECTED, "https goes by CONNECT (RFC 9110 9.3.6)");
        }
        try {
            int port = connect || received.namesPort() ? received.port() : HTTP_PORT;
            destination = Destination.of(received.host(), port);
        } catch (IllegalArgumentException e) {
            return LocalResponse.of(Reason.REQUEST_MALFORMED, e.getMessage());
        }
        route = only;
        return lastHop(FORWARDED_METHODS);
    }

    private boolean asksForScript() {
        return isAboutProxy()
                && (received.method().equals(Method.GET) || received.method().equals(Method.HEAD))
                && SCRIPT_PATHS.contains(received.path());
    }

    /// Whether a request that is no OPTIONS asks for something of the proxy itself. In HTTP/2 each
    /// names scheme and authority, but none that names `https` is for elsewhere: that goes by
    /// CONNECT.
    private boolean isAboutProxy() {
        return received.form() == RequestHead.Form.ORIGIN
                || (received.majorVersion() == 2
                        && received.targetScheme() == RequestHead.Scheme.HTTPS);
    }

    /// The script names the proxy as the client does.
    private LocalResponse scriptOf(ProxyScript script) {
        try {
            Destination named = Destination.of(received.host(), received.port());
            return new LocalResponse(
                    Reason.PROXY_SCRIPT.status(),
                    Reason.PROXY_SCRIPT,
                    null,
                    NO_CACHE,
                    new LocalResponse.Body(
                            "application/x-ns-proxy-autoconfig",
                            script.text(named, peer.secure()).getBytes(StandardCharsets.US_ASCII)));
        } catch (IllegalArgumentException e) {
            return LocalResponse.of(Reason.REQUEST_MALFORMED, e.getMessage());
        }
    }

    private @Nullable String faultOfConnect() {
        if (received.form() != RequestHead.Form.AUTHORITY) {
            return "CONNECT without host and port (RFC 9112 3.2.3)";
        }
        HeaderFields fields = received.fields();
        return fields.contains(FieldName.CONTENT_LENGTH)
                        || fields.contains(FieldName.TRANSFER_ENCODING)
                ? "CONNECT with content (RFC 9110 9.3.6)"
                : null;
    }

    private @Nullable String faultOfTarget() {
        return received.form() == RequestHead.Form.ABSOLUTE
                ? null
                : "a proxy is asked for a whole URL (RFC 9112 3.2.2)";
    }

    private boolean expectsUnknown() {
        int expect = received.fields().find(FieldName.EXPECT);
        return expect >= 0 && !received.fields().valueIs(expect, CONTINUE);
    }

    /// Whether the client came by TLS, to us or to a trusted proxy in front of us.
    private boolean isSecure() {
        return peer.secure()
                || (trusted
                        && RequestHead.Scheme.HTTPS
                                .text()
                                .equalsIgnoreCase(
                                        received.fields().get(FieldName.X_FORWARDED_PROTO)));
    }

    private boolean isMisdirected() {
        TlsSession session = peer.tls();
        TlsHosts hosts = serving.tls();
        return session != null && hosts != null && !hosts.covers(session, received.host());
    }

    /// Answers an OPTIONS request that may be forwarded no more, or counts it down (RFC 9110
    /// §7.6.2).
    ///
    /// @param fields of the answer
    private @Nullable LocalResponse lastHop(List<LocalResponse.Field> fields) {
        if (!received.method().equals(Method.OPTIONS)) {
            return null;
        }
        String hops = received.fields().get(FieldName.MAX_FORWARDS);
        if (hops == null
                || hops.isEmpty()
                || hops.length() > 9
                || !hops.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return null;
        }
        int left = Integer.parseInt(hops);
        if (left > 0) {
            edit().fields().set(FieldName.MAX_FORWARDS, Integer.toString(left - 1));
            return null;
        }
        return options(fields);
    }

    /// The gateway's own answer to OPTIONS, which says no more than that it is there (RFC 9110
    /// §9.3.7).
    private static LocalResponse options(List<LocalResponse.Field> fields) {
        return new LocalResponse(
                200,
                Reason.ROUTE_RESPONSE,
                null,
                fields,
                new LocalResponse.Body("text/plain", new byte[0]));
    }

    /// Asks the filters from where it stopped, until one does not simply let the request pass.
    ///
    /// @param commit whether decisions count, as they do on the data path
    /// @param observer told what each filter said; for explain
    Decision decide(boolean commit, @Nullable StepObserver observer) {
        List<FilterStep> steps = chosen().steps();
        while (step < steps.size()) {
            FilterStep current = steps.get(step++);
            Decision decision = decide(current, commit, observer);
            if (!(decision instanceof Decision.Proceed)) {
                return decision;
            }
        }
        return Decision.proceed();
    }

    private Decision decide(FilterStep current, boolean commit, @Nullable StepObserver observer) {
        if (!applies(current)) {
            tell(observer, current, "skipped", Decision.proceed());
            return Decision.proceed();
        }
        if (current.mode() == FilterConfig.Mode.SHADOW) {
            // Its edits are made on a copy that is thrown away.
            RequestHead before = edited;
            edited = copyOf(request());
            Decision decision = current.filter().decide(this);
            edited = before;
            tell(observer, current, "shadow", decision);
            return Decision.proceed();
        }
        Decision decision = current.filter().decide(this);
        if (commit && !(decision instanceof Decision.Await)) {
            current.filter().commit(this, decision);
        }
        tell(observer, current, "enforce", decision);
        return decision;
    }

    /// The same request, let in as whom it was, before another configuration.
    RequestContext again(Serving now, RandomGenerator random) {
        var again = new RequestContext(now, peer, received, random);
        Answer.Principal principal = get(Answer.Principal.KEY);
        if (principal != null) {
            again.put(Answer.Principal.KEY, principal);
        }
        return again;
    }

    /// Whether it was let in as a user who has gone, or has other credentials now, whatever asks
    /// for users.
    boolean isOfFormerUser() {
        Answer.Principal principal = get(Answer.Principal.KEY);
        Authenticator users = serving.users();
        return principal != null && (users == null || !users.stillKnows(principal));
    }

    /// Asks all filters whether the tunnel that the request has become may stay.
    ///
    /// @return null when it may
    Failure.@Nullable Kind denialByFilters() {
        boolean known = get(Answer.Principal.KEY) != null;
        List<FilterStep> steps = chosen().steps();
        while (step < steps.size()) {
            Decision decision = decide(steps.get(step++), /* commit= */ false, null);
            Failure.Kind denial = denial(decision, known);
            if (denial != null) {
                return denial;
            }
        }
        return null;
    }

    private static Failure.@Nullable Kind denial(Decision decision, boolean known) {
        return switch (decision) {
            case Decision.Proceed _ -> null;
            // What nobody has shown when it was not asked for is not checked now.
            case Decision.Await _ -> known ? null : Failure.Kind.POLICY_CHANGED;
            case Decision.Respond(LocalResponse answer) ->
                    switch (answer.status()) {
                        case 401, 407 ->
                                known ? Failure.Kind.USER_CHANGED : Failure.Kind.POLICY_CHANGED;
                        case 403 -> Failure.Kind.POLICY_CHANGED;
                        default -> null;
                    };
        };
    }

    /// Takes what a filter's work ended in; if it is to go on, [#decide] comes next.
    void awaited(Decision outcome) {
        chosen().steps().get(step - 1).filter().commit(this, outcome);
    }

    private static void tell(
            @Nullable StepObserver observer, FilterStep step, String mode, Decision decision) {
        if (observer != null) {
            observer.decided(step, mode, decision);
        }
    }

    /// Asked of the request as it came, so that the answer is the same on both ways.
    private boolean applies(FilterStep step) {
        return step.mode() != FilterConfig.Mode.OFF
                && (step.when() == null
                        || step.when().matches(received, client.address(), serving.listener()));
    }

    /// What the action is not for, be it what it may.
    ///
    /// @return null, or the answer to a request that goes no further
    @Nullable LocalResponse refusedByAction() {
        if (call == null && chosen().callsOnly()) {
            return received.method().equals(Method.POST)
                    ? LocalResponse.of(Reason.REQUEST_MEDIA_TYPE)
                    : new LocalResponse(405, Reason.REQUEST_METHOD, null, ONLY_POST, null);
        }
        return call != null && timeoutNanos() == GrpcTimeout.MALFORMED
                ? LocalResponse.of(Reason.REQUEST_MALFORMED, "grpc-timeout is no time")
                : null;
    }

    /// Shows a response to every filter that saw the request, last first.
    ///
    /// @return whether all of them have done their work; the others have in any case
    boolean respond(ResponseHead head) {
        if (route == null) {
            return true;
        }
        boolean all = true;
        List<FilterStep> steps = route.steps();
        for (int i = step - 1; i >= 0; i--) {
            FilterStep current = steps.get(i);
            if (applies(current) && current.mode() == FilterConfig.Mode.ENFORCE) {
                try {
                    current.filter().response(this, head);
                } catch (RuntimeException e) {
                    LOG.error("filter {} failed on an answer", current.name(), e);
                    all = false;
                }
            }
        }
        return all;
    }

    /// Told what a filter said of a request.
    @FunctionalInterface
    interface StepObserver {
        void decided(FilterStep step, String mode, Decision decision);
    }

    // ---- facts

    Serving serving() {
        return serving;
    }

    Peer peer() {
        return peer;
    }

    /// Whether the peer is a proxy that is believed.
    boolean peerTrusted() {
        return trusted;
    }

    /// Whether the peer may read what exactly is wrong: one of the trusted addresses, which a
    /// number of hops does not name.
    boolean tellsDetails() {
        return serving.clients().names(peer);
    }

    @Nullable Route routeOrNull() {
        return route;
    }

    private Route chosen() {
        return Objects.requireNonNull(route);
    }

    /// Where a request to a forward proxy wants to go.
    Destination destination() {
        return Objects.requireNonNull(destination);
    }

    /// The same as a client of a forward proxy has named it, also when that is no place to go to;
    /// null for other requests.
    @Nullable String destinationText() {
        if (destination != null) {
            return destination.toString();
        }
        boolean named =
                received.form() == RequestHead.Form.ABSOLUTE
                        || received.form() == RequestHead.Form.AUTHORITY;
        if (!named || !(serving.dispatch() instanceof Dispatch.ToTargets)) {
            return null;
        }
        String authority = received.authority();
        return authority.substring(0, Math.min(authority.length(), MAX_AUTHORITY));
    }

    /// Whether the target is told nothing of the client that it does not say itself.
    boolean hidesClient() {
        return destination != null;
    }

    /// Whether the upstream of the route is spoken to by TLS.
    boolean upstreamSecure() {
        Upstream upstream = route == null ? null : route.upstream();
        return upstream != null && upstream.tls() != null;
    }

    boolean expectsContinue() {
        return received.minorVersion() == 1 && received.fields().contains(FieldName.EXPECT);
    }

    /// The gRPC call that the request is, or null.
    @Nullable GrpcCall call() {
        return call;
    }

    /// What stands between the caller and the endpoint when they speak gRPC differently, or null.
    @Nullable GrpcWeb web() {
        boolean translated = call != null && call != GrpcCall.NATIVE && chosen().grpcWeb();
        return translated ? new GrpcWeb(Objects.requireNonNull(call), received.fields()) : null;
    }

    /// What the caller of a call has given it, as [GrpcTimeout#in] says it.
    long timeoutNanos() {
        return call == null ? GrpcTimeout.NONE : GrpcTimeout.in(request().fields());
    }

    /// Whether the request asks to become a WebSocket (RFC 6455 §4.1, RFC 8441 §4). Any other
    /// upgrade is none of ours to pass on, and the request goes on without it.
    boolean wantsWebSocket() {
        HeaderFields fields = received.fields();
        return received.webSocket() || isUpgrade(fields);
    }

    private boolean isUpgrade(HeaderFields fields) {
        return fields.contains(FieldName.UPGRADE)
                && received.majorVersion() == 1
                && received.method().equals(Method.GET)
                && received.minorVersion() == 1
                && fields.hasToken(FieldName.UPGRADE, WEBSOCKET)
                && fields.hasToken(FieldName.CONNECTION, UPGRADE)
                && fields.contains(FieldName.SEC_WEBSOCKET_KEY)
                && !fields.contains(FieldName.CONTENT_LENGTH)
                && !fields.contains(FieldName.TRANSFER_ENCODING);
    }

    // ---- as filters see it

    @Override
    public RequestHead received() {
        return received;
    }

    @Override
    public RequestHead request() {
        return edited != null ? edited : received;
    }

    @Override
    public RequestHead edit() {
        RequestHead head = edited;
        if (head == null) {
            head = copyOf(received);
            edited = head;
        }
        return head;
    }

    private static RequestHead copyOf(RequestHead head) {
        RequestHead copy = new RequestHead();
        copy.copyFrom(head);
        return copy;
    }

    @Override
    public InetAddress clientAddress() {
        return client.address();
    }

    @Override
    public String clientAddressText() {
        return client.text();
    }

    @Override
    public String requestId() {
        return requestId;
    }

    @Override
    public String listener() {
        return serving.listener();
    }

    @Override
    public String route() {
        return route == null ? "" : route.name();
    }

    @Override
    public @Nullable String upstream() {
        Upstream upstream = route == null ? null : route.upstream();
        return upstream == null ? null : upstream.name();
    }

    @Override
    public int matchedLength() {
        return match == null ? 0 : match.matchedLength(received);
    }

    @Override
    public @Nullable String pathParameter(String name) {
        return match == null ? null : match.capture(received, name);
    }

    @Override
    public <T> @Nullable T get(Key<T> key) {
        Object value = values == null ? null : values.get(key);
        return value == null ? null : key.cast(value);
    }

    @Override
    public <T> void put(Key<T> key, T value) {
        if (values == null) {
            values = new IdentityHashMap<>(4);
        }
        values.put(key, Objects.requireNonNull(value));
    }
}
