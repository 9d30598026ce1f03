package io.jadegate.proxy.http2;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/// Counts, over half a minute, the frames of a peer that make work and bring nothing, and says when
/// they are too many to be meant well. Frames that answer traffic are allowed in proportion to it.
final class FrameLimits {
    private static final long SPAN_NANOS = TimeUnit.SECONDS.toNanos(30);

    /// What is counted, with how many are allowed.
    enum Kind {
        /// Streams given up by the peer that began them, or reset by us for what it did on them.
        RESET(0, 200, 0, 0),
        /// Streams beyond those that are allowed at once. A client does not know the number before
        /// it has read our settings.
        REFUSED(1, 5000, 0, 0),
        /// PING, SETTINGS, GOAWAY and frames of types unknown.
        CONTROL(2, 1000, 1, 0),
        PRIORITY(3, 1000, 0, 0),
        WINDOW_UPDATE(4, 1000, 10, 0),
        EMPTY_DATA(5, 100, 0, 0),
        /// Frames without content on streams that are over. Each stream may see one or two that
        /// were on their way.
        LATE(6, 5000, 0, 2);

        private final int slot;
        private final int most;
        private final int perData;
        private final int perStream;

        /// @param slot where it is counted
        /// @param most in any case
        /// @param perData more for each DATA frame, either way
        /// @param perStream more for each stream that the peer did not begin itself
        Kind(int slot, int most, int perData, int perStream) {
            this.slot = slot;
            this.most = most;
            this.perData = perData;
            this.perStream = perStream;
        }
    }

    private final int[] counts = new int[Kind.values().length];
    private long beganNanos;
    private long dataFrames;
    private long streams;

    /// @param nowNanos the time, in the loop's nanoseconds
    FrameLimits(long nowNanos) {
        beganNanos = nowNanos;
    }

    /// A DATA frame with content went in or out.
    void data() {
        dataFrames++;
    }

    /// We have begun a stream. So it is not the peer that decides how many there are.
    void streamBegan() {
        streams++;
    }

    /// Counts a frame.
    ///
    /// @return whether there were too many of its kind
    boolean exceeded(Kind kind, long nowNanos) {
        if (nowNanos - beganNanos > SPAN_NANOS) {
            beganNanos = nowNanos;
            dataFrames = 0;
            streams = 0;
            Arrays.fill(counts, 0);
        }
        long most = kind.most + kind.perData * dataFrames + kind.perStream * streams;
        return ++counts[kind.slot] > most;
    }
}
