package io.jadegate.proxy.upstream;

/// The connections to one target on one loop that may serve each other's requests.
///
/// @param idle those that serve one request after another, as far as they serve none
/// @param shared those that serve many at once, and those on their way
record Pool(IdleConnections idle, SharedConnections shared) {
    Pool() {
        this(new IdleConnections(), new SharedConnections());
    }

    boolean isEmpty() {
        return idle.isEmpty() && shared.isEmpty();
    }

    /// Closes a connection that serves nobody, and says whether there was one.
    boolean closeIdle() {
        return idle.closeOldest() || shared.closeIdle();
    }

    /// Closes what is idle now and the rest behind what it serves.
    void retire() {
        idle.closeAll();
        shared.drainAll();
    }
}
