package io.jadegate.proxy.exchange;

import io.jadegate.api.filter.LocalResponse;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.listener.TlsHosts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Sends clients that came in clear text to a listener that speaks TLS. Immutable.
///
/// @param places in the order in which they are preferred, at least one
public record HttpsRedirect(List<Place> places) {
    private static final int HTTP_PORT = RequestHead.Scheme.HTTP.defaultPort();
    private static final int HTTPS_PORT = RequestHead.Scheme.HTTPS.defaultPort();

    public HttpsRedirect {
        places = List.copyOf(places);
    }

    /// A listener that speaks TLS.
    ///
    /// @param hosts it has certificates for; null when nobody knows
    /// @param port it is bound to
    public record Place(@Nullable TlsHosts hosts, int port) {
        private boolean covers(String host) {
            return hosts == null || hosts.find(host) != null;
        }
    }

    /// The answer to a request.
    LocalResponse answer(RequestContext context) {
        RequestHead received = context.received();
        String host = received.host();
        if (host.isEmpty()) {
            return LocalResponse.of(
                    Reason.REQUEST_MALFORMED, "names no host to be redirected to (RFC 9110 §7.2)");
        }
        // Clients of HTTP/1.0 know no 308.
        boolean old = received.majorVersion() == 1 && received.minorVersion() == 0;
        return new LocalResponse(
                old ? 301 : Reason.HTTPS_REDIRECT.status(),
                Reason.HTTPS_REDIRECT,
                null,
                List.of(new LocalResponse.Field(FieldName.LOCATION, location(context, host))),
                new LocalResponse.Body("text/plain", new byte[0]));
    }

    private String location(RequestContext context, String host) {
        RequestHead received = context.received();
        StringBuilder location = new StringBuilder("https://").append(host);
        int port = port(context, host);
        if (port != HTTPS_PORT) {
            location.append(':').append(port);
        }
        location.append(received.path().equals("*") ? "/" : received.path());
        if (received.query() != null) {
            location.append('?').append(received.query());
        }
        return location.toString();
    }

    /// A client that names no port came to port 80. When that is not ours, somebody in front of us
    /// passes ports on, and does so for TLS as well.
    private int port(RequestContext context, String host) {
        if (context.received().port() == HTTP_PORT && context.peer().localPort() != HTTP_PORT) {
            return HTTPS_PORT;
        }
        for (Place place : places) {
            if (place.covers(host)) {
                return place.port();
            }
        }
        return places.getFirst().port();
    }
}
