package io.jadegate.proxy.observe;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The end of an access log that one event loop writes to. Never waits: when the other end does not
/// keep up, lines are dropped and counted.
public final class LoopLog {
    private static final int WRITTEN = 0;
    private static final int TOO_SLOW = 1;
    private static final int TOO_LONG = 2;

    private final @Nullable LineFormat format;
    private final Thread writer;
    private final LogLine line = new LogLine();
    private final Tally tally = new Tally(3);

    // Made at the first line.
    private volatile @Nullable LogRing ring;

    /// @param format how lines look, or null when there is no log
    LoopLog(@Nullable LineFormat format, Thread writer) {
        this.format = format;
        this.writer = writer;
    }

    /// Logs an exchange that has ended. To be called on the event loop.
    public void write(ExchangeFacts facts) {
        if (format != null) {
            line.clear();
            format.write(facts, line);
            end();
        }
    }

    /// Logs a connection without exchanges that has ended. To be called on the event loop.
    public void write(ConnectionFacts facts) {
        if (format != null) {
            line.clear();
            format.write(facts, line);
            end();
        }
    }

    private void end() {
        line.raw('\n');
        if (line.tooLong()) {
            tally.increment(TOO_LONG);
            return;
        }
        put(ring());
    }

    private LogRing ring() {
        LogRing made = ring;
        if (made == null) {
            ring = made = new LogRing();
        }
        return made;
    }

    private void put(LogRing ring) {
        int waiting = ring.put(line.octets(), line.size());
        if (waiting < 0) {
            tally.increment(TOO_SLOW);
            return;
        }
        tally.increment(WRITTEN);
        int half = LogRing.CAPACITY / 2;
        if (waiting >= half && waiting - line.size() < half) {
            LockSupport.unpark(writer);
        }
    }

    void drainTo(LogSink sink) {
        LogRing made = ring;
        if (made != null) {
            made.drainTo(sink);
        }
    }

    long linesWritten() {
        return tally.read(WRITTEN);
    }

    long linesTooSlow() {
        return tally.read(TOO_SLOW);
    }

    long linesTooLong() {
        return tally.read(TOO_LONG);
    }
}
