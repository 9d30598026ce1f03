package io.jadegate.proxy.l4;

import io.jadegate.api.filter.Reason;
import io.jadegate.proxy.observe.ConnectionFacts;
import io.jadegate.proxy.observe.ListenerCounts;
import io.jadegate.proxy.stream.Deadlines;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.Peer;
import io.jadegate.proxy.stream.ServerConnection;
import io.jadegate.proxy.stream.TlsSession;
import io.jadegate.proxy.upstream.DatagramLink;
import io.jadegate.proxy.upstream.Target;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What one client and one endpoint send each other: every datagram for itself, passed on whole or
/// dropped and counted.
///
/// Nobody says when it is over. It ends by silence; soon, once every datagram of the client has had
/// its replies, where it is known how many there are. Only for its loop's own thread.
final class UdpSession implements ServerConnection, ConnectionFacts, DatagramLink.Receiver {
    /// Silence behind the last reply that was expected: a duplicate may be on its way.
    private static final long ANSWERED_NANOS = TimeUnit.SECONDS.toNanos(2);

    /// Silence that ends a session that has to go.
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final UdpSocket socket;
    private final UdpServing serving;
    private final InetSocketAddress from;
    private final UdpClient client;
    private final Peer peer;
    private final Loop loop;
    private final DatagramLink link;
    private final ListenerCounts counts;
    private final Deadlines.Deadline deadline;
    private final long openedNanos;
    private long lastNanos;
    private long leaveNanos;
    private boolean leaving;
    private boolean over;
    private @Nullable Failure failure;
    private long expected;
    private long clientDatagrams;
    private long clientOctets;
    private long endpointDatagrams;
    private long endpointOctets;
    private long waitingBytes;
    private long durationNanos;

    UdpSession(
            UdpSocket socket,
            UdpServing serving,
            InetSocketAddress from,
            UdpClient client,
            Peer peer) {
        this.socket = socket;
        this.serving = serving;
        this.from = from;
        this.client = client;
        this.peer = peer;
        this.loop = socket.loop();
        this.link = serving.upstream().linkDatagrams(loop, this);
        this.counts = serving.counts().on(loop.index());
        this.deadline = loop.deadlines().new Deadline(this::deadlinePassed);
        this.openedNanos = loop.now();
        this.lastNanos = openedNanos;
    }

    /// Opens the way to an endpoint.
    ///
    /// @return why there is none; the session is none then
    @Nullable Failure begin() {
        Failure trouble = link.begin();
        if (trouble == null) {
            counts.tunnels().opened();
            deadline.set(due());
        }
        return trouble;
    }

    // ---- from the client

    /// @param data borrowed for the call
    void fromClient(ByteBuf data) {
        alive();
        link.send(copy(data));
    }

    @Override
    public void sent(int octets) {
        clientDatagrams++;
        clientOctets += octets;
        counts.datagramReceived();
        counts.tunnels().received(octets);
        Integer replies = serving.rules().replies();
        if (replies != null) {
            // Replies beyond those expected are none to what the client sends next.
            expected = Math.max(expected, endpointDatagrams) + replies;
            moved();
        }
    }

    @Override
    public void unsent() {
        dropped();
    }

    // ---- from the endpoint

    @Override
    public void received(ByteBuf data) {
        alive();
        socket.send(copy(data), from, this);
    }

    @Override
    public void readComplete() {
        socket.flush();
    }

    /// The system has taken a datagram for the client.
    void answered(int octets) {
        endpointDatagrams++;
        endpointOctets += octets;
        counts.datagramSent();
        counts.tunnels().sent(octets);
        if (serving.rules().replies() != null) {
            moved();
        }
    }

    /// A datagram of either side was dropped, for want of room or by the system.
    void dropped() {
        counts.datagramDropped(Reason.DATAGRAM_UNSENT);
    }

    /// So much more waits for the system to take it.
    void waits(int bytes) {
        waitingBytes += bytes;
        loop.ledger().charge(bytes);
    }

    private static ByteBuf copy(ByteBuf data) {
        int octets = data.readableBytes();
        return data.alloc().directBuffer(octets).writeBytes(data);
    }

    // ---- time

    private void alive() {
        lastNanos = loop.now();
        moved();
    }

    private void moved() {
        if (!over) {
            deadline.set(due());
        }
    }

    private long due() {
        UdpRules rules = serving.rules();
        boolean complete = rules.replies() != null && endpointDatagrams >= expected;
        long silence = complete ? Math.min(ANSWERED_NANOS, rules.idle()) : rules.idle();
        if (!leaving) {
            return lastNanos + silence;
        }
        boolean awaited = rules.replies() != null && !complete;
        long quiet = lastNanos + (awaited ? silence : Math.min(QUIET_NANOS, silence));
        return quiet - leaveNanos < 0 ? quiet : leaveNanos;
    }

    private void deadlinePassed() {
        if (loop.now() - due() < 0) {
            deadline.set(due());
        } else {
            end(leaving ? Failure.of(Failure.Kind.DRAINED) : null);
        }
    }

    // ---- the end

    @Override
    public void failed(Failure why) {
        end(why);
    }

    private void end(@Nullable Failure why) {
        if (over) {
            return;
        }
        over = true;
        failure = why;
        deadline.cancel();
        link.close(why);
        durationNanos = loop.now() - openedNanos;
        counts.tunnels().ended();
        if (why != null) {
            counts.tunnelEnded(why.reason());
        }
        serving.logs().get(loop.index()).write(this);
        socket.ended(this, serving, client, peer);
    }

    /// Goes on until both sides are quiet or the grace is over.
    @Override
    public void drain() {
        if (!leaving) {
            leaving = true;
            leaveNanos = loop.now() + serving.rules().grace();
            moved();
        }
    }

    @Override
    public void abort() {
        end(Failure.of(Failure.Kind.DRAINED));
    }

    @Override
    public void shed() {
        end(Failure.of(Failure.Kind.BUFFERS_EXHAUSTED));
    }

    // ---- as a connection among others

    @Override
    public long heldBytes() {
        return waitingBytes + link.heldBytes();
    }

    @Override
    public long responseBytes() {
        return waitingBytes;
    }

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public @Nullable TlsSession tls() {
        return null;
    }

    @Override
    public long acceptedNanos() {
        return openedNanos;
    }

    // ---- facts

    @Override
    public String listener() {
        return serving.listener();
    }

    @Override
    public String clientAddressText() {
        return peer.text();
    }

    @Override
    public String protocol() {
        return "UDP";
    }

    @Override
    public String upstream() {
        return serving.upstream().name();
    }

    @Override
    public @Nullable String target() {
        Target target = link.target();
        return target == null ? null : target.addressText();
    }

    @Override
    public int attempts() {
        return 1;
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
        return clientOctets;
    }

    @Override
    public long bytesSent() {
        return endpointOctets;
    }

    @Override
    public long datagramsReceived() {
        return clientDatagrams;
    }

    @Override
    public long datagramsSent() {
        return endpointDatagrams;
    }

    @Override
    public long startMillis() {
        return loop.wallMillis(openedNanos);
    }

    @Override
    public long connectNanos() {
        return -1;
    }

    @Override
    public long durationNanos() {
        return durationNanos;
    }
}
