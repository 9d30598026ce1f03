package io.jadegate.server.proof;

import io.jadegate.api.plane.Explanation;
import io.jadegate.api.plane.Explanation.Verdict;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What became of a request, as explain foretells it or as traffic shows it. What is absent is an
/// empty text.
///
/// @param status that of the gateway's own answer, 0 when an endpoint answered
/// @param forwarded the head that went to the endpoint
record Outcome(
        String route,
        Verdict verdict,
        int status,
        String reason,
        String detail,
        String location,
        String upstream,
        String forwarded) {
    private static final Pattern REQUEST_ID = Pattern.compile("X-Request-Id: ([^\r]*)\r\n");

    /// @param requestId the identifier in traffic: one made by chance is made anew by explain
    static Outcome foretold(Explanation explanation, String requestId) {
        return new Outcome(
                orEmpty(explanation.route()),
                explanation.verdict(),
                explanation.status(),
                orEmpty(explanation.reason()),
                orEmpty(explanation.detail()),
                orEmpty(explanation.location()),
                orEmpty(explanation.upstream()),
                identified(orEmpty(explanation.forwarded()), requestId));
    }

    private static String identified(String head, String requestId) {
        Matcher own = REQUEST_ID.matcher(head);
        return own.find() ? head.replace(own.group(1), requestId) : head;
    }

    private static String orEmpty(@Nullable String text) {
        return Objects.requireNonNullElse(text, "");
    }
}
