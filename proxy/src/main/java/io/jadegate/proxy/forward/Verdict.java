package io.jadegate.proxy.forward;

import io.jadegate.api.filter.Reason;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whether a client may go where it wants to go.
public sealed interface Verdict {
    /// It may, to these addresses, which have been checked and are the ones to be dialled.
    ///
    /// @param addresses at least one, in the order in which they are to be tried
    record Allowed(List<InetSocketAddress> addresses) implements Verdict {
        public Allowed {
            addresses = List.copyOf(addresses);
        }
    }

    /// It may not, or there is no such place.
    ///
    /// @param detail more about this one occurrence for those who may know what lies behind a name;
    ///   or null
    record Refused(Reason reason, @Nullable String detail) implements Verdict {}
}
