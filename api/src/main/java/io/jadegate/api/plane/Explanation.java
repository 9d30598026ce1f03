package io.jadegate.api.plane;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a request would fare, step by step.
///
/// @param listener the listener that takes it
/// @param route the route chosen, or null when none matches or the head is refused before
/// @param steps what each filter said, in order
/// @param verdict how it ends
/// @param status the status of the gateway's own answer, or 0 when an upstream would answer
/// @param reason the code of that answer, or null
/// @param detail what the answer would say besides, or null
/// @param location where a redirect leads, or null
/// @param upstream the upstream that would be called, also where that has no usable endpoint; or
///   null
/// @param endpoints its usable endpoints
/// @param forwarded the request head as it would go to the upstream, in HTTP/1.1 form; or null
public record Explanation(
        String listener,
        @Nullable String route,
        List<Step> steps,
        Verdict verdict,
        int status,
        @Nullable String reason,
        @Nullable String detail,
        @Nullable String location,
        @Nullable String upstream,
        List<String> endpoints,
        @Nullable String forwarded) {

    /// How a request ends.
    public enum Verdict {
        /// The gateway refuses or fails.
        REFUSED,
        /// The route or a filter answers.
        ANSWERED,
        REDIRECTED,
        /// An upstream is called.
        FORWARDED,
        /// A filter would have to call somebody first.
        UNDECIDED
    }

    /// What one filter said.
    ///
    /// @param filter its name
    /// @param kind its kind
    /// @param mode `enforce`, `shadow`, `off`, or `skipped` when its condition does not hold
    /// @param decision `proceed`, `respond CODE`, or what it would wait for
    public record Step(String filter, String kind, String mode, String decision) {}
}
