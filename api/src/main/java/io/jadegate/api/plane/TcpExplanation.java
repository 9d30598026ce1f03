package io.jadegate.api.plane;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a connection would fare, step by step.
///
/// @param listener the listener that takes it
/// @param protocol what the listener speaks: `http`, `tcp` or `udp`
/// @param steps what each filter of connections said, in order
/// @param tls the entry that answers for the host under TLS, `passthrough` and the entry where it
///   stays encrypted, `unrecognized_name` where nothing does; null in clear text
/// @param verdict how it ends
/// @param reason the code of a refusal, or null
/// @param upstream the upstream that it would be connected to, also where that has no usable
///   endpoint; or null
/// @param endpoints its usable endpoints
public record TcpExplanation(
        String listener,
        String protocol,
        List<Explanation.Step> steps,
        @Nullable String tls,
        Verdict verdict,
        @Nullable String reason,
        @Nullable String upstream,
        List<String> endpoints) {
    public TcpExplanation {
        steps = List.copyOf(steps);
        endpoints = List.copyOf(endpoints);
    }

    /// How a connection ends up.
    public enum Verdict {
        /// A filter refuses it, or there is no endpoint for it: it is reset, and datagrams are
        /// dropped.
        REFUSED,
        /// TLS ends it with an alert.
        ALERTED,
        /// It is connected to an endpoint.
        CONNECTED,
        /// Requests are taken from it.
        SERVED
    }
}
