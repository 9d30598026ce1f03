package io.jadegate.server.golden;

import io.jadegate.api.plane.Explanation;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One thing that a golden request expects.
///
/// @param subject what is looked at
/// @param expected the text it must have; `none` for a thing that must be absent
public record Expectation(Subject subject, String expected) {

    /// What an expectation can be about.
    public enum Subject {
        /// The name of the route.
        ROUTE,
        /// How it ends: `refused`, `answered`, `redirected`, `forwarded` or `undecided`.
        VERDICT,
        /// The status of the gateway's own answer.
        STATUS,
        /// The code of the gateway's own answer.
        REASON,
        /// The name of the upstream.
        UPSTREAM,
        /// Where a redirect leads.
        LOCATION,
        /// The request target as forwarded.
        TARGET,
        /// A field as forwarded: `name: value`, or a name that must be absent: `!name`.
        HEADER;

        /// The word for it in a file.
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final String NONE = "none";

    /// What is different, as `route is "orders", not "search"`; null when nothing is.
    public @Nullable String difference(Explanation explanation) {
        if (subject == Subject.HEADER) {
            return differenceOfHeader(explanation);
        }
        String actual = actual(explanation);
        return actual.equalsIgnoreCase(expected) ? null : subject.word() + " is " + actual;
    }

    private String actual(Explanation explanation) {
        return switch (subject) {
            case ROUTE -> orNone(explanation.route());
            case VERDICT -> explanation.verdict().name().toLowerCase(Locale.ROOT);
            case STATUS -> explanation.status() == 0 ? NONE : "" + explanation.status();
            case REASON -> orNone(explanation.reason());
            case UPSTREAM -> orNone(explanation.upstream());
            case LOCATION -> orNone(explanation.location());
            case TARGET -> orNone(targetOf(explanation.forwarded()));
            case HEADER -> throw new IllegalStateException("compared field by field");
        };
    }

    private @Nullable String differenceOfHeader(Explanation explanation) {
        if (explanation.forwarded() == null) {
            return "nothing is forwarded";
        }
        boolean absent = expected.startsWith("!");
        String name = absent ? expected.substring(1).strip() : nameOf(expected);
        String found = null;
        for (String line : explanation.forwarded().split("\r\n", -1)) {
            if (line.contains(":") && nameOf(line).equalsIgnoreCase(name)) {
                if (!absent && valueOf(line).equals(valueOf(expected))) {
                    return null;
                }
                found = line;
            }
        }
        if (found == null) {
            return absent ? null : "header " + name + " is not forwarded";
        }
        return "header is " + found;
    }

    private static String nameOf(String field) {
        int colon = field.indexOf(':');
        return (colon < 0 ? field : field.substring(0, colon)).strip();
    }

    private static String valueOf(String field) {
        return field.substring(field.indexOf(':') + 1).strip();
    }

    private static String orNone(@Nullable String value) {
        return value == null ? NONE : value;
    }

    private static @Nullable String targetOf(@Nullable String forwarded) {
        return forwarded == null ? null : forwarded.split(" ", 3)[1];
    }

    /// `route orders`, as in a file.
    @Override
    public String toString() {
        return subject.word() + " " + expected;
    }
}
