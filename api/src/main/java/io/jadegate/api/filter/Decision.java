package io.jadegate.api.filter;

/// What a filter says about a request: go on, here is the answer, or wait.
public sealed interface Decision {

    static Decision proceed() {
        return Proceed.INSTANCE;
    }

    static Decision respond(LocalResponse response) {
        return new Respond(response);
    }

    /// The next filter's turn.
    enum Proceed implements Decision {
        INSTANCE
    }

    /// The exchange ends with this answer; later filters and the upstream are not asked.
    record Respond(LocalResponse response) implements Decision {}

    /// The filter must find something out first. Nothing has been started yet: the data path starts
    /// `work`, while explain only says that it would.
    ///
    /// @param what what is waited for, for explain and traces
    record Await(String what, Work work) implements Decision {}

    /// Something that takes time and ends in a decision.
    @FunctionalInterface
    interface Work {
        /// Begins; must not block. Called on the exchange's event loop.
        ///
        /// @param outcome to be called once, from any thread, with [Proceed] or [Respond]; it is
        ///   harmless to call it after the exchange has ended
        void start(Outcome outcome);
    }

    /// Where [Work] ends.
    @FunctionalInterface
    interface Outcome {
        void decided(Decision decision);
    }
}
