package io.jadegate.proxy;

import io.jadegate.api.config.Address;
import io.jadegate.api.config.FilterConfig;
import io.jadegate.api.config.ListenerConfig;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.plane.Explanation.Step;
import io.jadegate.api.plane.TcpExplainRequest;
import io.jadegate.api.plane.TcpExplanation;
import io.jadegate.api.plane.TcpExplanation.Verdict;
import io.jadegate.proxy.l4.TcpService;
import io.jadegate.proxy.l4.TcpServing;
import io.jadegate.proxy.l4.UdpServing;
import io.jadegate.proxy.listener.Admission;
import io.jadegate.proxy.listener.ConnectionHandler;
import io.jadegate.proxy.listener.Listener;
import io.jadegate.proxy.listener.TlsHost;
import io.jadegate.proxy.listener.TlsHosts;
import io.jadegate.proxy.stream.Peer;
import io.jadegate.proxy.upstream.Upstream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Runs a connection through the decisions of the data path and writes down what they were, without
/// connecting to anybody and without a counter moving.
final class TcpExplainer {
    private final Compilation compilation;
    private final TcpExplainRequest request;

    private TcpExplainer(Compilation compilation, TcpExplainRequest request) {
        this.compilation = compilation;
        this.request = request;
    }

    /// @throws IllegalArgumentException when no listener is at the address
    static TcpExplanation explain(Compilation compilation, TcpExplainRequest request) {
        return new TcpExplainer(compilation, request).explain();
    }

    private TcpExplanation explain() {
        String name = listener();
        Listener.Terms terms = Objects.requireNonNull(compilation.terms().get(name));
        List<Step> steps = new ArrayList<>();
        Reason refusal = admit(terms.admission(), steps);
        if (refusal != null) {
            return explanation(terms, steps, null, Verdict.REFUSED, refusal);
        }
        TlsHosts hosts = terms.tls();
        if (hosts == null) {
            return spoken(terms, steps, null);
        }
        return switch (hosts.choose(request.serverName(), request.alpn())) {
            case null -> explanation(terms, steps, "unrecognized_name", Verdict.ALERTED, null);
            case TlsHosts.Choice.Own(TlsHost host) -> spoken(terms, steps, host.host());
            case TlsHosts.Choice.Pass(String pattern, ConnectionHandler handler) ->
                    connected(
                            terms,
                            steps,
                            "passthrough " + pattern,
                            ((TcpService) handler).upstreamOf(null));
        };
    }

    /// The listener by its name, by its address as it is written, or by its port where it is bound
    /// to every address.
    private String listener() {
        Map<String, ListenerConfig> all = compilation.config().listeners();
        if (compilation.terms().containsKey(request.address())) {
            return request.address();
        }
        Address asked = asked();
        // UDP may have the port of another listener, which is meant then; by itself it is meant.
        return all.entrySet().stream()
                .filter(entry -> compilation.terms().containsKey(entry.getKey()))
                .filter(entry -> isAt(entry.getValue().address(), asked))
                .map(Map.Entry::getKey)
                .min(
                        Comparator.comparing(
                                name -> compilation.terms().get(name) instanceof UdpServing))
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "no listener is at \"" + request.address() + "\""));
    }

    private Address asked() {
        try {
            return Address.parse(request.address());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "\"" + request.address() + "\" is no address and no listener's name", e);
        }
    }

    private static boolean isAt(Address address, Address asked) {
        return address.equals(asked)
                || (address instanceof Address.Inet bound
                        && asked instanceof Address.Inet inet
                        && bound.port() == inet.port()
                        && (isEverywhere(bound) || inet.any()));
    }

    private static boolean isEverywhere(Address.Inet address) {
        return address.any() || address.host().equals("::") || address.host().equals("0.0.0.0");
    }

    private @Nullable Reason admit(Admission admission, List<Step> steps) {
        Peer peer =
                new Peer(request.from(), Peer.text(request.from()), 1, null, 0, /* tls= */ null);
        for (Admission.Step step : admission.steps()) {
            Reason refusal = step.filter().decide(peer);
            steps.add(
                    new Step(
                            step.name(),
                            step.kind(),
                            step.mode().name().toLowerCase(Locale.ROOT),
                            refusal == null ? "proceed" : "refuse " + refusal.code()));
            if (refusal != null && step.mode() == FilterConfig.Mode.ENFORCE) {
                return refusal;
            }
        }
        return null;
    }

    private TcpExplanation spoken(Listener.Terms terms, List<Step> steps, @Nullable String host) {
        return switch (terms) {
            case TcpServing tcp -> connected(terms, steps, host, tcp.service().upstreamOf(host));
            case UdpServing udp -> connected(terms, steps, host, udp.upstream());
            default -> explanation(terms, steps, host, Verdict.SERVED, null);
        };
    }

    private static String protocol(Listener.Terms terms) {
        return switch (terms) {
            case TcpServing _ -> "tcp";
            case UdpServing _ -> "udp";
            default -> "http";
        };
    }

    private static TcpExplanation explanation(
            Listener.Terms terms,
            List<Step> steps,
            @Nullable String tls,
            Verdict verdict,
            @Nullable Reason reason) {
        return new TcpExplanation(
                terms.listener(),
                protocol(terms),
                steps,
                tls,
                verdict,
                reason == null ? null : reason.code(),
                /* upstream= */ null,
                List.of());
    }

    private static TcpExplanation connected(
            Listener.Terms terms, List<Step> steps, @Nullable String tls, Upstream upstream) {
        List<String> endpoints = upstream.usableEndpoints();
        return new TcpExplanation(
                terms.listener(),
                protocol(terms),
                steps,
                tls,
                endpoints.isEmpty() ? Verdict.REFUSED : Verdict.CONNECTED,
                endpoints.isEmpty() ? Reason.UPSTREAM_NO_ENDPOINT.code() : null,
                upstream.name(),
                endpoints);
    }
}
