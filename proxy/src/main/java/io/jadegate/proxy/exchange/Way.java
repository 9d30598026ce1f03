package io.jadegate.proxy.exchange;

import io.jadegate.proxy.upstream.AddressesInTurn;
import io.jadegate.proxy.upstream.Upstream;
import org.jspecify.annotations.Nullable;

/// Where an exchange goes.
///
/// @param own the addresses of its own destination, one behind the other; null where the upstream
///   chooses among its endpoints
record Way(Upstream upstream, @Nullable AddressesInTurn own) {

    /// Whether it makes sense to try again when nobody could be connected to. An address of a name
    /// that a client has chosen does not become another one by that.
    boolean leadsOn() {
        return own == null || own.hasNext();
    }
}
