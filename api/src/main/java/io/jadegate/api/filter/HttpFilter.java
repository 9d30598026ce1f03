package io.jadegate.api.filter;

import io.jadegate.api.http.ResponseHead;

/// One policy on HTTP exchanges. An instance serves every exchange of the routes that name it, on
/// all event loops at once, so its own state must be safe for that; it must never block.
///
/// On the way in each filter is asked in the order of the chain; on the way out every filter whose
/// `decide` ran and let the request pass or answered it sees the response head in reverse order,
/// also when the gateway made the response.
public interface HttpFilter {
    /// Decides about a request. Pure as far as anything outlives the exchange: it may read all,
    /// edit the request ([HttpExchange#edit()]) and leave values in the exchange, but moves no
    /// counter and calls nobody. Explain and shadow mode call it, too.
    default Decision decide(HttpExchange exchange) {
        return Decision.proceed();
    }

    /// Follows `decide` on the data path, when its decision counts: here counters move.
    default void commit(HttpExchange exchange, Decision decision) {}

    /// Sees and edits the head of the response before it goes to the client. Interim answers are
    /// not shown.
    default void response(HttpExchange exchange, ResponseHead head) {}
}
