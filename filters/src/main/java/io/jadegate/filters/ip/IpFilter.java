package io.jadegate.filters.ip;

import io.jadegate.api.filter.Decision;
import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.filter.LocalResponse;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.net.IpRules;

/// Refuses requests by the client's address. The rules are [IpRules]; [ConnectionIpFilter] asks the
/// same about the peer's address.
final class IpFilter implements HttpFilter {
    private static final Decision DENIED = Decision.respond(LocalResponse.of(Reason.IP_DENIED));

    private final IpRules rules;

    IpFilter(IpRules rules) {
        this.rules = rules;
    }

    @Override
    public Decision decide(HttpExchange exchange) {
        return rules.allows(exchange.clientAddress()) ? Decision.proceed() : DENIED;
    }
}
