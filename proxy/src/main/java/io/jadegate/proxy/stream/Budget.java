package io.jadegate.proxy.stream;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// What the node may hold for others: octets that it has taken from one side and that the other has
/// not taken yet. Safe for all threads.
///
/// ```
/// 0 ……… soft ……… hard ………
///  open  │ tight  │ full
/// ```
///
/// While the budget is *tight* a stream that holds something reads no more, and reads little at a
/// time. So who reads fast is still served, and who reads slowly makes us hold little. While it is
/// *full* no new work is begun.
///
/// Loops charge their own [Ledger] and tell this one in steps: what is known here is off by at most
/// a step for each loop.
public final class Budget {
    private static final double SOFT = 0.75;

    private final long softBytes;
    private final long hardBytes;
    private final AtomicLong charged = new AtomicLong();
    private final AtomicBoolean relieving = new AtomicBoolean();
    private final AtomicLong shedExchanges = new AtomicLong();
    private final AtomicLong endedHolders = new AtomicLong();
    private volatile Runnable relief = () -> {};
    private volatile boolean closed;

    /// @param hardBytes where no new work is begun
    public Budget(long hardBytes) {
        this.hardBytes = hardBytes;
        this.softBytes = (long) (hardBytes * SOFT);
    }

    /// A budget that is never tight.
    public static Budget unlimited() {
        return new Budget(Long.MAX_VALUE);
    }

    /// Has `relief` run each time the budget becomes full, by whichever loop makes it so. It must
    /// not block, and calls [#relieved()] in the end.
    public void onFull(Runnable relief) {
        this.relief = relief;
    }

    /// What [#onFull] began is over.
    public void relieved() {
        closed = false;
        relieving.set(false);
    }

    /// Refuses connections from now on until it is relieved.
    public void close() {
        closed = true;
    }

    /// Whether connections are refused.
    public boolean closed() {
        return closed;
    }

    /// Counts an exchange that was not begun.
    public void exchangeShed() {
        shedExchanges.incrementAndGet();
    }

    /// Counts a connection that was ended for what it held.
    public void holderEnded() {
        endedHolders.incrementAndGet();
    }

    public long shedExchanges() {
        return shedExchanges.get();
    }

    public long endedHolders() {
        return endedHolders.get();
    }

    boolean tight() {
        return charged.get() >= softBytes;
    }

    public boolean full() {
        return charged.get() >= hardBytes;
    }

    /// What is held, as far as it was told.
    public long chargedBytes() {
        return charged.get();
    }

    public long softBytes() {
        return softBytes;
    }

    public long hardBytes() {
        return hardBytes;
    }

    /// How much a loop keeps to itself before it tells.
    long stepBytes() {
        return Math.max(1024, Math.min(64 * 1024, hardBytes / 256));
    }

    void tell(long bytes) {
        long now = charged.addAndGet(bytes);
        if (now >= hardBytes && !relieving.get() && relieving.compareAndSet(false, true)) {
            relief.run();
        }
    }
}
