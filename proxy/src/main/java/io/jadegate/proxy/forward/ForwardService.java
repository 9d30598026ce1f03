package io.jadegate.proxy.forward;

import io.jadegate.api.filter.Reason;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.upstream.Upstream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Consumer;

/// What a forward proxy goes by, as one configuration has it, in whichever protocol it is asked.
///
/// @param listener the listener's name
/// @param upstream by which everything is reached
/// @param tunnels what its tunnels keep to
public record ForwardService(
        String listener,
        ForwardRules rules,
        NameLookups names,
        Upstream upstream,
        TunnelRules tunnels) {

    /// Finds out whether a client may go to a destination, and where that is. What needs no look-up
    /// is told at once.
    ///
    /// @param told once, on any thread
    public void find(Destination destination, Consumer<Verdict> told) {
        Reason refusal = rules.refusal(destination);
        InetAddress literal = destination.literal();
        if (refusal != null) {
            told.accept(new Verdict.Refused(refusal, null));
        } else if (literal != null) {
            told.accept(
                    new Verdict.Allowed(
                            List.of(new InetSocketAddress(literal, destination.port()))));
        } else {
            names.lookUp(
                    destination.host(),
                    tunnels.opening().connect(),
                    new NameLookups.Caller() {
                        @Override
                        public void found(List<InetAddress> addresses) {
                            told.accept(rules.choose(destination, addresses));
                        }

                        @Override
                        public void failed(Failure failure) {
                            told.accept(new Verdict.Refused(failure.reason(), failure.detail()));
                        }
                    });
        }
    }

    /// Whether a tunnel that was opened before may stay.
    ///
    /// @param address the one that was dialled
    public boolean stillAllows(Destination destination, InetAddress address) {
        return rules.refusal(destination) == null && rules.refusal(destination, address) == null;
    }
}
