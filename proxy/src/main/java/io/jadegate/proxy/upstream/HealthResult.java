package io.jadegate.proxy.upstream;

import io.jadegate.proxy.stream.Failure;

/// What one check has found.
///
/// @param detail what was wrong, for people; empty when nothing was
record HealthResult(Outcome outcome, String detail) {
    static final HealthResult PASSED = new HealthResult(Outcome.PASSED, "");

    /// How a check ended.
    enum Outcome {
        PASSED,
        FAILED,
        TIMED_OUT,
        /// The gateway could not ask, which says nothing of the endpoint.
        NOT_ASKED
    }

    static HealthResult failed(String detail) {
        return new HealthResult(Outcome.FAILED, detail);
    }

    static HealthResult of(Failure failure) {
        String words = failure.reason().code();
        String detail = failure.detail();
        return new HealthResult(
                switch (failure.kind()) {
                    case CONNECT_TIMEOUT, TLS_TIMEOUT -> Outcome.TIMED_OUT;
                    default ->
                            failure.side() == Failure.Side.GATEWAY
                                    ? Outcome.NOT_ASKED
                                    : Outcome.FAILED;
                },
                detail == null ? words : words + " (" + detail + ")");
    }
}
