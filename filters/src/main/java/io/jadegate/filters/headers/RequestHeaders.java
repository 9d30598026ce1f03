package io.jadegate.filters.headers;

import io.jadegate.api.filter.Decision;
import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.HttpFilter;

/// Edits the fields of requests.
final class RequestHeaders implements HttpFilter {
    private final HeaderEdits edits;

    RequestHeaders(HeaderEdits edits) {
        this.edits = edits;
    }

    @Override
    public Decision decide(HttpExchange exchange) {
        if (edits.change(exchange.request().fields())) {
            edits.apply(exchange, exchange.edit().fields());
        }
        return Decision.proceed();
    }
}
