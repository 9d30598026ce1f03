package io.jadegate.proxy;

import io.jadegate.api.filter.Reason;
import io.jadegate.api.plane.ConnectExplainRequest;
import io.jadegate.api.plane.ConnectExplanation;
import io.jadegate.api.plane.ConnectExplanation.Address;
import io.jadegate.proxy.forward.Destination;
import io.jadegate.proxy.forward.ForwardRules;
import io.jadegate.proxy.forward.ForwardService;
import io.jadegate.proxy.forward.Verdict;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Asks the rules of a forward proxy about a target as the data path would. The name is looked up,
/// now and by the same resolver, if the rules let it come to that; nothing is dialled.
final class ConnectExplainer {
    private ConnectExplainer() {}

    /// @throws IllegalArgumentException when there is no such forward proxy, or that is no target
    static ConnectExplanation explain(Compilation compilation, ConnectExplainRequest request) {
        ForwardService service = service(compilation, request.listener());
        Destination destination = destination(request.target());
        ForwardRules rules = service.rules();
        Reason refusal = rules.refusal(destination);
        if (refusal != null) {
            return explanation(service, destination, List.of(), refusal);
        }
        List<InetAddress> found;
        try {
            found = service.names().now(destination);
        } catch (UnknownHostException e) {
            return explanation(service, destination, List.of(), Reason.UPSTREAM_NAME_NOT_RESOLVED);
        }
        List<Address> addresses =
                found.stream()
                        .map(address -> address(address, rules.refusal(destination, address)))
                        .toList();
        return explanation(
                service,
                destination,
                addresses,
                rules.choose(destination, found) instanceof Verdict.Refused(var reason, var _)
                        ? reason
                        : null);
    }

    private static ForwardService service(Compilation compilation, @Nullable String listener) {
        CompiledForward found =
                listener != null
                        ? compilation.forward(listener)
                        : compilation.forwards().stream().findFirst().orElse(null);
        if (found == null) {
            throw new IllegalArgumentException(
                    listener == null
                            ? "no listener is a forward proxy"
                            : "no forward proxy is named \"" + listener + "\"");
        }
        return found.service();
    }

    private static Destination destination(String target) {
        int colon = target.lastIndexOf(':');
        String port = target.substring(colon + 1);
        if (colon < 0
                || port.isEmpty()
                || port.length() > 5
                || !port.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("\"" + target + "\" is no host and port");
        }
        try {
            return Destination.of(target.substring(0, colon), Integer.parseInt(port));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"" + target + "\": " + e.getMessage(), e);
        }
    }

    private static Address address(InetAddress address, @Nullable Reason refusal) {
        return new Address(Destination.text(address), refusal == null ? null : refusal.code());
    }

    private static ConnectExplanation explanation(
            ForwardService service,
            Destination destination,
            List<Address> addresses,
            @Nullable Reason refusal) {
        return new ConnectExplanation(
                service.listener(),
                destination.toString(),
                addresses,
                refusal == null ? 200 : refusal.status(),
                refusal == null ? null : refusal.code());
    }
}
