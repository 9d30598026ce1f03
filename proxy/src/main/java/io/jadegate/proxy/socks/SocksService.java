package io.jadegate.proxy.socks;

import io.jadegate.api.identity.Answer;
import io.jadegate.api.identity.Authenticator;
import io.jadegate.proxy.forward.ForwardService;
import io.jadegate.proxy.observe.LoopLog;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What SOCKS clients of a forward proxy are served by, as one configuration has it. Immutable; a
/// connection keeps what it began by.
///
/// @param forward where they may go
/// @param users who knows them; null when nobody is asked
/// @param outcomes told how each came off who was asked
/// @param helloNanos how long a client may take until it has said where it wants to go; 0 for no
///   limit
/// @param graceNanos how long tunnels may stay that have to go
/// @param logs of the loops, by index
public record SocksService(
        ForwardService forward,
        @Nullable Authenticator users,
        Consumer<Answer.Known> outcomes,
        long helloNanos,
        long graceNanos,
        List<LoopLog> logs) {
    public SocksService {
        logs = List.copyOf(logs);
    }
}
