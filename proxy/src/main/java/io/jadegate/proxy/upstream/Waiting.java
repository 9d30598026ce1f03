package io.jadegate.proxy.upstream;

import io.jadegate.proxy.stream.Loop;

/// A claim on an upstream that waits for a permit.
sealed interface Waiting permits Lease, ConnectionLease {
    Loop loop();

    /// Called on the loop when something has become free.
    ///
    /// @return whether the claim waits no longer
    boolean tryAgain();
}
