package io.jadegate.proxy.stream;

import io.jadegate.api.http.Octets;
import io.jadegate.api.http.RequestHead;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.observe.LoopCounts;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What everything on one event loop shares: deadlines, chance, the date, heads to be used again,
/// and the connections that must not outlive it. Only for the loop's own thread, but for
/// [#index()], [#eventLoop()] and [#sockets()].
public final class Loop {
    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);

    /// Heads kept for reuse; more in use at once than this are left to the collector.
    private static final int SPARE_HEADS = 256;

    /// Arrays of heads grown past this are not kept.
    private static final int KEEP_BYTES = 4096;

    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final int index;
    private final EventLoop eventLoop;
    private final LoopCounts counts;
    private final Deadlines deadlines;
    private final Sockets sockets;
    private final Ledger ledger;
    private final SplittableRandom random = new SplittableRandom();
    private final ArrayDeque<RequestHead> requestHeads = new ArrayDeque<>();
    private final ArrayDeque<ResponseHead> responseHeads = new ArrayDeque<>();
    private final Octets octets = new Octets(KEEP_BYTES);
    private final ReadBuffers readBuffers;
    private final DatagramBuffers datagramBuffers = new DatagramBuffers();
    private final RecvByteBufAllocator sparingDatagramBuffers = datagramBuffers.sparing();
    private final WriteBuffers writeBuffers = new WriteBuffers();
    private final LongSupplier clock;
    private final List<Runnable> turnEnd = new ArrayList<>();
    private final Runnable endTurn = this::endTurn;
    private boolean turnEnds;
    private long now;
    private boolean nowKnown;
    private final Set<Channel> connections = new HashSet<>();
    private long dateSecond = Long.MIN_VALUE;
    private String date = "";

    /// A loop by itself.
    public Loop(int index, EventLoop eventLoop) {
        this(index, eventLoop, System::nanoTime);
    }

    /// A loop by itself.
    ///
    /// @param clock what deadlines pass by, in nanoseconds
    public Loop(int index, EventLoop eventLoop, LongSupplier clock) {
        this(
                index,
                eventLoop,
                new LoopCounts(),
                clock,
                new Sockets(Integer.MAX_VALUE),
                Budget.unlimited());
    }

    /// @param sockets the connections of the process
    /// @param budget what the node may hold
    Loop(
            int index,
            EventLoop eventLoop,
            LoopCounts counts,
            LongSupplier clock,
            Sockets sockets,
            Budget budget) {
        this.index = index;
        this.eventLoop = eventLoop;
        this.counts = counts;
        this.sockets = sockets;
        this.clock = clock;
        this.ledger = new Ledger(budget);
        this.readBuffers = new ReadBuffers(ledger);
        this.deadlines = new Deadlines(eventLoop, clock);
    }

    /// The loop's number, from 0; loops are few and live as long as the process.
    public int index() {
        return index;
    }

    public EventLoop eventLoop() {
        return eventLoop;
    }

    /// What the loop does for its connections.
    public LoopCounts counts() {
        return counts;
    }

    public Deadlines deadlines() {
        return deadlines;
    }

    /// The connections of the process.
    public Sockets sockets() {
        return sockets;
    }

    /// What this loop holds for others.
    public Ledger ledger() {
        return ledger;
    }

    public SplittableRandom random() {
        return random;
    }

    /// When a moment was, in milliseconds since 1970 UTC.
    ///
    /// @param nanos the moment in the loop's time
    public long wallMillis(long nanos) {
        return System.currentTimeMillis() - TimeUnit.NANOSECONDS.toMillis(now() - nanos);
    }

    /// The time that deadlines pass by, in nanoseconds, as it was when it was first asked for in
    /// the loop's turn: all that a turn finds ready became ready together.
    public long now() {
        if (!nowKnown) {
            now = clock.getAsLong();
            nowKnown = true;
            endTurnLater();
        }
        return now;
    }

    /// Runs `task` once, when the loop has dealt with all that is ready to be read now and before
    /// it waits again. What is sent then, for many connections one after the other, wakes those who
    /// receive it less often than if each were served as it came.
    public void atTurnEnd(Runnable task) {
        turnEnd.add(task);
        endTurnLater();
    }

    private void endTurnLater() {
        if (!turnEnds) {
            turnEnds = true;
            eventLoop.execute(endTurn);
        }
    }

    private void endTurn() {
        // What is added meanwhile still belongs to this turn.
        for (int i = 0; i < turnEnd.size(); i++) {
            run(turnEnd.get(i));
        }
        turnEnd.clear();
        turnEnds = false;
        nowKnown = false;
    }

    /// One that fails must not stop all others, now and for ever.
    private static void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            // Errors too: memory outside the heap that runs out is one.
            LOG.error("what was left to the end of a loop's turn failed", e);
        }
    }

    /// The time now as a `Date` field has it (RFC 9110 §5.6.7).
    public String date() {
        long second = System.currentTimeMillis() / 1000;
        if (second != dateSecond) {
            dateSecond = second;
            date = HTTP_DATE.format(Instant.ofEpochSecond(second));
        }
        return date;
    }

    /// What connections of this loop read into.
    public RecvByteBufAllocator readBuffers() {
        return readBuffers;
    }

    /// What sockets of this loop read datagrams into, each whole; to be copied by who keeps them.
    public RecvByteBufAllocator datagramBuffers() {
        return datagramBuffers;
    }

    /// The same for a socket on which one datagram comes at a time.
    public RecvByteBufAllocator sparingDatagramBuffers() {
        return sparingDatagramBuffers;
    }

    public WriteBuffers writeBuffers() {
        return writeBuffers;
    }

    /// Keeps no more buffers to be used again. Called on the loop, before it stops.
    void end() {
        readBuffers.end();
        datagramBuffers.end();
        writeBuffers.end();
    }

    /// An empty place to put octets together, for use within one call.
    public Octets octets() {
        octets.clear(KEEP_BYTES);
        return octets;
    }

    /// Sees to it that a connection ends before the loop does, should nobody else end it.
    public void keep(Channel connection) {
        connections.add(connection);
        connection.closeFuture().addListener(_ -> connections.remove(connection));
    }

    void closeConnections() {
        for (Channel connection : List.copyOf(connections)) {
            connection.close();
            if (connection.isOpen()) {
                // TLS waits until its last words are sent; the loop does not.
                connection.unsafe().close(connection.voidPromise());
            }
        }
    }

    public RequestHead takeRequestHead() {
        RequestHead head = requestHeads.pollLast();
        return head == null ? new RequestHead() : head;
    }

    /// Takes a head back. The caller must hold no reference to it any more.
    public void giveBack(RequestHead head) {
        if (requestHeads.size() < SPARE_HEADS) {
            head.clear(KEEP_BYTES);
            requestHeads.addLast(head);
        }
    }

    public ResponseHead takeResponseHead() {
        ResponseHead head = responseHeads.pollLast();
        return head == null ? new ResponseHead() : head;
    }

    /// Takes a head back. The caller must hold no reference to it any more.
    public void giveBack(ResponseHead head) {
        if (responseHeads.size() < SPARE_HEADS) {
            head.clear(KEEP_BYTES);
            responseHeads.addLast(head);
        }
    }
}
