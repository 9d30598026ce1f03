package io.jadegate.proxy.upstream;

import io.jadegate.proxy.proxyprotocol.ProxyHeader;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The connections to one target on one loop. A connection that began with a header of the PROXY
/// protocol stands for the client that it names, and serves no other; those without one serve
/// everybody, until they are kept for one ([Bond]). Only for the loop's own thread.
final class Pools {
    private final Pool forEverybody = new Pool();
    private final Map<ProxyHeader, Pool> byClient = new LinkedHashMap<>();
    private final Set<PooledConnection> kept = new LinkedHashSet<>();

    /// The connections for a client; null when there are none.
    ///
    /// @param client null for everybody
    @Nullable Pool find(@Nullable ProxyHeader client) {
        return client == null ? forEverybody : byClient.get(client);
    }

    /// Where a connection for a client goes.
    ///
    /// @param client null for everybody
    Pool of(@Nullable ProxyHeader client) {
        return client == null ? forEverybody : byClient.computeIfAbsent(client, _ -> new Pool());
    }

    /// Idle connections that are each kept for one connection of a client, which knows them.
    Set<PooledConnection> kept() {
        return kept;
    }

    /// A connection for a client has gone: of one who has no other nothing is kept.
    void left(@Nullable ProxyHeader client) {
        if (client == null) {
            return;
        }
        Pool pool = byClient.get(client);
        if (pool != null && pool.isEmpty()) {
            byClient.remove(client);
        }
    }

    /// Closes a connection that serves nobody, and says whether there was one.
    boolean closeIdle() {
        if (forEverybody.closeIdle()) {
            return true;
        }
        for (Pool pool : byClient.values()) {
            // Closing it changes the map; nothing more is asked of it then.
            if (pool.closeIdle()) {
                return true;
            }
        }
        return closeKept();
    }

    /// Closes, of those that are kept, the one that has been idle longest. Last of all: with it
    /// goes what its client has settled with the endpoint.
    private boolean closeKept() {
        if (kept.isEmpty()) {
            return false;
        }
        kept.iterator().next().connection().close();
        return true;
    }

    /// Lets go of all of them.
    void retire() {
        forEverybody.retire();
        List.copyOf(byClient.values()).forEach(Pool::retire);
        List.copyOf(kept).forEach(each -> each.connection().close());
    }
}
