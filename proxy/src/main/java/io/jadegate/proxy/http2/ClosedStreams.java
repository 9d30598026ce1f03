package io.jadegate.proxy.http2;

/// How the last streams of a connection ended, since that decides what a frame that comes too late
/// means (RFC 9113 §5.1).
final class ClosedStreams {
    private static final int REMEMBERED = 128;

    /// How a stream ended.
    enum How {
        /// Both sides had sent all.
        ENDED,
        RESET_BY_PEER,
        /// What the peer had sent before it heard of it is to be ignored.
        RESET_BY_US,
        /// So long ago that nobody remembers, or never used.
        FORGOTTEN
    }

    private final int[] streams = new int[REMEMBERED];
    private final How[] hows = new How[REMEMBERED];
    private int next;

    void add(int stream, How how) {
        streams[next] = stream;
        hows[next] = how;
        next = (next + 1) % REMEMBERED;
    }

    How find(int stream) {
        for (int i = 0; i < REMEMBERED; i++) {
            if (streams[i] == stream) {
                return hows[i];
            }
        }
        return How.FORGOTTEN;
    }
}
