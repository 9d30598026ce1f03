package io.jadegate.server;

import io.jadegate.api.config.Problem;
import java.util.List;
import java.util.stream.Collectors;

/// A command stops because a configuration has problems. The message is all of them, a line each.
final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1;

    Refusal(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    }
}
