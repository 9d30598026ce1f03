package io.jadegate.api.filter;

import org.jspecify.annotations.Nullable;

/// Why the gateway itself answered, or ended an exchange: a code that stays the same from release
/// to release and stands in the access log, the metrics, `Proxy-Status` and the body of the answer.
///
/// @param code upper case with underscores, `SIDE_WHAT_HAPPENED`
/// @param status the HTTP status that goes with it
/// @param proxyError the error type of RFC 9209 §2.3 for `Proxy-Status`, or null when the answer is
///   no error
/// @param title one sentence for people, the same at every occurrence (RFC 9457)
public record Reason(String code, int status, @Nullable String proxyError, String title) {
    // What the client sent
    public static final Reason REQUEST_MALFORMED =
            new Reason("REQUEST_MALFORMED", 400, "http_request_error", "The request is malformed.");
    public static final Reason REQUEST_URI_TOO_LONG =
            new Reason(
                    "REQUEST_URI_TOO_LONG",
                    414,
                    "http_request_error",
                    "The request target is too long.");
    public static final Reason REQUEST_HEAD_TOO_LARGE =
            new Reason(
                    "REQUEST_HEAD_TOO_LARGE",
                    431,
                    "http_request_error",
                    "The request head is too large.");
    public static final Reason REQUEST_BODY_TOO_LARGE =
            new Reason(
                    "REQUEST_BODY_TOO_LARGE",
                    413,
                    "http_request_error",
                    "The request body is too large.");
    public static final Reason REQUEST_HEAD_TIMEOUT =
            new Reason(
                    "REQUEST_HEAD_TIMEOUT",
                    408,
                    "http_request_error",
                    "The request head did not arrive in time.");
    public static final Reason REQUEST_BODY_TIMEOUT =
            new Reason(
                    "REQUEST_BODY_TIMEOUT",
                    408,
                    "http_request_error",
                    "The request body stopped arriving.");
    public static final Reason REQUEST_VERSION =
            new Reason(
                    "REQUEST_VERSION",
                    505,
                    "http_request_error",
                    "The HTTP version is not supported.");
    public static final Reason REQUEST_MISDIRECTED =
            new Reason(
                    "REQUEST_MISDIRECTED",
                    421,
                    "http_request_error",
                    "The request belongs on another connection.");
    public static final Reason REQUEST_METHOD =
            new Reason(
                    "REQUEST_METHOD",
                    405,
                    "http_request_denied",
                    "The method is not allowed here.");
    public static final Reason REQUEST_PROTOCOL =
            new Reason(
                    "REQUEST_PROTOCOL",
                    501,
                    "http_request_denied",
                    "The protocol asked for is not known here.");
    public static final Reason REQUEST_EXPECTATION =
            new Reason(
                    "REQUEST_EXPECTATION",
                    417,
                    "http_request_error",
                    "The expectation is unknown.");
    public static final Reason REQUEST_MEDIA_TYPE =
            new Reason(
                    "REQUEST_MEDIA_TYPE",
                    415,
                    "http_request_error",
                    "The route takes gRPC calls only.");
    public static final Reason REQUEST_LOOP =
            new Reason(
                    "REQUEST_LOOP",
                    508,
                    "proxy_loop_detected",
                    "The request came through this gateway before.");
    public static final Reason CLIENT_ABORTED =
            new Reason("CLIENT_ABORTED", 499, null, "The client went away.");

    // What the configuration says
    public static final Reason HTTPS_REDIRECT =
            new Reason("HTTPS_REDIRECT", 308, null, "The listener redirects to https.");
    public static final Reason ROUTE_NOT_FOUND =
            new Reason(
                    "ROUTE_NOT_FOUND",
                    404,
                    "destination_not_found",
                    "No route matches the request.");
    public static final Reason ROUTE_REDIRECT =
            new Reason("ROUTE_REDIRECT", 308, null, "The route redirects.");
    public static final Reason ROUTE_RESPONSE =
            new Reason("ROUTE_RESPONSE", 200, null, "The route answers by itself.");
    public static final Reason UPGRADE_REFUSED =
            new Reason(
                    "UPGRADE_REFUSED", 403, "http_request_denied", "The route takes no upgrades.");
    public static final Reason IP_DENIED =
            new Reason(
                    "IP_DENIED", 403, "http_request_denied", "The client address is not allowed.");
    public static final Reason AUTHENTICATION_MISSING =
            new Reason(
                    "AUTHENTICATION_MISSING",
                    401,
                    "http_request_denied",
                    "The request does not say whose it is.");
    public static final Reason AUTHENTICATION_FAILED =
            new Reason(
                    "AUTHENTICATION_FAILED",
                    401,
                    "http_request_denied",
                    "The credentials are not right.");
    public static final Reason AUTHENTICATION_RATE =
            new Reason(
                    "AUTHENTICATION_RATE",
                    429,
                    "http_request_denied",
                    "The client has shown wrong credentials too often.");
    public static final Reason PROXY_SCRIPT =
            new Reason("PROXY_SCRIPT", 200, null, "The gateway told what goes through it.");
    public static final Reason CORS_PREFLIGHT =
            new Reason("CORS_PREFLIGHT", 204, null, "The gateway answered a CORS preflight.");

    // Where a forward proxy does not go
    public static final Reason FORWARD_NOT_ALLOWED =
            new Reason(
                    "FORWARD_NOT_ALLOWED",
                    403,
                    "http_request_denied",
                    "No rule of the proxy allows this target.");
    public static final Reason FORWARD_PORT_NOT_ALLOWED =
            new Reason(
                    "FORWARD_PORT_NOT_ALLOWED",
                    403,
                    "http_request_denied",
                    "The rules of the proxy allow this target on other ports only.");
    public static final Reason FORWARD_DENIED =
            new Reason(
                    "FORWARD_DENIED",
                    403,
                    "http_request_denied",
                    "A rule of the proxy denies this target.");
    public static final Reason FORWARD_ADDRESS_NOT_ALLOWED =
            new Reason(
                    "FORWARD_ADDRESS_NOT_ALLOWED",
                    403,
                    "destination_ip_prohibited",
                    "No rule of the proxy allows the target's address.");
    public static final Reason FORWARD_ADDRESS_DENIED =
            new Reason(
                    "FORWARD_ADDRESS_DENIED",
                    403,
                    "destination_ip_prohibited",
                    "A rule of the proxy denies the target's address.");
    public static final Reason FORWARD_ADDRESS_SPECIAL =
            new Reason(
                    "FORWARD_ADDRESS_SPECIAL",
                    403,
                    "destination_ip_prohibited",
                    "The target's address is not a public one, and no rule of the proxy names it.");
    public static final Reason FORWARD_LOOP =
            new Reason(
                    "FORWARD_LOOP", 508, "proxy_loop_detected", "The target is the proxy itself.");

    // What the upstream did
    public static final Reason UPSTREAM_NO_ENDPOINT =
            new Reason(
                    "UPSTREAM_NO_ENDPOINT",
                    503,
                    "destination_unavailable",
                    "The upstream has no usable endpoint.");
    public static final Reason UPSTREAM_OVERLOAD =
            new Reason(
                    "UPSTREAM_OVERLOAD",
                    503,
                    "connection_limit_reached",
                    "The upstream takes no more requests.");
    public static final Reason UPSTREAM_NAME_NOT_RESOLVED =
            new Reason(
                    "UPSTREAM_NAME_NOT_RESOLVED",
                    502,
                    "dns_error",
                    "The endpoint's name cannot be resolved.");
    public static final Reason UPSTREAM_NAME_TIMEOUT =
            new Reason(
                    "UPSTREAM_NAME_TIMEOUT",
                    504,
                    "dns_timeout",
                    "The name was not looked up in time.");
    public static final Reason UPSTREAM_CONNECT_REFUSED =
            new Reason(
                    "UPSTREAM_CONNECT_REFUSED",
                    502,
                    "connection_refused",
                    "The endpoint refused the connection.");
    public static final Reason UPSTREAM_CONNECT_TIMEOUT =
            new Reason(
                    "UPSTREAM_CONNECT_TIMEOUT",
                    504,
                    "connection_timeout",
                    "The endpoint did not accept in time.");
    public static final Reason UPSTREAM_UNREACHABLE =
            new Reason(
                    "UPSTREAM_UNREACHABLE",
                    502,
                    "destination_ip_unroutable",
                    "The endpoint cannot be reached.");
    public static final Reason UPSTREAM_TLS_TIMEOUT =
            new Reason(
                    "UPSTREAM_TLS_TIMEOUT",
                    504,
                    "connection_timeout",
                    "The TLS handshake with the endpoint did not end in time.");
    public static final Reason UPSTREAM_TLS_BROKEN =
            new Reason(
                    "UPSTREAM_TLS_BROKEN",
                    502,
                    "tls_protocol_error",
                    "TLS with the endpoint failed.");
    public static final Reason UPSTREAM_TLS_ALERT =
            new Reason(
                    "UPSTREAM_TLS_ALERT",
                    502,
                    "tls_alert_received",
                    "The endpoint refused TLS with an alert.");
    public static final Reason UPSTREAM_CERTIFICATE_EXPIRED =
            new Reason(
                    "UPSTREAM_CERTIFICATE_EXPIRED",
                    502,
                    "tls_certificate_error",
                    "The endpoint's certificate is out of its time.");
    public static final Reason UPSTREAM_CERTIFICATE_UNTRUSTED =
            new Reason(
                    "UPSTREAM_CERTIFICATE_UNTRUSTED",
                    502,
                    "tls_certificate_error",
                    "The endpoint's certificate is of no trusted authority.");
    public static final Reason UPSTREAM_CERTIFICATE_NAME =
            new Reason(
                    "UPSTREAM_CERTIFICATE_NAME",
                    502,
                    "tls_certificate_error",
                    "The endpoint's certificate is for another name.");
    public static final Reason UPSTREAM_CERTIFICATE_REVOKED =
            new Reason(
                    "UPSTREAM_CERTIFICATE_REVOKED",
                    502,
                    "tls_certificate_error",
                    "The endpoint's certificate is revoked.");
    public static final Reason UPSTREAM_NO_HTTP2 =
            new Reason(
                    "UPSTREAM_NO_HTTP2",
                    502,
                    "http_protocol_error",
                    "The endpoint does not speak HTTP/2.");
    public static final Reason UPSTREAM_STREAM_REFUSED =
            new Reason(
                    "UPSTREAM_STREAM_REFUSED",
                    503,
                    "destination_unavailable",
                    "The endpoint did not begin the request.");
    public static final Reason UPSTREAM_CALM_ASKED =
            new Reason(
                    "UPSTREAM_CALM_ASKED",
                    503,
                    "connection_limit_reached",
                    "The endpoint asks for fewer requests.");
    public static final Reason UPSTREAM_RESET =
            new Reason(
                    "UPSTREAM_RESET",
                    502,
                    "connection_terminated",
                    "The endpoint ended the connection.");
    public static final Reason UPSTREAM_INCOMPLETE =
            new Reason(
                    "UPSTREAM_INCOMPLETE",
                    502,
                    "http_response_incomplete",
                    "The answer ended before its end.");
    public static final Reason UPSTREAM_MALFORMED =
            new Reason(
                    "UPSTREAM_MALFORMED", 502, "http_protocol_error", "The answer is malformed.");
    public static final Reason UPSTREAM_HEAD_TOO_LARGE =
            new Reason(
                    "UPSTREAM_HEAD_TOO_LARGE",
                    502,
                    "http_response_header_section_size",
                    "The answer's head is too large.");
    public static final Reason UPSTREAM_UPGRADE_FAILED =
            new Reason(
                    "UPSTREAM_UPGRADE_FAILED",
                    502,
                    "http_upgrade_failed",
                    "The endpoint did not switch to the protocol that was asked for.");
    public static final Reason UPSTREAM_FIRST_BYTE_TIMEOUT =
            new Reason(
                    "UPSTREAM_FIRST_BYTE_TIMEOUT",
                    504,
                    "http_response_timeout",
                    "The upstream did not answer in time.");
    public static final Reason UPSTREAM_IDLE_TIMEOUT =
            new Reason(
                    "UPSTREAM_IDLE_TIMEOUT",
                    504,
                    "http_response_timeout",
                    "The answer stopped arriving.");
    public static final Reason UPSTREAM_WRITE_TIMEOUT =
            new Reason(
                    "UPSTREAM_WRITE_TIMEOUT",
                    504,
                    "connection_write_timeout",
                    "The upstream stopped reading.");
    public static final Reason TOTAL_TIMEOUT =
            new Reason(
                    "TOTAL_TIMEOUT", 504, "http_response_timeout", "The exchange took too long.");

    public static final Reason CLIENT_DEADLINE =
            new Reason(
                    "CLIENT_DEADLINE",
                    504,
                    "http_response_timeout",
                    "The time that the client had given passed.");

    // The gateway itself
    public static final Reason TUNNEL_IDLE_TIMEOUT =
            new Reason("TUNNEL_IDLE_TIMEOUT", 408, null, "The tunnel was idle for too long.");
    public static final Reason TUNNEL_MAX_AGE =
            new Reason("TUNNEL_MAX_AGE", 408, null, "The tunnel was open for as long as it may.");
    public static final Reason TUNNEL_BYTES =
            new Reason("TUNNEL_BYTES", 413, null, "The tunnel has carried as much as it may.");
    public static final Reason WEBSOCKET_MALFORMED =
            new Reason("WEBSOCKET_MALFORMED", 400, null, "A frame breaks the protocol.");
    public static final Reason WEBSOCKET_MESSAGE_TOO_LARGE =
            new Reason("WEBSOCKET_MESSAGE_TOO_LARGE", 413, null, "A message is too large.");
    public static final Reason WEBSOCKET_RATE =
            new Reason("WEBSOCKET_RATE", 429, null, "Too many messages were sent.");
    public static final Reason WEBSOCKET_BYTES =
            new Reason("WEBSOCKET_BYTES", 413, null, "More was sent than a tunnel may carry.");
    public static final Reason WEBSOCKET_PING_TIMEOUT =
            new Reason("WEBSOCKET_PING_TIMEOUT", 408, null, "A ping was not answered.");
    public static final Reason ROUTE_REMOVED =
            new Reason("ROUTE_REMOVED", 503, null, "The route was removed.");
    public static final Reason POLICY_CHANGED =
            new Reason("POLICY_CHANGED", 403, null, "The route does not let this in any more.");
    public static final Reason USER_CHANGED =
            new Reason("USER_CHANGED", 401, null, "The user is gone or has another password.");
    public static final Reason CLIENT_WRITE_TIMEOUT =
            new Reason("CLIENT_WRITE_TIMEOUT", 499, null, "The client stopped reading.");
    public static final Reason PROXY_HEADER_MALFORMED =
            new Reason(
                    "PROXY_HEADER_MALFORMED",
                    400,
                    null,
                    "The header of the PROXY protocol is malformed or missing.");
    public static final Reason PROXY_HEADER_TIMEOUT =
            new Reason(
                    "PROXY_HEADER_TIMEOUT",
                    408,
                    null,
                    "The header of the PROXY protocol did not arrive in time.");
    public static final Reason CONNECTION_LIMIT_CLIENT =
            new Reason(
                    "CONNECTION_LIMIT_CLIENT",
                    503,
                    "connection_limit_reached",
                    "The client has too many connections.");
    public static final Reason CONNECTION_LIMIT_TOTAL =
            new Reason(
                    "CONNECTION_LIMIT_TOTAL",
                    503,
                    "connection_limit_reached",
                    "The listener has too many connections.");
    public static final Reason CONNECTION_RATE =
            new Reason(
                    "CONNECTION_RATE",
                    503,
                    "connection_limit_reached",
                    "Too many connections are being made.");
    public static final Reason SESSION_LIMIT =
            new Reason(
                    "SESSION_LIMIT",
                    503,
                    "connection_limit_reached",
                    "The listener has too many sessions.");
    public static final Reason DATAGRAM_UNSENT =
            new Reason("DATAGRAM_UNSENT", 503, null, "The system did not take the datagram.");
    public static final Reason AUTHENTICATION_OVERLOAD =
            new Reason(
                    "AUTHENTICATION_OVERLOAD",
                    503,
                    "destination_unavailable",
                    "Too many passwords are being checked.");
    public static final Reason BUFFERS_EXHAUSTED =
            new Reason(
                    "BUFFERS_EXHAUSTED",
                    503,
                    "destination_unavailable",
                    "The gateway holds as much as it may.");
    public static final Reason SOCKETS_EXHAUSTED =
            new Reason(
                    "SOCKETS_EXHAUSTED",
                    503,
                    "connection_limit_reached",
                    "The gateway can open no more connections.");
    public static final Reason DRAINING =
            new Reason("DRAINING", 503, "destination_unavailable", "The gateway is shutting down.");
    public static final Reason INTERNAL_ERROR =
            new Reason("INTERNAL_ERROR", 500, "proxy_internal_error", "The gateway failed.");

    /// The same reason with another status, where a configuration chooses it.
    public Reason withStatus(int status) {
        return new Reason(code, status, proxyError, title);
    }
}
