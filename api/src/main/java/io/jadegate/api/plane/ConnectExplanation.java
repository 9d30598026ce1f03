package io.jadegate.api.plane;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whether a forward proxy goes to a target, and to which of its addresses.
///
/// @param listener the forward proxy
/// @param target host and port, in the one spelling that the rules know
/// @param addresses what the name is looked up to now, in the order in which they would be tried;
///   empty when nothing is looked up
/// @param status that a client would be answered; 200 where a tunnel would be tried
/// @param reason the code of a refusal, or null
public record ConnectExplanation(
        String listener,
        String target,
        List<Address> addresses,
        int status,
        @Nullable String reason) {
    public ConnectExplanation {
        addresses = List.copyOf(addresses);
    }

    /// @param address in text
    /// @param reason the code of its refusal; null when it may be dialled
    public record Address(String address, @Nullable String reason) {}
}
