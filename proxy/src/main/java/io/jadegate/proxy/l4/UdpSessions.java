package io.jadegate.proxy.l4;

import io.jadegate.proxy.listener.DatagramSocket;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.ServerConnection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// The sessions of one UDP listener on all of its sockets, as far as they concern each other. Safe
/// for all loops.
public final class UdpSessions implements DatagramSocket.Factory {
    private final Supplier<UdpServing> serving;
    private final RefusalLog refusals = new RefusalLog();
    private final AtomicInteger open = new AtomicInteger();
    private final List<UdpSocket> sockets = new CopyOnWriteArrayList<>();
    private volatile boolean closing;
    private boolean closed;

    /// @param serving by which the next session is opened
    public UdpSessions(Supplier<UdpServing> serving) {
        this.serving = serving;
    }

    @Override
    public DatagramSocket on(Loop loop, ServerConnection.Owner books) {
        return new UdpSocket(this, loop, books);
    }

    UdpServing serving() {
        return serving.get();
    }

    RefusalLog refusals() {
        return refusals;
    }

    /// A socket is there.
    void opened(UdpSocket socket) {
        sockets.add(socket);
    }

    /// Takes a place, or says that there is none.
    boolean take(int most) {
        if (open.incrementAndGet() <= most) {
            return true;
        }
        giveBack();
        return false;
    }

    void giveBack() {
        if (open.decrementAndGet() == 0) {
            closeIfUnneeded();
        }
    }

    boolean closing() {
        return closing;
    }

    /// Takes nobody in any more.
    void close() {
        closing = true;
        closeIfUnneeded();
    }

    /// Has the sockets stay, whatever becomes of the sessions, for a listener that is to have the
    /// address again.
    ///
    /// @return whether they are there still; then [#reopen()] or [#release()] is owed
    public synchronized boolean hold() {
        if (closed) {
            return false;
        }
        open.incrementAndGet();
        return true;
    }

    /// Takes clients in again. Sessions that have to go do.
    public void reopen() {
        closing = false;
        release();
    }

    /// The sockets need not stay.
    public void release() {
        giveBack();
    }

    /// All sockets stay while one of them has a session: the system would spread clients anew over
    /// those that are left.
    private void closeIfUnneeded() {
        if (closing) {
            closeUnlessHeld();
        }
    }

    private synchronized void closeUnlessHeld() {
        if (open.get() == 0 && !closed) {
            closed = true;
            sockets.forEach(UdpSocket::end);
        }
    }
}
