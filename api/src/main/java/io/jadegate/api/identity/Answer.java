package io.jadegate.api.identity;

import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.Reason;
import java.util.function.Consumer;

/// What an [Authenticator] says about credentials.
public sealed interface Answer {

    /// Credentials of another kind: somebody else may know them.
    enum NotMine implements Answer {
        INSTANCE
    }

    /// An answer that is known, be it at once or later.
    sealed interface Known extends Answer {}

    /// They prove who it is.
    ///
    /// @param name the user's name, visible ASCII
    /// @param mark what they were held against, for [Authenticator#stillKnows]; never printed
    record Principal(String name, String mark) implements Known {
        /// Where a filter leaves who it has found out, and where it finds who was let in before.
        public static final HttpExchange.Key<Principal> KEY =
                new HttpExchange.Key<>("principal", Principal.class);

        @Override
        public String toString() {
            return "Principal[" + name + "]";
        }
    }

    /// They prove nothing, or could not be looked at.
    ///
    /// @param reason why, with the status of a request that is refused for it
    /// @param retryAfterSeconds when it is worth another try; 0 when the same credentials are never
    record Refused(Reason reason, int retryAfterSeconds) implements Known {}

    /// It takes a while. Nothing has been begun yet.
    ///
    /// @param what what is waited for, for explain and traces
    /// @param check to be begun once, or not at all
    record Later(String what, Check check) implements Answer {}

    /// A check that takes a while.
    @FunctionalInterface
    interface Check {
        /// Begins; does not block.
        ///
        /// @param outcome called once, from any thread, perhaps before this returns
        void begin(Consumer<Known> outcome);
    }
}
