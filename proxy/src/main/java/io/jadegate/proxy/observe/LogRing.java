package io.jadegate.proxy.observe;

import java.util.concurrent.atomic.AtomicLong;

/// Octets on their way from one event loop to the writer of the log: a ring with one thread at each
/// end and no lock. The ends are positions that only grow. Whole lines go in, so whatever comes out
/// at one time ends with a whole line.
final class LogRing {
    static final int CAPACITY = 128 * 1024;
    private static final int MASK = CAPACITY - 1;

    private final byte[] octets = new byte[CAPACITY];

    /// Moved by the writer: everything before it has been taken.
    private final AtomicLong taken = new AtomicLong();

    /// Moved by the loop: everything before it is there.
    private final AtomicLong filled = new AtomicLong();

    /// Puts a line in. To be called by the loop.
    ///
    /// @return how many octets wait now, or -1 when there is no room and nothing was put in
    int put(byte[] line, int length) {
        long end = filled.getPlain();
        int waiting = (int) (end - taken.getAcquire());
        if (length > CAPACITY - waiting) {
            return -1;
        }
        int at = (int) end & MASK;
        int first = Math.min(length, CAPACITY - at);
        System.arraycopy(line, 0, octets, at, first);
        System.arraycopy(line, first, octets, 0, length - first);
        filled.setRelease(end + length);
        return waiting + length;
    }

    /// Hands what waits to `sink`, in one or two pieces. To be called by the writer.
    void drainTo(LogSink sink) {
        long start = taken.getPlain();
        long end = filled.getAcquire();
        if (start == end) {
            return;
        }
        int at = (int) start & MASK;
        int length = (int) (end - start);
        int first = Math.min(length, CAPACITY - at);
        sink.write(octets, at, first);
        if (length > first) {
            sink.write(octets, 0, length - first);
        }
        taken.setRelease(end);
    }
}
