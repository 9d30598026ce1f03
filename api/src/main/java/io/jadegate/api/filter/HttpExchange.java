package io.jadegate.api.filter;

import io.jadegate.api.http.RequestHead;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// One proxied request as a filter sees it. Valid on its event loop while the filter is asked; not
/// to be kept.
public interface HttpExchange {
    /// The request as the client sent it. It never changes.
    RequestHead received();

    /// The request as it stands after the filters before this one; to look at.
    RequestHead request();

    /// The same request to be edited. The first call makes the copy that keeps [#received()] as it
    /// was, so a filter that changes nothing must not call it.
    RequestHead edit();

    /// The client's address: the peer's own, or the one that trusted proxies vouch for.
    InetAddress clientAddress();

    /// The same as text, IPv6 in its shortest form (RFC 5952) and without brackets.
    String clientAddressText();

    /// Identifies the exchange in logs, errors and upstream requests.
    String requestId();

    /// The name of the listener that took the request.
    String listener();

    /// The name of the route that was chosen.
    String route();

    /// The name of the upstream it leads to, or null when the route answers by itself.
    @Nullable String upstream();

    /// How many octets at the start of the received path the route's prefix matched; the whole path
    /// where the route matches an exact path, a template or a regular expression; 0 when it matches
    /// any path.
    int matchedLength();

    /// What the route's path template captured under that name, as it stands in the path; or null.
    @Nullable String pathParameter(String name);

    /// What an earlier filter left for others, or null.
    <T> @Nullable T get(Key<T> key);

    /// Leaves a value for later filters, the access log and templates. Part of the exchange, so
    /// allowed in [HttpFilter#decide].
    <T> void put(Key<T> key, T value);

    /// A typed place for a value; two keys are the same only if they are the same object.
    final class Key<T> {
        private final String name;
        private final Class<T> type;

        public Key(String name, Class<T> type) {
            this.name = name;
            this.type = type;
        }

        public T cast(Object value) {
            return type.cast(value);
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
