package io.jadegate.proxy.l4;

import io.jadegate.proxy.listener.Admission;
import io.jadegate.proxy.listener.Introducers;
import io.jadegate.proxy.listener.Listener;
import io.jadegate.proxy.listener.TlsHosts;
import io.jadegate.proxy.observe.ListenerCounts;
import io.jadegate.proxy.observe.LoopLog;
import io.jadegate.proxy.observe.PerLoop;
import io.jadegate.proxy.upstream.Upstream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a UDP listener serves by, as one configuration has it; a session keeps what it began by.
/// Immutable.
///
/// @param listener the listener's name
/// @param upstream where sessions go
/// @param admission what its clients must pass
/// @param counts what is counted of the listener
/// @param logs of the loops, by index
public record UdpServing(
        String listener,
        Upstream upstream,
        UdpRules rules,
        Admission admission,
        PerLoop<ListenerCounts> counts,
        List<LoopLog> logs)
        implements Listener.Terms {
    public UdpServing {
        logs = List.copyOf(logs);
    }

    @Override
    public long tlsNanos() {
        return 0;
    }

    @Override
    public @Nullable Introducers introducers() {
        return null;
    }

    @Override
    public @Nullable TlsHosts tls() {
        return null;
    }
}
