package io.jadegate.filters.headers;

import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.http.ResponseHead;

/// Edits the fields of responses, those the gateway made included.
final class ResponseHeaders implements HttpFilter {
    private final HeaderEdits edits;

    ResponseHeaders(HeaderEdits edits) {
        this.edits = edits;
    }

    @Override
    public void response(HttpExchange exchange, ResponseHead head) {
        edits.apply(exchange, head.fields());
    }
}
