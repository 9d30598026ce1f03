package io.jadegate.proxy.exchange;

import io.jadegate.api.config.RetryConfig;
import io.jadegate.api.filter.BodyTransform;
import io.jadegate.api.filter.Decision;
import io.jadegate.api.filter.LocalResponse;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.http.Ascii;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.RequestHead;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.forward.ForwardService;
import io.jadegate.proxy.forward.Verdict;
import io.jadegate.proxy.grpc.GrpcAnswer;
import io.jadegate.proxy.grpc.GrpcCall;
import io.jadegate.proxy.grpc.GrpcStatus;
import io.jadegate.proxy.grpc.GrpcWeb;
import io.jadegate.proxy.l4.Pump;
import io.jadegate.proxy.l4.Relay;
import io.jadegate.proxy.observe.TunnelCounts;
import io.jadegate.proxy.proxyprotocol.ProxyHeader;
import io.jadegate.proxy.stream.Bond;
import io.jadegate.proxy.stream.Deadlines;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.OutgoingResponse;
import io.jadegate.proxy.upstream.Target;
import io.jadegate.proxy.upstream.Upstream;
import io.jadegate.proxy.websocket.Extensions;
import io.jadegate.proxy.websocket.HandshakeKey;
import io.jadegate.proxy.websocket.WebSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One proxied request with its response.
///
/// ```
/// DECIDING → CALLING ⇄ (retry) → ANSWERING → ENDED
///    └─────────┴── local answer ──┘    └→ TUNNEL → ENDED
/// ```
///
/// DECIDING asks the policies; CALLING has an attempt under way and no answer yet; ANSWERING has
/// begun an answer, so that from here on trouble can only cut it. Everything runs on the loop of
/// the client's connection, where the attempts' connections live, too: no locks, no volatile
/// fields.
final class Exchange implements HttpStream.RequestReceiver {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private static final byte[] EVENT_STREAM =
            "text/event-stream".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TRAILERS = "trailers".getBytes(StandardCharsets.US_ASCII);

    private static final Failure MALFORMED_BODY =
            new Failure(Failure.Kind.REQUEST_MALFORMED, "content that is not in its encoding");

    /// How long an endpoint may keep a client waiting that wants to hear `100 Continue`.
    private static final long CONTINUE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /// The longest pause before an endpoint is tried again that has just failed; drawn evenly.
    private static final long RETRY_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

    /// When a client should come back whose request was shed, in seconds.
    private static final String RETRY_AFTER = "1";

    /// A head of up to this size is part of what any request costs; the memory of a larger one is
    /// charged for as long as the exchange lasts.
    private static final int SMALL_HEAD = 4096;

    private enum Phase {
        DECIDING,
        CALLING,
        ANSWERING,
        TUNNEL,
        ENDED
    }

    private final HttpService service;
    private final LoopState state;
    private final Loop loop;
    private final Serving serving;
    private final HttpStream.Server client;
    private final RequestHead head;
    private final RequestContext context;
    private final RequestBody body;
    private final long bodyLength;
    private final Story story;
    private final Deadlines.Deadline deadline;
    private Deadlines.@Nullable Deadline totalDeadline;
    private Deadlines.@Nullable Deadline continueDeadline;
    private Deadlines.@Nullable Deadline halfCloseDeadline;
    private Phase phase = Phase.DECIDING;
    private @Nullable Way way;
    private @Nullable Attempt attempt;
    private @Nullable ConnectTunnel connect;
    private @Nullable ResponseHead responseHead;
    private @Nullable Pump answer;
    private @Nullable Relay relay;
    private @Nullable Tunnel tunnel;
    private @Nullable HandshakeKey key;
    private boolean proven;
    private @Nullable GrpcWeb web;
    private @Nullable BodyTransform requestTransform;
    private @Nullable BodyTransform responseTransform;
    private int headBytes;
    private @Nullable CallDeadline total;
    private boolean awaiting;
    private boolean reading = true;
    private boolean continued;
    private boolean retrying;

    Exchange(
            HttpService service,
            LoopState state,
            Serving serving,
            HttpStream.Server client,
            RequestHead head,
            long bodyLength) {
        this.service = service;
        this.state = state;
        this.loop = state.loop();
        this.serving = serving;
        this.client = client;
        this.head = head;
        this.bodyLength = bodyLength;
        this.context = new RequestContext(serving, client.peer(), head, loop.random());
        this.body =
                new RequestBody(
                        client, loop.ledger(), bodyLength == HttpStream.NO_BODY || bodyLength == 0);
        this.story = new Story(serving, client, head, context, body);
        this.deadline = loop.deadlines().new Deadline(this::deadlinePassed);
        int headSize = head.fields().bytes().length;
        if (headSize > SMALL_HEAD) {
            headBytes = headSize;
            loop.ledger().charge(headSize);
        }
        client.receiver(this);
    }

    // ---- deciding

    void begin() {
        LocalResponse refusal = context.admit();
        if (refusal != null) {
            respond(refusal);
            return;
        }
        if (bodyLength > route().bodyLimit()) {
            respond(LocalResponse.of(Reason.REQUEST_BODY_TOO_LARGE));
            return;
        }
        web = context.web();
        requestTransform = web == null ? null : web.requestBody();
        decide();
    }

    /// Answers that the node holds too much to begin anything new.
    void shed() {
        if (!body.ended()) {
            client.closeAfterResponse();
        }
        respond(
                new LocalResponse(
                        Reason.BUFFERS_EXHAUSTED.status(),
                        Reason.BUFFERS_EXHAUSTED,
                        null,
                        List.of(new LocalResponse.Field(FieldName.RETRY_AFTER, RETRY_AFTER)),
                        null));
    }

    /// Answers what is no request that could be served.
    void refuse(Failure failure) {
        respond(failure);
    }

    private void decide() {
        Decision decision;
        try {
            decision = context.decide(/* commit= */ true, null);
        } catch (RuntimeException e) {
            // A filter's bug is its request's misfortune and not the connection's.
            LOG.error("a filter failed to decide", e);
            fail(Failure.of(Failure.Kind.INTERNAL));
            return;
        }
        decided(decision);
    }

    private void decided(Decision decision) {
        switch (decision) {
            case Decision.Proceed _ -> act();
            case Decision.Respond(LocalResponse response) -> respond(response);
            case Decision.Await(String _, Decision.Work work) -> {
                awaiting = true;
                progress();
                work.start(outcome -> loop.eventLoop().execute(() -> awaited(outcome)));
            }
        }
    }

    private void awaited(Decision outcome) {
        if (phase != Phase.DECIDING) {
            return;
        }
        awaiting = false;
        deadline.cancel();
        try {
            context.awaited(outcome);
            if (outcome instanceof Decision.Respond(LocalResponse response)) {
                respond(response);
            } else {
                decide();
            }
        } catch (RuntimeException e) {
            LOG.error("a filter failed behind what it had waited for", e);
            fail(Failure.of(Failure.Kind.INTERNAL));
        }
        if (phase != Phase.ENDED && attempt != null) {
            attempt.flush();
        }
    }

    private void act() {
        LocalResponse refusal = context.refusedByAction();
        if (refusal != null) {
            respond(refusal);
            return;
        }
        Way fixed = route().way();
        if (fixed != null) {
            // What most do, without a look at the action: see Route.
            way = fixed;
            call();
            return;
        }
        switch (route().action()) {
            case Route.Action.Pass(Upstream upstream) -> {
                way = new Way(upstream, null);
                call();
            }
            case Route.Action.Forward(ForwardService service) -> find(service);
            case Route.Action.Redirect redirect ->
                    respond(LocalActions.redirect(redirect, context));
            case Route.Action.Respond respond -> respond(LocalActions.respond(respond, context));
        }
    }

    // ---- where a forward proxy goes

    private void find(ForwardService service) {
        awaiting = true;
        progress();
        service.find(
                context.destination(),
                verdict -> {
                    if (loop.eventLoop().inEventLoop()) {
                        found(service, verdict);
                    } else {
                        loop.eventLoop().execute(() -> found(service, verdict));
                    }
                });
    }

    private void found(ForwardService service, Verdict verdict) {
        if (phase != Phase.DECIDING) {
            return;
        }
        awaiting = false;
        deadline.cancel();
        switch (verdict) {
            case Verdict.Refused(Reason reason, String detail) -> {
                story.detail(detail);
                respond(LocalResponse.of(reason, context.tellsDetails() ? detail : null));
            }
            case Verdict.Allowed(List<InetSocketAddress> addresses) -> {
                if (head.method().equals(Method.CONNECT)) {
                    connect(service, addresses);
                } else {
                    way = new Way(service.upstream(), service.upstream().towards(addresses));
                    call();
                }
            }
        }
    }

    private void connect(ForwardService forward, List<InetSocketAddress> addresses) {
        phase = Phase.CALLING;
        ConnectTunnel asked =
                new ConnectTunnel(
                        this, context, service, forward, addresses, route(), client, loop);
        connect = asked;
        asked.begin();
    }

    /// The target of a CONNECT is there.
    void connected(ConnectTunnel opened, Relay between, Target target) {
        story.target(target);
        story.attempts(opened.attempts());
        story.firstByte();
        story.status(200);
        ResponseHead answered = loop.takeResponseHead();
        responseHead = answered;
        answered.status(200);
        boolean _ = context.respond(answered);
        OutgoingResponse out = state.response();
        Forwarding.connected(out, answered);
        tunnel(opened, between, out);
    }

    /// None of the addresses of a CONNECT's target is there.
    void unreachable(ConnectTunnel asked, Failure failure, @Nullable Target target) {
        if (target != null) {
            story.target(target);
        }
        story.attempts(asked.attempts());
        respond(failure);
    }

    // ---- calling

    private void call() {
        if (context.wantsWebSocket() && route().websocket() == null) {
            respond(upgradeRefused());
            return;
        }
        phase = Phase.CALLING;
        if (web != null) {
            web.request(context.edit().fields());
        }
        CallDeadline limit = CallDeadline.of(context);
        if (limit != null) {
            totalDeadline = loop.deadlines().new Deadline(() -> fail(Failure.of(limit.kind())));
            totalDeadline.set(story.startNanos() + limit.nanos());
            total = limit;
        }
        attempt(null);
    }

    private LocalResponse upgradeRefused() {
        Reason refused = Reason.UPGRADE_REFUSED;
        return LocalResponse.of(head.webSocket() ? refused.withStatus(501) : refused);
    }

    private void attempt(@Nullable Target except) {
        story.attempt();
        Attempt next = new Attempt(this, Objects.requireNonNull(way), loop);
        attempt = next;
        next.begin(except, route().timeouts().opening());
    }

    /// A stream is there: the request goes out.
    void lent(Attempt current, HttpStream.Client stream, Target chosen) {
        story.target(chosen);
        story.sentBy(stream);
        boolean upgrade = context.wantsWebSocket();
        if (upgrade && !stream.upgradable()) {
            respond(
                    new Failure(
                            Failure.Kind.UPGRADE_FAILED,
                            "the endpoint does not offer WebSockets over HTTP/2 (RFC 8441 3)"));
            return;
        }
        long length = Forwarding.requestLength(web, bodyLength);
        Forwarding.request(state.request(), context, current.upstream(), chosen, length, upgrade);
        proven = stream.provesHandshake();
        if (head.webSocket() && proven) {
            key = HandshakeKey.random(loop.random());
            Forwarding.handshake(state.request(), key);
        }
        if (context.call() != null && total != null) {
            Forwarding.deadline(state.request(), story.startNanos() + total.nanos() - loop.now());
        }
        current.authority(authority(current.upstream(), chosen));
        current.send(state.request());
        body.attach(
                stream,
                story.attempts() < route().tries() && Retries.mayFollow(route(), head, stream));
        if (!reading) {
            stream.flush();
        }
        if (!body.ended() && context.expectsContinue() && body.received() == 0) {
            continueDeadline = loop.deadlines().new Deadline(this::sendContinue);
            continueDeadline.set(loop.now() + CONTINUE_NANOS);
        }
        progress();
    }

    /// What endpoints are told of the client's connection. What the request is about it says
    /// itself.
    ProxyHeader introduction() {
        return client.peer().introduction(null, null, null);
    }

    /// What is kept for the client's connection alone.
    Bond bond() {
        return client.bond();
    }

    private String authority(Upstream upstream, Target chosen) {
        String named = upstream.authority(chosen);
        return named.isEmpty() ? head.authority() : named;
    }

    /// There will be no stream for this attempt.
    void unavailable(Failure failure, @Nullable Target chosen) {
        if (chosen != null) {
            story.target(chosen);
        }
        boolean again =
                failure.kind().neverSent()
                        && route().retriesOn(RetryConfig.Condition.CONNECT_FAILURE)
                        && Objects.requireNonNull(way).leadsOn();
        endAttempt(failure);
        if (again && retry(chosen)) {
            return;
        }
        respond(failure);
    }

    /// The attempt broke after its request had been sent.
    void attemptFailed(Attempt current, Failure broken) {
        if (phase == Phase.TUNNEL) {
            openRelay().endpointFailed(broken);
            return;
        }
        Failure failure = unlessLate(broken);
        if (phase == Phase.ANSWERING) {
            endAttempt(failure);
            cut(failure);
            return;
        }
        boolean reused = story.connectionReused();
        boolean again = Retries.follow(route(), head, failure.kind(), reused);
        Target failed = current.target();
        endAttempt(failure);
        if (again && retry(Retries.blame(failure.kind(), reused) ? failed : null)) {
            return;
        }
        respond(failure);
    }

    /// The clock that ends what is late strikes a little later still: an endpoint that was told how
    /// much time it has may have given up before.
    private Failure unlessLate(Failure broken) {
        CallDeadline limit = total;
        if (limit == null || loop.now() - (story.startNanos() + limit.nanos()) < 0) {
            return broken;
        }
        return Failure.of(limit.kind());
    }

    private boolean retry(@Nullable Target except) {
        Upstream upstream = upstreamOf();
        boolean possible =
                phase == Phase.CALLING && story.attempts() < route().tries() && body.replayable();
        if (!possible || (!retrying && !upstream.takeRetry(route().retryShare()))) {
            return false;
        }
        retrying = true;
        body.detach();
        if (upstream.onlyTarget() == null) {
            attempt(except);
        } else {
            // The same endpoint again: not at once, and not all who failed together together.
            long pause = loop.random().nextLong(RETRY_PAUSE_NANOS);
            loop.eventLoop().schedule(this::attemptAgain, pause, TimeUnit.NANOSECONDS);
        }
        return true;
    }

    private void attemptAgain() {
        if (phase == Phase.CALLING && attempt == null) {
            attempt(null);
        }
    }

    private void sendContinue() {
        if (phase == Phase.CALLING && !continued) {
            continued = true;
            ResponseHead interim = loop.takeResponseHead();
            interim.status(100);
            Forwarding.interim(state.response(), interim);
            client.sendInterim(state.response());
            client.flush();
            loop.giveBack(interim);
        }
    }

    // ---- the endpoint's answer

    void interim(ResponseHead interim) {
        boolean wanted =
                interim.status() == 100
                        ? context.expectsContinue() && !continued
                        // RFC 8297 §2 warns of HTTP/1.1 clients that take it for the answer.
                        : head.majorVersion() > 1
                                || (interim.status() != 103 && head.minorVersion() == 1);
        if (wanted) {
            continued |= interim.status() == 100;
            Forwarding.interim(state.response(), interim);
            client.sendInterim(state.response());
        }
    }

    void response(Attempt current, ResponseHead response, long length) {
        String fault = key == null ? null : key.faultIn(response);
        if (fault != null) {
            loop.giveBack(response);
            fail(new Failure(Failure.Kind.UPGRADE_FAILED, fault));
            return;
        }
        story.firstByte();
        responseHead = response;
        if (retrying) {
            retrying = false;
            upstreamOf().giveRetryBack();
        }
        body.stopKeeping();
        cancel(halfCloseDeadline);
        if (!context.respond(response)) {
            // What a filter was to take out of the answer may still be in it.
            fail(Failure.of(Failure.Kind.INTERNAL));
            return;
        }
        int status = response.status();
        story.status(status);
        phase = Phase.ANSWERING;
        long passedLength = translate(response, length);
        OutgoingResponse out = state.response();
        Forwarding.response(
                out, response, context, current.authority(), current.target(), passedLength, loop);
        if (status == 101 && !proven) {
            Forwarding.proof(out, head);
        }
        if (status == 101) {
            startTunnel(current, response, out);
            return;
        }
        if (totalDeadline != null && isEventStream(response)) {
            totalDeadline.cancel();
            total = null;
        }
        answer = new Pump(current.stream(), client);
        closeUnlessContinued();
        client.sendResponse(out);
        progress();
    }

    /// Has the answer to a call by gRPC-Web go through what makes it one, if it can have content.
    ///
    /// @param length of the answer's content
    /// @return that of what the client gets
    private long translate(ResponseHead response, long length) {
        HeaderFields fields = response.fields();
        if (context.call() == null || GrpcCall.of(fields) != GrpcCall.NATIVE) {
            return length;
        }
        BodyTransform transform = web == null ? null : web.response(fields);
        if (length == HttpStream.NO_BODY
                || (length == 0 && fields.contains(FieldName.GRPC_STATUS))) {
            return length;
        }
        responseTransform = transform;
        // An answer without content is not over before its trailers have said how the call ended.
        return length == 0 || transform != null ? HttpStream.UNKNOWN_LENGTH : length;
    }

    /// A client that waits for `100 Continue` and is answered otherwise may or may not send its
    /// body (RFC 9110 §10.1.1). What it sends next must not be taken for the one or the other.
    private void closeUnlessContinued() {
        if (context.expectsContinue() && !continued && !body.ended() && body.received() == 0) {
            client.closeAfterResponse();
        }
    }

    private static boolean isEventStream(ResponseHead response) {
        HeaderFields fields = response.fields();
        int type = fields.find(FieldName.CONTENT_TYPE);
        if (type < 0 || fields.valueEnd(type) - fields.valueStart(type) < EVENT_STREAM.length) {
            return false;
        }
        int start = fields.valueStart(type);
        return Ascii.equalsIgnoreCase(
                fields.bytes(), start, start + EVENT_STREAM.length, EVENT_STREAM);
    }

    void responseData(ByteBuf data) {
        if (relay != null) {
            relay.endpointData(data);
        } else if (answer != null) {
            passOn(answer, data);
        } else {
            data.release();
        }
    }

    private void passOn(Pump open, ByteBuf data) {
        int octets = data.readableBytes();
        ByteBuf passed = responseTransform == null ? data : responseTransform.data(data);
        if (passed != null) {
            open.data(passed, octets);
        } else {
            fail(Failure.of(Failure.Kind.RESPONSE_MALFORMED));
        }
    }

    void responseEnd(@Nullable HeaderFields trailers) {
        if (relay != null) {
            relay.endpointEnded();
            return;
        }
        HeaderFields passed = trailers;
        if (context.call() != null) {
            HeaderFields last = trailers == null ? answered().fields() : trailers;
            story.grpcStatus(GrpcStatus.in(last));
        }
        if (trailers != null) {
            if (context.call() != null || head.fields().hasToken(FieldName.TE, TRAILERS)) {
                ForwardedFields.cleanTrailers(trailers);
            } else {
                passed = null;
            }
        }
        if (responseTransform != null && answer != null) {
            ByteBuf last = responseTransform.end(passed);
            if (last == null) {
                fail(Failure.of(Failure.Kind.RESPONSE_MALFORMED));
                return;
            }
            answer.data(last, 0);
            passed = passed == null || passed.size() == 0 ? null : passed;
        }
        endAttempt(null);
        client.sendEnd(passed);
        finish();
    }

    void upstreamWritable() {
        if (relay != null) {
            relay.endpointWritable();
        } else {
            body.writable();
            progress();
        }
    }

    void upstreamReadComplete() {
        client.flush();
        if (phase == Phase.ANSWERING) {
            progress();
        }
    }

    // ---- the client

    @Override
    public void data(ByteBuf data) {
        reading = true;
        if (relay != null) {
            relay.clientData(data);
            return;
        }
        if (phase == Phase.ENDED) {
            data.release();
            return;
        }
        int octets = data.readableBytes();
        ByteBuf passed = requestTransform == null ? data : requestTransform.data(data);
        if (passed == null) {
            fail(MALFORMED_BODY);
            return;
        }
        body.add(passed, octets);
        Route route = context.routeOrNull();
        if (route != null && body.received() > route.bodyLimit()) {
            fail(Failure.of(Failure.Kind.REQUEST_BODY_TOO_LARGE));
        }
    }

    @Override
    public void end(@Nullable HeaderFields trailers) {
        if (relay != null) {
            relay.clientEnded();
        } else if (phase != Phase.ENDED) {
            ByteBuf last = requestTransform == null ? null : requestTransform.end(trailers);
            if (requestTransform != null && last == null) {
                fail(MALFORMED_BODY);
                return;
            }
            if (last != null) {
                body.add(last, 0);
            }
            body.end(trailers);
            progress();
        }
    }

    @Override
    public void failed(Failure failure) {
        if (relay != null) {
            relay.clientFailed(failure);
            return;
        }
        if (phase == Phase.ENDED) {
            return;
        }
        if (failure.kind() == Failure.Kind.CLIENT_CLOSED) {
            resetAttempt(failure);
            story.reason(failure.reason());
            story.cutShort();
            finish();
            return;
        }
        fail(failure);
        client.flush();
    }

    @Override
    public void writable() {
        if (relay != null) {
            relay.clientWritable();
        } else if (answer != null) {
            answer.writable();
            progress();
        }
    }

    @Override
    public void readComplete() {
        reading = false;
        if (relay != null) {
            relay.clientReadComplete();
        } else if (attempt != null) {
            attempt.flush();
            if (!body.ended()) {
                progress();
            }
        }
    }

    @Override
    public void halfClosed() {
        long nanos = route().timeouts().halfClose();
        if (nanos > 0 && (phase == Phase.CALLING || phase == Phase.DECIDING)) {
            Deadlines.Deadline gone = loop.deadlines().new Deadline(this::clientGone);
            gone.set(loop.now() + nanos);
            halfCloseDeadline = gone;
        }
    }

    private void clientGone() {
        failed(Failure.of(Failure.Kind.CLIENT_CLOSED));
        client.reset();
    }

    // ---- time

    /// Something has moved: whoever must move next has its whole time again.
    private void progress() {
        long nanos = waitNanos();
        if (nanos > 0) {
            deadline.set(loop.now() + nanos);
        } else {
            deadline.cancel();
        }
    }

    private long waitNanos() {
        Route route = context.routeOrNull();
        Failure.Kind kind = waitsFor();
        if (kind == null || route == null) {
            return 0;
        }
        Timeouts timeouts = route.timeouts();
        return switch (kind) {
            case REQUEST_BODY_TIMEOUT -> timeouts.bodyIdle();
            case UPSTREAM_WRITE_TIMEOUT, CLIENT_WRITE_TIMEOUT -> timeouts.write();
            case FIRST_BYTE_TIMEOUT -> shorter(timeouts.firstByte(), route.perTryNanos());
            case IDLE_TIMEOUT -> timeouts.idle();
            // A filter that asks somebody has as long as an endpoint has.
            case TOTAL_TIMEOUT -> timeouts.firstByte();
            default -> 0;
        };
    }

    private static long shorter(long a, long b) {
        return a == 0 || (b > 0 && b < a) ? b : a;
    }

    /// What it would be called if nothing moved any more; null when somebody else keeps the time.
    private Failure.@Nullable Kind waitsFor() {
        if (phase == Phase.ANSWERING) {
            return answer != null && answer.stalled()
                    ? Failure.Kind.CLIENT_WRITE_TIMEOUT
                    : Failure.Kind.IDLE_TIMEOUT;
        }
        if (phase == Phase.DECIDING) {
            return awaiting ? Failure.Kind.TOTAL_TIMEOUT : null;
        }
        if (phase != Phase.CALLING || attempt == null || !attempt.sent()) {
            return null;
        }
        if (body.ended()) {
            return Failure.Kind.FIRST_BYTE_TIMEOUT;
        }
        return body.stalled()
                ? Failure.Kind.UPSTREAM_WRITE_TIMEOUT
                : Failure.Kind.REQUEST_BODY_TIMEOUT;
    }

    private void deadlinePassed() {
        Failure.Kind kind = waitsFor();
        if (kind == null || (kind == Failure.Kind.FIRST_BYTE_TIMEOUT && retryAfterTimeout())) {
            return;
        }
        fail(Failure.of(kind));
        client.flush();
    }

    /// Gives up a try, but not the exchange, when a time for each try is set and was the shorter
    /// one.
    private boolean retryAfterTimeout() {
        Route route = route();
        long perTry = route.perTryNanos();
        long firstByte = route.timeouts().firstByte();
        if (perTry == 0 || (firstByte > 0 && firstByte <= perTry) || !head.method().idempotent()) {
            return false;
        }
        Target slow = attempt == null ? null : attempt.target();
        resetAttempt(Failure.of(Failure.Kind.FIRST_BYTE_TIMEOUT));
        return retry(slow);
    }

    /// Ends the exchange for a failure that is not the attempt's own.
    private void fail(Failure failure) {
        resetAttempt(failure);
        if (phase == Phase.ANSWERING) {
            cut(failure);
        } else if (phase != Phase.ENDED) {
            respond(failure);
            client.flush();
        }
    }

    // ---- local answers

    private void respond(Failure failure) {
        story.detail(failure.detail());
        // What exactly is wrong helps those who own the client, and those who attack it.
        String told = context.tellsDetails() ? failure.detail() : null;
        respond(LocalResponse.of(failure.reason(), told), statusOf(failure));
    }

    /// What a call ends in by a failure; null when the reason says it.
    private static @Nullable GrpcStatus statusOf(Failure failure) {
        return failure.resetCode() == Failure.NO_RESET
                ? null
                : GrpcStatus.ofReset(failure.resetCode());
    }

    private void respond(LocalResponse decided) {
        respond(decided, /* ended= */ null);
    }

    /// @param ended what a call has ended in that is answered so; null when the answer says it
    private void respond(LocalResponse decided, @Nullable GrpcStatus ended) {
        // No answer of the gateway's own opens a WebSocket.
        boolean success = decided.status() < 300;
        LocalResponse response =
                success && head.webSocket()
                        ? upgradeRefused()
                        : GrpcAnswer.to(context.call(), decided, ended);
        resetAttempt(null);
        if (head.method().equals(Method.CONNECT)) {
            // What comes next may be meant for the tunnel that there is not.
            client.closeAfterResponse();
        }
        phase = Phase.ANSWERING;
        int status = response.status();
        story.status(status);
        story.reason(response.reason());
        if (response.detail() != null) {
            story.detail(response.detail());
        }
        LocalResponse.Body content = LocalActions.body(response, context);
        ResponseHead answerHead = loop.takeResponseHead();
        responseHead = answerHead;
        LocalActions.fill(answerHead, response, content, context);
        boolean _ = context.respond(answerHead);
        GrpcStatus told = context.call() == null ? null : GrpcStatus.in(answerHead.fields());
        story.grpcStatus(told);
        byte[] octets = content == null ? new byte[0] : content.bytes();
        boolean bodyless =
                status == 204 || status == 304 || (told != null && head.majorVersion() > 1);
        Forwarding.local(
                state.response(),
                answerHead,
                context,
                bodyless ? HttpStream.NO_BODY : octets.length,
                loop);
        closeUnlessContinued();
        client.sendResponse(state.response());
        if (octets.length > 0 && !bodyless && !head.method().equals(Method.HEAD)) {
            client.send(Unpooled.wrappedBuffer(octets));
        }
        client.sendEnd(null);
        if (!reading) {
            client.flush();
        }
        finish();
    }

    /// The answer cannot be brought to its end: the client must see that it is not whole.
    private void cut(Failure failure) {
        story.failure(failure);
        story.cutShort();
        if (mayEndByStatus(failure)) {
            HeaderFields trailers = GrpcAnswer.trailers(failure.reason(), statusOf(failure));
            story.grpcStatus(GrpcStatus.in(trailers));
            client.sendEnd(trailers);
            client.flush();
        } else {
            client.reset();
        }
        finish();
    }

    /// Whether the client can be told of a failure by trailers: it is a call whose status says that
    /// it failed. Not where it does not read, or is the one who broke; and a declared length must
    /// be kept.
    private boolean mayEndByStatus(Failure failure) {
        return context.call() == GrpcCall.NATIVE
                && head.majorVersion() > 1
                && failure.side() != Failure.Side.DOWNSTREAM
                && answer != null
                && !answer.stalled()
                && !answered().fields().contains(FieldName.CONTENT_LENGTH);
    }

    // ---- tunnels

    private void startTunnel(Attempt current, ResponseHead answered, OutgoingResponse out) {
        Route route = route();
        WebSocket webSocket =
                new WebSocket(
                        loop,
                        client,
                        current.stream(),
                        Objects.requireNonNull(route.websocket()),
                        Extensions.of(answered.fields().all(FieldName.SEC_WEBSOCKET_EXTENSIONS)),
                        route.counts().on(loop.index()).tunnels(TunnelCounts.Kind.WEBSOCKET),
                        route.timeouts().tunnelIdle(),
                        this::tunnelEnded);
        tunnel(
                new WebSocketTunnel(webSocket, route, context, service, client, loop),
                webSocket.relay(),
                out);
    }

    private void tunnel(Tunnel opened, Relay between, OutgoingResponse out) {
        phase = Phase.TUNNEL;
        story.becameTunnel();
        deadline.cancel();
        cancel(totalDeadline);
        cancel(halfCloseDeadline);
        relay = between;
        tunnel = opened;
        client.sendResponse(out);
        client.flush();
        if (phase == Phase.TUNNEL) {
            // Behind the head: it may have to be told at once that it must go.
            state.tunnelOpened(opened);
        }
    }

    void tunnelEnded(@Nullable Failure failure) {
        Relay ended = openRelay();
        story.tunnelled(ended.clientOctets(), ended.endpointOctets());
        story.failure(failure);
        if (tunnel != null) {
            state.tunnels().remove(tunnel);
        }
        endAttempt(null);
        if (connect != null) {
            connect.giveBack(failure);
        }
        finish();
    }

    // ---- the end

    private void resetAttempt(@Nullable Failure failure) {
        Attempt current = attempt;
        if (current != null) {
            attempt = null;
            body.detach();
            current.cancel(failure);
        }
        if (connect != null) {
            connect.giveBack(failure);
        }
    }

    private void endAttempt(@Nullable Failure failure) {
        Attempt current = attempt;
        if (current != null) {
            attempt = null;
            current.ended(failure);
        }
    }

    private void finish() {
        if (phase == Phase.ENDED) {
            return;
        }
        phase = Phase.ENDED;
        story.ended();
        deadline.cancel();
        cancel(totalDeadline);
        cancel(continueDeadline);
        cancel(halfCloseDeadline);
        body.release();
        if (headBytes > 0) {
            loop.ledger().charge(-headBytes);
        }
        Route route = context.routeOrNull();
        if (retrying && way != null) {
            way.upstream().giveRetryBack();
        }
        if (route != null) {
            route.counts().on(loop.index()).ended(story);
        } else {
            serving.unrouted().on(loop.index()).ended(story);
        }
        if (context.call() != null) {
            serving.calls().on(loop.index()).ended(story);
        }
        state.log().write(story);
        if (responseHead != null) {
            loop.giveBack(responseHead);
            responseHead = null;
        }
        loop.giveBack(head);
    }

    private static void cancel(Deadlines.@Nullable Deadline deadline) {
        if (deadline != null) {
            deadline.cancel();
        }
    }

    private Route route() {
        return Objects.requireNonNull(context.routeOrNull());
    }

    private Upstream upstreamOf() {
        return Objects.requireNonNull(way).upstream();
    }

    private ResponseHead answered() {
        return Objects.requireNonNull(responseHead);
    }

    private Relay openRelay() {
        return Objects.requireNonNull(relay);
    }

    // ---- what is held

    @Override
    public long keptBytes() {
        Attempt current = attempt;
        long waiting = current != null && current.sent() ? current.stream().heldBytes() : 0;
        long inTunnel = connect == null ? 0 : connect.heldBytes();
        return headBytes + body.keptBytes() + waiting + inTunnel;
    }

    @Override
    public @Nullable String routeName() {
        return story.routeName();
    }
}
