package io.jadegate.proxy.l4;

import io.jadegate.api.filter.Reason;
import io.jadegate.proxy.listener.Arrival;
import io.jadegate.proxy.observe.ConnectionFacts;
import io.jadegate.proxy.observe.ListenerCounts;
import io.jadegate.proxy.proxyprotocol.ProxyHeader;
import io.jadegate.proxy.stream.ByteStream;
import io.jadegate.proxy.stream.Deadlines;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.Ledger;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.Peer;
import io.jadegate.proxy.stream.ServerConnection;
import io.jadegate.proxy.stream.SocketStream;
import io.jadegate.proxy.stream.TlsSession;
import io.jadegate.proxy.tls.TlsFailures;
import io.jadegate.proxy.upstream.ConnectionLease;
import io.jadegate.proxy.upstream.Connector;
import io.jadegate.proxy.upstream.Target;
import io.jadegate.proxy.upstream.Upstream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A client's connection that nobody interprets, and its way to an endpoint.
///
/// ```
/// CONNECTING ⇄ (retry) → TUNNEL → ENDED
///      └──── reset ────────────────┘
/// ```
///
/// What the client sends while an endpoint is being connected to waits, within the window of its
/// stream. Nothing can be said to a client whose endpoint cannot be reached, or whose connection
/// has to go in the middle: it is reset, so that it cannot take what it has for whole.
///
/// Everything runs on the loop of the client's connection, where the endpoint's lives, too.
final class TcpConnection implements ServerConnection, ConnectionFacts {
    /// The longest pause before an endpoint is tried again that has just failed; drawn evenly.
    private static final long RETRY_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

    /// How long it takes for the other side to end, behind one that hears nothing any more.
    private static final long DEAF_NANOS = TimeUnit.SECONDS.toNanos(10);

    /// A connection that has to go, and on which nothing has been sent for so long, is between two
    /// talks: it ends in order.
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final HexFormat HEX = HexFormat.of();

    private enum Phase {
        CONNECTING,
        TUNNEL,
        ENDED
    }

    private final TcpService service;
    private final Upstream upstream;
    private final Arrival arrival;
    private final Loop loop;
    private final long acceptedNanos;
    private final SocketStream client;
    private final ArrayDeque<ByteBuf> early = new ArrayDeque<>(2);
    private final Deadlines.Deadline deafDeadline;
    private Phase phase = Phase.CONNECTING;
    private @Nullable ListenerCounts counts;
    private @Nullable Peer peer;
    private @Nullable ProxyHeader told;
    private @Nullable String uniqueId;
    private @Nullable ConnectionLease lease;
    private @Nullable ByteStream endpoint;
    private @Nullable Target target;
    private @Nullable Relay relay;
    private Deadlines.@Nullable Deadline ageDeadline;
    private Deadlines.@Nullable Deadline leaveDeadline;
    private int earlyBytes;
    private boolean earlyEnd;
    private boolean attempting;
    private boolean retrying;
    private long lastOctetNanos;
    private long leaveNanos;
    private int attempts;
    private long connectNanos = -1;
    private long durationNanos;
    private @Nullable Failure failure;

    TcpConnection(TcpService service, Upstream upstream, Arrival arrival) {
        this.service = service;
        this.upstream = upstream;
        this.arrival = arrival;
        this.loop = arrival.loop();
        ServerConnection before = arrival.before();
        this.acceptedNanos = before == null ? loop.now() : before.acceptedNanos();
        this.lastOctetNanos = acceptedNanos;
        this.client = new SocketStream(loop, new FromClient(), this::breakage, rules().write());
        this.deafDeadline =
                loop.deadlines()
                .new Deadline(() -> end(Failure.of(Failure.Kind.CLIENT_WRITE_TIMEOUT)));
    }

    /// The stream on the client's channel.
    SocketStream stream() {
        return client;
    }

    private TcpRules rules() {
        return service.rules();
    }

    // ---- the client

    private final class FromClient implements SocketStream.Receiver {
        @Override
        public void active(Channel channel) {
            if (Peer.isUnknown(channel)) {
                phase = Phase.ENDED;
                client.reset();
            } else {
                told = Peer.introduction(channel);
                uniqueId = told == null ? null : told.uniqueId();
                begin(Peer.of(channel, arrival.tls()));
            }
        }

        @Override
        public void data(ByteBuf data) {
            if (relay != null) {
                lastOctetNanos = loop.now();
                relay.clientData(data);
            } else if (phase == Phase.CONNECTING) {
                keep(Ledger.compact(data));
            } else {
                data.release();
            }
        }

        @Override
        public void end() {
            if (relay != null) {
                relay.clientEnded();
            } else {
                earlyEnd = true;
            }
        }

        @Override
        public void failed(Failure failure) {
            if (relay != null) {
                relay.clientFailed(failure);
            } else {
                TcpConnection.this.end(failure);
            }
        }

        @Override
        public void writable() {
            if (relay != null) {
                relay.clientWritable();
            }
        }

        @Override
        public void readComplete() {
            if (relay != null) {
                relay.clientReadComplete();
            }
        }

        @Override
        public void deaf() {
            endSoon();
        }

        @Override
        public void gone() {
            arrival.books().closed(TcpConnection.this);
        }
    }

    private Failure breakage(@Nullable Throwable cause) {
        if (cause != null && arrival.tls() != null && TlsFailures.isTls(cause)) {
            arrival.books().counts().tlsBroken();
        }
        return Failure.of(Failure.Kind.CLIENT_CLOSED, cause);
    }

    private void begin(Peer known) {
        peer = known;
        arrival.books().opened(this);
        counts = arrival.books().counts();
        if (loop.ledger().full()) {
            loop.ledger().exchangeShed();
            end(Failure.of(Failure.Kind.BUFFERS_EXHAUSTED));
            return;
        }
        if (rules().maxAge() > 0) {
            // Up to a tenth less: connections begun together should not all end together.
            long spread = loop.random().nextLong(rules().maxAge() / 10 + 1);
            Deadlines.Deadline deadline =
                    loop.deadlines()
                    .new Deadline(() -> end(Failure.of(Failure.Kind.TUNNEL_MAX_AGE)));
            deadline.set(acceptedNanos + rules().maxAge() - spread);
            ageDeadline = deadline;
        }
        attempt(null);
    }

    private void keep(ByteBuf data) {
        int held = Ledger.footprint(data);
        earlyBytes += held;
        loop.ledger().charge(held);
        early.addLast(data);
    }

    private void releaseEarly() {
        early.forEach(ByteBuf::release);
        early.clear();
        forgetEarly();
    }

    private void forgetEarly() {
        loop.ledger().charge(-earlyBytes);
        earlyBytes = 0;
    }

    // ---- connecting

    private void attempt(@Nullable Target except) {
        attempts++;
        attempting = true;
        ConnectionLease asked =
                upstream.leaseConnection(
                        loop,
                        new ConnectionLease.Terms(
                                rules().opening(), rules().write(), service.speech()),
                        new FromEndpoint(),
                        except,
                        /* own= */ null);
        lease = asked;
        asked.begin();
    }

    private final class FromEndpoint implements ConnectionLease.Borrower {
        @Override
        public @Nullable ByteBuf preface(ByteBufAllocator allocator) {
            Upstream to = Objects.requireNonNull(lease).upstream();
            return to.introducesClients() ? to.introduce(introduction(), allocator) : null;
        }

        @Override
        public void lent(ByteStream stream, Target chosen) {
            chosen.counts(loop).attemptBegan();
            connected(stream, chosen);
        }

        @Override
        public void unavailable(Failure failure, @Nullable Target chosen) {
            if (chosen != null) {
                target = chosen;
                chosen.counts(loop).attemptBegan();
                chosen.counts(loop).attemptEnded(failure.reason());
            }
            attempting = false;
            if (phase == Phase.CONNECTING && !retry(failure, chosen)) {
                TcpConnection.this.end(failure);
            }
        }

        @Override
        public void data(ByteBuf data) {
            lastOctetNanos = loop.now();
            tunnel().endpointData(data);
        }

        @Override
        public void end() {
            tunnel().endpointEnded();
        }

        @Override
        public void failed(Failure failure) {
            tunnel().endpointFailed(failure);
        }

        @Override
        public void writable() {
            tunnel().endpointWritable();
        }

        @Override
        public void readComplete() {
            tunnel().endpointReadComplete();
        }

        @Override
        public void deaf() {
            endSoon();
        }
    }

    /// What the endpoint is told of the client: also what was told of it before, where the gateway
    /// does not know better.
    private ProxyHeader introduction() {
        Peer known = Objects.requireNonNull(peer);
        ProxyHeader before = told;
        String agreed = arrival.agreed().isEmpty() ? null : arrival.agreed();
        if (uniqueId == null) {
            uniqueId =
                    HEX.toHexDigits(loop.random().nextLong())
                            + HEX.toHexDigits(loop.random().nextLong());
        }
        return known.introduction(
                agreed == null && before != null ? before.alpn() : agreed,
                serverName() == null && before != null ? before.authority() : serverName(),
                uniqueId);
    }

    private boolean retry(Failure failed, @Nullable Target except) {
        if (!failed.kind().neverSent()
                || attempts >= rules().tries()
                || (!retrying && !upstream.takeRetry(rules().retryShare()))) {
            return false;
        }
        retrying = true;
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
        if (phase == Phase.CONNECTING && !attempting) {
            attempt(null);
        }
    }

    private void connected(ByteStream stream, Target chosen) {
        target = chosen;
        endpoint = stream;
        attempting = false;
        giveRetryBack();
        phase = Phase.TUNNEL;
        connectNanos = loop.now() - acceptedNanos;
        lastOctetNanos = loop.now();
        Relay opened =
                new Relay(
                        loop,
                        client,
                        stream,
                        new Pump(client, stream),
                        new Pump(stream, client),
                        Objects.requireNonNull(counts).tunnels(),
                        rules().idle(),
                        this::tunnelEnded);
        relay = opened;
        forgetEarly();
        while (!early.isEmpty()) {
            opened.clientData(early.removeFirst());
        }
        opened.clientReadComplete();
        if (earlyEnd) {
            opened.clientEnded();
        }
    }

    private void giveRetryBack() {
        if (retrying) {
            retrying = false;
            upstream.giveRetryBack();
        }
    }

    // ---- the end

    /// One side hears nothing any more. The other may have something to say still, but not for
    /// long: nobody listens.
    private void endSoon() {
        if (phase == Phase.TUNNEL) {
            deafDeadline.set(loop.now() + DEAF_NANOS);
        }
    }

    /// Ends the connection in the middle.
    private void end(Failure why) {
        switch (phase) {
            case CONNECTING -> {
                client.reset();
                finish(why);
            }
            case TUNNEL -> tunnel().close(why);
            case ENDED -> {}
        }
    }

    private void tunnelEnded(@Nullable Failure why) {
        Objects.requireNonNull(target).connectionEnded(loop, why);
        finish(why);
    }

    private void finish(@Nullable Failure why) {
        phase = Phase.ENDED;
        failure = why;
        durationNanos = loop.now() - acceptedNanos;
        deafDeadline.cancel();
        cancel(ageDeadline);
        cancel(leaveDeadline);
        giveRetryBack();
        releaseEarly();
        if (lease != null) {
            lease.giveBack();
        }
        if (why != null) {
            Objects.requireNonNull(counts).tunnelEnded(why.reason());
        }
        service.logs().get(loop.index()).write(this);
    }

    private static void cancel(Deadlines.@Nullable Deadline deadline) {
        if (deadline != null) {
            deadline.cancel();
        }
    }

    private Relay tunnel() {
        return Objects.requireNonNull(relay);
    }

    // ---- as a connection among others

    /// Goes on for the first half of the grace. Then it ends in order as soon as both sides are
    /// quiet, or in the middle when the grace is over.
    @Override
    public void drain() {
        if (leaveDeadline != null || phase == Phase.ENDED) {
            return;
        }
        leaveNanos = loop.now() + rules().grace();
        Deadlines.Deadline deadline = loop.deadlines().new Deadline(this::leave);
        leaveDeadline = deadline;
        // Spread, so that clients do not all come back at one instant.
        long quarter = rules().grace() / 4;
        deadline.set(loop.now() + 2 * quarter + loop.random().nextLong(quarter + 1));
    }

    private void leave() {
        long now = loop.now();
        if (now - leaveNanos >= 0) {
            end(Failure.of(Failure.Kind.DRAINED));
            return;
        }
        long quiet = lastOctetNanos + QUIET_NANOS;
        if (phase == Phase.TUNNEL && now - quiet >= 0) {
            Objects.requireNonNull(leaveDeadline).set(leaveNanos);
            tunnel().leave(Failure.of(Failure.Kind.DRAINED));
            return;
        }
        long next = leaveNanos - quiet < 0 ? leaveNanos : Math.max(quiet, now);
        Objects.requireNonNull(leaveDeadline).set(next);
    }

    @Override
    public void abort() {
        end(Failure.of(Failure.Kind.DRAINED));
        client.reset();
    }

    @Override
    public void shed() {
        end(Failure.of(Failure.Kind.BUFFERS_EXHAUSTED));
        client.reset();
    }

    @Override
    public long heldBytes() {
        ByteStream to = endpoint;
        return (long) earlyBytes + client.heldBytes() + (to == null ? 0 : to.heldBytes());
    }

    @Override
    public long responseBytes() {
        return client.heldBytes();
    }

    @Override
    public @Nullable Peer peer() {
        return peer;
    }

    @Override
    public @Nullable TlsSession tls() {
        return arrival.tls();
    }

    @Override
    public long acceptedNanos() {
        return acceptedNanos;
    }

    // ---- facts

    @Override
    public String listener() {
        return service.listener();
    }

    @Override
    public String clientAddressText() {
        return Objects.requireNonNull(peer).text();
    }

    @Override
    public String protocol() {
        return service.speech() == Connector.Speech.ENCRYPTED ? "TLS" : "TCP";
    }

    @Override
    public @Nullable String uniqueId() {
        return uniqueId;
    }

    @Override
    public @Nullable String serverName() {
        return arrival.serverName();
    }

    @Override
    public String upstream() {
        return upstream.name();
    }

    @Override
    public @Nullable String target() {
        return target == null ? null : target.addressText();
    }

    @Override
    public int attempts() {
        return attempts;
    }

    @Override
    public @Nullable Reason reason() {
        return failure == null ? null : failure.reason();
    }

    @Override
    public @Nullable String detail() {
        return failure == null ? null : failure.detail();
    }

    @Override
    public long bytesReceived() {
        return relay == null ? 0 : relay.clientOctets();
    }

    @Override
    public long bytesSent() {
        return relay == null ? 0 : relay.endpointOctets();
    }

    @Override
    public long startMillis() {
        return loop.wallMillis(acceptedNanos);
    }

    @Override
    public long connectNanos() {
        return connectNanos;
    }

    @Override
    public long durationNanos() {
        return durationNanos;
    }
}
