package io.jadegate.filters.ip;

import io.jadegate.api.filter.ClientConnection;
import io.jadegate.api.filter.ConnectionFilter;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.net.IpRules;
import org.jspecify.annotations.Nullable;

/// Refuses connections by the peer's address. Whoever comes by a Unix domain socket comes from the
/// loopback address.
final class ConnectionIpFilter implements ConnectionFilter {
    private final IpRules rules;

    ConnectionIpFilter(IpRules rules) {
        this.rules = rules;
    }

    @Override
    public @Nullable Reason decide(ClientConnection connection) {
        return rules.allows(connection.address()) ? null : Reason.IP_DENIED;
    }

    @Override
    public @Nullable Reason review(ClientConnection connection) {
        return decide(connection);
    }
}
