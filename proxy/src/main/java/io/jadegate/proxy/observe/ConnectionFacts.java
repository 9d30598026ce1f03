package io.jadegate.proxy.observe;

import io.jadegate.api.filter.Reason;
import org.jspecify.annotations.Nullable;

/// What is known of a connection of octets when it has ended, for log and counters. Read on the
/// connection's event loop, during the call that hands it over.
public interface ConnectionFacts {
    /// The name of the listener that took it.
    String listener();

    /// The client's address in text, without port.
    String clientAddressText();

    /// What the gateway saw of it: `TCP`, `TLS` where that passed through undecrypted, `SOCKS5`, or
    /// `UDP`.
    String protocol();

    /// What the connection is called between proxies; null when nobody has asked.
    default @Nullable String uniqueId() {
        return null;
    }

    /// The host that the client named under TLS; null when it named none, and in clear text.
    default @Nullable String serverName() {
        return null;
    }

    /// The user who the client has proved to be; null for nobody.
    default @Nullable String user() {
        return null;
    }

    /// Host and port that the client wants to go to; null where it has no say.
    default @Nullable String destination() {
        return null;
    }

    /// The name of the upstream.
    String upstream();

    /// The address of the last target tried, or null when there was none.
    @Nullable String target();

    /// How many connections to targets were tried.
    int attempts();

    /// Why the gateway ended it, or could not begin it; null when both sides had sent their end, or
    /// a session of datagrams was silent.
    @Nullable Reason reason();

    /// More about this one occurrence of the reason; or null.
    @Nullable String detail();

    /// Octets from the client that were passed on.
    long bytesReceived();

    /// Octets from the endpoint that were passed on.
    long bytesSent();

    /// Datagrams from the client that were passed on; -1 for a connection of octets.
    default long datagramsReceived() {
        return -1;
    }

    /// Datagrams from the endpoint that were passed on; -1 for a connection of octets.
    default long datagramsSent() {
        return -1;
    }

    /// When it was accepted, in milliseconds since 1970 UTC.
    long startMillis();

    /// Nanoseconds from the accept until the connection to the endpoint stood, or -1 when none did.
    long connectNanos();

    /// Nanoseconds from the accept to the end.
    long durationNanos();
}
