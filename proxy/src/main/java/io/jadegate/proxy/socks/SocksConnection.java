package io.jadegate.proxy.socks;

import io.jadegate.api.filter.Reason;
import io.jadegate.api.identity.Answer;
import io.jadegate.api.identity.Authenticator;
import io.jadegate.api.identity.Credentials;
import io.jadegate.proxy.forward.Destination;
import io.jadegate.proxy.forward.Dial;
import io.jadegate.proxy.forward.ForwardTunnel;
import io.jadegate.proxy.forward.Verdict;
import io.jadegate.proxy.listener.Arrival;
import io.jadegate.proxy.observe.ConnectionFacts;
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
import io.jadegate.proxy.upstream.Target;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A client that speaks SOCKS5 (RFC 1928), and its way to where it wants to go.
///
/// ```
/// METHODS → (PASSWORD → CHECKING) → REQUEST → CONNECTING → TUNNEL → ENDED
///    └────────────┴──────────┴────────┴──── REFUSED ────────────────┘
/// ```
///
/// What the client sends before it is answered waits, within the window of its stream, and goes
/// through the tunnel once there is one. Whoever is refused hears why, as far as the protocol can
/// say it, and has a moment to read that.
///
/// Everything runs on the loop of the client's connection, where the target's lives, too.
public final class SocksConnection implements ServerConnection, ConnectionFacts, Dial.Caller {
    static final int VERSION = 5;
    static final int OLD_VERSION = 4;

    private static final int PASSWORD_VERSION = 1;
    private static final int NO_AUTHENTICATION = 0;
    private static final int BY_PASSWORD = 2;
    private static final int NONE_ACCEPTABLE = 0xff;
    private static final int CONNECT = 1;
    private static final int IPV4 = 1;
    private static final int NAME = 3;
    private static final int IPV6 = 4;

    /// SOCKS4's "rejected or failed"; the rest means nothing.
    private static final byte[] OLD_REJECTED = {0, 0x5b, 0, 0, 0, 0, 0, 0};

    /// How long whoever was refused may take to go.
    private static final long REFUSED_NANOS = TimeUnit.SECONDS.toNanos(2);

    private enum Phase {
        METHODS,
        PASSWORD,
        CHECKING,
        REQUEST,
        CONNECTING,
        TUNNEL,
        REFUSED,
        ENDED
    }

    private final SocksService service;
    private final Supplier<@Nullable SocksService> latest;
    private final Arrival arrival;
    private final Loop loop;
    private final long acceptedNanos;
    private final SocketStream client;
    private final Deadlines.Deadline deadline;
    private Phase phase = Phase.METHODS;
    private ByteBuf held = Unpooled.EMPTY_BUFFER;
    private int charged;
    private boolean inputEnded;
    private @Nullable ByteBufAllocator allocator;
    private @Nullable Peer peer;
    private Answer.@Nullable Principal user;
    private @Nullable Destination destination;
    private @Nullable Dial dial;
    private @Nullable InetSocketAddress dialled;
    private @Nullable ForwardTunnel tunnel;
    private Deadlines.@Nullable Deadline leaveDeadline;
    private Failure.Kind leavingFor = Failure.Kind.DRAINED;
    private boolean leaving;
    private long connectNanos = -1;
    private long durationNanos;
    private @Nullable Reason reason;
    private @Nullable String detail;

    /// @param latest by which such clients are served at any time
    /// @param before as what the connection stood in the books so far; null for not at all
    SocksConnection(
            SocksService service,
            Supplier<@Nullable SocksService> latest,
            Arrival arrival,
            @Nullable ServerConnection before) {
        this.service = service;
        this.latest = latest;
        this.arrival = arrival;
        this.loop = arrival.loop();
        this.acceptedNanos = before == null ? loop.now() : before.acceptedNanos();
        this.client =
                new SocketStream(
                        loop,
                        new FromClient(),
                        this::breakage,
                        service.forward().tunnels().write());
        this.deadline = loop.deadlines().new Deadline(this::deadlinePassed);
    }

    /// The stream on the client's channel.
    SocketStream stream() {
        return client;
    }

    /// A tunnel has to go that a later configuration would not let in. What has no tunnel yet is
    /// asked about when it gets one.
    ///
    /// @param now by which clients are served from now on; null when SOCKS is not spoken any more
    public void review(@Nullable SocksService now) {
        Failure.Kind denial =
                now == null || phase == Phase.TUNNEL ? denial(now) : /* not yet */ null;
        if (denial != null && leaveDeadline == null) {
            leavingFor = denial;
            drain();
        }
    }

    private Failure.@Nullable Kind denial(@Nullable SocksService now) {
        if (now == null
                || !now.forward()
                        .stillAllows(
                                Objects.requireNonNull(destination),
                                Objects.requireNonNull(dialled).getAddress())) {
            return Failure.Kind.POLICY_CHANGED;
        }
        Authenticator users = now.users();
        if (users == null) {
            return null;
        }
        if (user == null) {
            return Failure.Kind.POLICY_CHANGED;
        }
        return users.stillKnows(user) ? null : Failure.Kind.USER_CHANGED;
    }

    // ---- the client

    private final class FromClient implements SocketStream.Receiver {
        @Override
        public void active(Channel channel) {
            allocator = channel.alloc();
            if (Peer.isUnknown(channel)) {
                phase = Phase.ENDED;
                client.reset();
                return;
            }
            peer = Peer.of(channel, arrival.tls());
            arrival.books().opened(SocksConnection.this);
            if (loop.ledger().full()) {
                loop.ledger().exchangeShed();
                cut(Failure.of(Failure.Kind.BUFFERS_EXHAUSTED));
            } else if (service.helloNanos() > 0) {
                deadline.set(acceptedNanos + service.helloNanos());
            }
        }

        @Override
        public void data(ByteBuf data) {
            switch (phase) {
                case METHODS, PASSWORD, CHECKING, REQUEST, CONNECTING -> keep(data);
                case TUNNEL -> tunnel().relay().clientData(data);
                case REFUSED, ENDED -> {
                    int octets = data.readableBytes();
                    data.release();
                    client.consumed(octets);
                }
            }
        }

        @Override
        public void readComplete() {
            if (phase == Phase.TUNNEL) {
                tunnel().relay().clientReadComplete();
            } else {
                advance();
            }
        }

        @Override
        public void end() {
            inputEnded = true;
            switch (phase) {
                case METHODS, PASSWORD, REQUEST -> {
                    advance();
                    if (isTalking()) {
                        cut(Failure.of(Failure.Kind.CLIENT_CLOSED));
                    }
                }
                case TUNNEL -> tunnel().relay().clientEnded();
                case CHECKING, CONNECTING, REFUSED, ENDED -> {}
            }
        }

        @Override
        public void failed(Failure failure) {
            if (phase == Phase.TUNNEL) {
                tunnel().relay().clientFailed(failure);
            } else {
                cut(failure);
            }
        }

        @Override
        public void writable() {
            if (phase == Phase.TUNNEL) {
                tunnel().relay().clientWritable();
            }
        }

        @Override
        public void deaf() {
            if (phase == Phase.TUNNEL) {
                tunnel().endSoon();
            }
        }

        @Override
        public void gone() {
            deadline.cancel();
            arrival.books().closed(SocksConnection.this);
        }
    }

    private Failure breakage(@Nullable Throwable cause) {
        if (cause != null && arrival.tls() != null && TlsFailures.isTls(cause)) {
            arrival.books().counts().tlsBroken();
        }
        return Failure.of(Failure.Kind.CLIENT_CLOSED, cause);
    }

    private void keep(ByteBuf data) {
        if (held.maxCapacity() == 0) {
            held = Objects.requireNonNull(allocator).buffer(data.readableBytes());
        }
        held.writeBytes(data);
        data.release();
        charge(Ledger.footprint(held));
    }

    private void charge(int bytes) {
        loop.ledger().charge(bytes - charged);
        charged = bytes;
    }

    private void releaseHeld() {
        held.release();
        held = Unpooled.EMPTY_BUFFER;
        charge(0);
    }

    // ---- what is said before the tunnel

    private boolean isTalking() {
        return phase == Phase.METHODS || phase == Phase.PASSWORD || phase == Phase.REQUEST;
    }

    /// Reads as many messages as there are; a client need not wait for an answer before the next.
    private void advance() {
        boolean more = true;
        while (more) {
            more =
                    switch (phase) {
                        case METHODS -> readMethods();
                        case PASSWORD -> readPassword();
                        case REQUEST -> readRequest();
                        case CHECKING, CONNECTING, TUNNEL, REFUSED, ENDED -> false;
                    };
        }
    }

    /// The octet at an offset of what has not been read.
    private int octet(int offset) {
        return held.getUnsignedByte(held.readerIndex() + offset);
    }

    private boolean has(int octets) {
        return held.readableBytes() >= octets;
    }

    /// A message has been read.
    private void consume(int octets) {
        held.skipBytes(octets);
        client.consumed(octets);
    }

    private byte[] octets(int offset, int length) {
        byte[] octets = new byte[length];
        held.getBytes(held.readerIndex() + offset, octets);
        return octets;
    }

    private boolean readMethods() {
        if (!has(1)) {
            return false;
        }
        if (octet(0) != VERSION) {
            refuse(Reason.REQUEST_VERSION, "SOCKS4", OLD_REJECTED);
            return false;
        }
        if (!has(2) || !has(2 + octet(1))) {
            return false;
        }
        int wanted = service.users() == null ? NO_AUTHENTICATION : BY_PASSWORD;
        boolean offered = false;
        for (int i = 0; i < octet(1); i++) {
            offered |= octet(2 + i) == wanted;
        }
        if (!offered) {
            if (wanted == BY_PASSWORD) {
                service.outcomes().accept(new Answer.Refused(Reason.AUTHENTICATION_MISSING, 0));
                refuse(Reason.AUTHENTICATION_MISSING, null, VERSION, NONE_ACCEPTABLE);
            } else {
                refuse(Reason.REQUEST_PROTOCOL, null, VERSION, NONE_ACCEPTABLE);
            }
            return false;
        }
        consume(2 + octet(1));
        say(VERSION, wanted);
        phase = wanted == BY_PASSWORD ? Phase.PASSWORD : Phase.REQUEST;
        return true;
    }

    /// Name and password (RFC 1929 §2).
    private boolean readPassword() {
        if (!has(1)) {
            return false;
        }
        if (octet(0) != PASSWORD_VERSION) {
            refuse(Reason.REQUEST_MALFORMED, "RFC 1929 2", PASSWORD_VERSION, 1);
            return false;
        }
        if (!has(2) || !has(3 + octet(1))) {
            return false;
        }
        int name = octet(1);
        int password = octet(2 + name);
        if (!has(3 + name + password)) {
            return false;
        }
        Credentials shown =
                new Credentials.Password(
                        new String(octets(2, name), StandardCharsets.ISO_8859_1),
                        octets(3 + name, password));
        consume(3 + name + password);
        phase = Phase.CHECKING;
        Authenticator users = Objects.requireNonNull(service.users());
        switch (users.authenticate(shown, Objects.requireNonNull(peer).address())) {
            case Answer.Known known -> checked(known);
            case Answer.NotMine _ -> checked(new Answer.Refused(Reason.AUTHENTICATION_FAILED, 0));
            case Answer.Later(String _, Answer.Check check) ->
                    check.begin(known -> loop.eventLoop().execute(() -> checkedLater(known)));
        }
        return phase == Phase.REQUEST;
    }

    private void checkedLater(Answer.Known known) {
        checked(known);
        advance();
        if (inputEnded && isTalking()) {
            cut(Failure.of(Failure.Kind.CLIENT_CLOSED));
        }
    }

    private void checked(Answer.Known known) {
        if (phase != Phase.CHECKING) {
            return;
        }
        service.outcomes().accept(known);
        switch (known) {
            case Answer.Principal principal -> {
                user = principal;
                say(PASSWORD_VERSION, 0);
                phase = Phase.REQUEST;
            }
            case Answer.Refused(Reason why, int _) -> refuse(why, null, PASSWORD_VERSION, 1);
        }
    }

    /// Where the client wants to go (RFC 1928 §4).
    private boolean readRequest() {
        if (!has(4)) {
            return false;
        }
        if (octet(0) != VERSION || octet(2) != 0) {
            refuse(Reason.REQUEST_MALFORMED, "RFC 1928 4", SocksReply.FAILED);
            return false;
        }
        if (octet(1) != CONNECT) {
            refuse(Reason.REQUEST_METHOD, "command " + octet(1), SocksReply.UNKNOWN_COMMAND);
            return false;
        }
        int start = 4;
        int length;
        switch (octet(3)) {
            case IPV4 -> length = 4;
            case IPV6 -> length = 16;
            case NAME -> {
                if (!has(5)) {
                    return false;
                }
                start = 5;
                length = octet(4);
            }
            default -> {
                refuse(
                        Reason.REQUEST_MALFORMED,
                        "address type " + octet(3),
                        SocksReply.UNKNOWN_ADDRESS_TYPE);
                return false;
            }
        }
        if (!has(start + length + 2)) {
            return false;
        }
        byte[] address = octets(start, length);
        int port = octet(start + length) << 8 | octet(start + length + 1);
        consume(start + length + 2);
        try {
            Destination named =
                    start == 5
                            ? Destination.of(new String(address, StandardCharsets.ISO_8859_1), port)
                            : Destination.of(InetAddress.getByAddress(address), port);
            find(named);
        } catch (IllegalArgumentException | UnknownHostException e) {
            refuse(Reason.REQUEST_MALFORMED, e.getMessage(), SocksReply.FAILED);
        }
        return false;
    }

    // ---- the way there

    private void find(Destination named) {
        destination = named;
        phase = Phase.CONNECTING;
        // The rest has limits of its own.
        deadline.cancel();
        service.forward().find(named, verdict -> loop.eventLoop().execute(() -> found(verdict)));
    }

    private void found(Verdict verdict) {
        if (phase != Phase.CONNECTING) {
            return;
        }
        switch (verdict) {
            case Verdict.Allowed(var addresses) -> {
                Dial asked = new Dial(service.forward(), loop, addresses, this);
                dial = asked;
                asked.begin();
            }
            case Verdict.Refused(Reason why, String more) -> refuse(why, more, SocksReply.of(why));
        }
    }

    @Override
    public void connected(ByteStream stream, Target target, InetAddress address) {
        dialled = new InetSocketAddress(address, Objects.requireNonNull(destination).port());
        connectNanos = loop.now() - acceptedNanos;
        say(SocksReply.SUCCEEDED);
        ForwardTunnel opened =
                new ForwardTunnel(
                        loop,
                        client,
                        stream,
                        service.forward().tunnels(),
                        arrival.books().counts().tunnels(),
                        loop.now(),
                        this::tunnelEnded);
        tunnel = opened;
        phase = Phase.TUNNEL;
        ByteBuf early = held;
        held = Unpooled.EMPTY_BUFFER;
        charge(0);
        if (early.isReadable()) {
            opened.relay().clientData(early);
        } else {
            early.release();
        }
        opened.relay().clientReadComplete();
        if (inputEnded) {
            opened.relay().clientEnded();
        }
        reviewIfLate();
    }

    /// What it began by may have been replaced while it was on its way.
    @SuppressWarnings("ReferenceEquality") // each configuration has its own
    private void reviewIfLate() {
        SocksService now = latest.get();
        if (now != service && phase == Phase.TUNNEL) {
            review(now);
        }
    }

    @Override
    public void unavailable(Failure failure, @Nullable Target target) {
        if (phase == Phase.CONNECTING) {
            refuse(failure.reason(), failure.detail(), SocksReply.of(failure.reason()));
        }
    }

    @Override
    public ForwardTunnel tunnel() {
        return Objects.requireNonNull(tunnel);
    }

    // ---- what is answered

    private void say(int... octets) {
        ByteBuf out = Objects.requireNonNull(allocator).buffer(octets.length);
        for (int octet : octets) {
            out.writeByte(octet);
        }
        client.send(out);
        client.flush();
    }

    /// The address from which the target is spoken to is nobody's business: it is told as none.
    private void say(SocksReply reply) {
        say(VERSION, reply.code, 0, IPV4, 0, 0, 0, 0, 0, 0);
    }

    private void refuse(Reason why, @Nullable String more, SocksReply reply) {
        refuse(why, more, VERSION, reply.code, 0, IPV4, 0, 0, 0, 0, 0, 0);
    }

    private void refuse(Reason why, @Nullable String more, byte[] answer) {
        int[] octets = new int[answer.length];
        for (int i = 0; i < answer.length; i++) {
            octets[i] = answer[i];
        }
        refuse(why, more, octets);
    }

    /// The last words of the connection.
    private void refuse(Reason why, @Nullable String more, int... answer) {
        say(answer);
        finish(why, more);
        phase = Phase.REFUSED;
        client.sendEnd();
        deadline.set(loop.now() + REFUSED_NANOS);
    }

    // ---- the end

    private void deadlinePassed() {
        if (phase == Phase.REFUSED) {
            phase = Phase.ENDED;
            client.reset();
        } else {
            cut(Failure.of(Failure.Kind.REQUEST_HEAD_TIMEOUT));
        }
    }

    /// Ends the connection in the middle.
    private void cut(Failure why) {
        switch (phase) {
            case METHODS, PASSWORD, CHECKING, REQUEST, CONNECTING -> {
                client.reset();
                finish(why.reason(), why.detail());
            }
            case TUNNEL -> tunnel().close(why);
            case REFUSED -> {
                phase = Phase.ENDED;
                deadline.cancel();
                client.reset();
            }
            case ENDED -> {}
        }
    }

    private void tunnelEnded(@Nullable Failure why) {
        Objects.requireNonNull(dial).giveBack(why);
        finish(why == null ? null : why.reason(), why == null ? null : why.detail());
    }

    private void finish(@Nullable Reason why, @Nullable String more) {
        phase = Phase.ENDED;
        reason = why;
        detail = more;
        durationNanos = loop.now() - acceptedNanos;
        deadline.cancel();
        if (leaveDeadline != null) {
            leaveDeadline.cancel();
        }
        releaseHeld();
        if (dial != null && tunnel == null) {
            dial.giveBack(null);
        }
        if (why != null) {
            arrival.books().counts().tunnelEnded(why);
        }
        service.logs().get(loop.index()).write(this);
    }

    // ---- as a connection among others

    /// Goes on for the first half of the grace. Then a tunnel ends as soon as nothing goes through
    /// it, or in the middle when the grace is over; whoever has no tunnel yet has to go at once.
    @Override
    public void drain() {
        if (phase != Phase.TUNNEL) {
            if (phase != Phase.CONNECTING) {
                cut(Failure.of(leavingFor));
                return;
            }
        }
        if (leaveDeadline != null) {
            return;
        }
        long end = loop.now() + service.graceNanos();
        Deadlines.Deadline leave = loop.deadlines().new Deadline(() -> leave(end));
        leaveDeadline = leave;
        // Spread, so that clients do not all come back at one instant.
        long quarter = service.graceNanos() / 4;
        leave.set(loop.now() + 2 * quarter + loop.random().nextLong(quarter + 1));
    }

    private void leave(long end) {
        if (leaving || phase != Phase.TUNNEL || loop.now() - end >= 0) {
            cut(Failure.of(leavingFor));
            return;
        }
        leaving = true;
        tunnel().leaveWhenQuiet(Failure.of(leavingFor));
        Objects.requireNonNull(leaveDeadline).set(end);
    }

    @Override
    public void abort() {
        cut(Failure.of(Failure.Kind.DRAINED));
        client.reset();
    }

    @Override
    public void shed() {
        cut(Failure.of(Failure.Kind.BUFFERS_EXHAUSTED));
        client.reset();
    }

    @Override
    public long heldBytes() {
        ForwardTunnel to = tunnel;
        return (long) charged + client.heldBytes() + (to == null ? 0 : to.heldBytes());
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
        return service.forward().listener();
    }

    @Override
    public String clientAddressText() {
        return Objects.requireNonNull(peer).text();
    }

    @Override
    public String protocol() {
        return "SOCKS5";
    }

    @Override
    public @Nullable String serverName() {
        return arrival.serverName();
    }

    @Override
    public @Nullable String user() {
        return user == null ? null : user.name();
    }

    @Override
    public @Nullable String destination() {
        return destination == null ? null : destination.toString();
    }

    @Override
    public String upstream() {
        return service.forward().upstream().name();
    }

    @Override
    public @Nullable String target() {
        InetSocketAddress address = dialled;
        return address == null
                ? null
                : Destination.of(address.getAddress(), address.getPort()).toString();
    }

    @Override
    public int attempts() {
        return dial == null ? 0 : dial.attempts();
    }

    @Override
    public @Nullable Reason reason() {
        return reason;
    }

    @Override
    public @Nullable String detail() {
        return detail;
    }

    @Override
    public long bytesReceived() {
        return tunnel == null ? 0 : tunnel.relay().clientOctets();
    }

    @Override
    public long bytesSent() {
        return tunnel == null ? 0 : tunnel.relay().endpointOctets();
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
