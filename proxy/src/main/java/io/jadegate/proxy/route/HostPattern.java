package io.jadegate.proxy.route;

import io.jadegate.api.config.TextForm;
import java.net.IDN;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Hosts a route serves: one, every host below a domain, or all.
///
/// Patterns and the hosts they are compared with are in lower case; a trailing dot on either side
/// means nothing. Ports take no part: a listener has one.
///
/// @param name the host, the domain behind `*.`, or nothing
record HostPattern(Kind kind, String name) implements Comparable<HostPattern> {
    static final HostPattern ANY = new HostPattern(Kind.ANY, "");

    private static final int MAX_LENGTH = 255;

    /// In order of preference.
    enum Kind {
        EXACT,
        /// One or more labels in front of the name.
        WILDCARD,
        ANY
    }

    static HostPattern parse(String text) throws PatternException {
        if (text.equals("*")) {
            return ANY;
        }
        if (!text.startsWith("[") && text.indexOf(':') >= 0) {
            throw new PatternException(
                    "host \"" + text + "\" names a port; use match.listeners to tell ports apart",
                    text.substring(0, text.indexOf(':')));
        }
        if (!text.chars().allMatch(c -> c < 128)) {
            throw new PatternException(
                    "host \"" + text + "\" is not in ASCII, as it is in requests", ascii(text));
        }
        if (text.length() > MAX_LENGTH || !TextForm.HOST_PATTERN.accepts(text)) {
            throw new PatternException(
                    "host \"" + text + "\" must be like " + TextForm.HOST_PATTERN.accepted());
        }
        String lower = text.toLowerCase(Locale.ROOT);
        String host = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        return host.startsWith("*.")
                ? new HostPattern(Kind.WILDCARD, host.substring(2))
                : new HostPattern(Kind.EXACT, host);
    }

    private static @Nullable String ascii(String text) {
        try {
            return text.startsWith("*.")
                    ? "*." + IDN.toASCII(text.substring(2))
                    : IDN.toASCII(text);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    /// The end of a host without its trailing dot.
    static int trimDot(byte[] bytes, int start, int end) {
        return end > start && bytes[end - 1] == '.' ? end - 1 : end;
    }

    /// Whether this is the pattern of the host in `bytes[start, end)`, lower case and trimmed.
    boolean matches(byte[] bytes, int start, int end) {
        return switch (kind) {
            case ANY -> true;
            case EXACT -> Octets.equal(bytes, start, end, name);
            case WILDCARD -> {
                int dot = end - name.length() - 1;
                yield dot > start && bytes[dot] == '.' && Octets.endsWith(bytes, start, end, name);
            }
        };
    }

    /// Whether every host of `other` is one of this.
    boolean covers(HostPattern other) {
        return switch (kind) {
            case ANY -> true;
            case EXACT -> equals(other);
            case WILDCARD ->
                    (other.kind == Kind.WILDCARD && other.name.equals(name))
                            || (other.kind != Kind.ANY && other.name.endsWith("." + name));
        };
    }

    /// Preference: exact, then the longest domain. Of two patterns that are apart in neither, no
    /// host has both; names make the order total.
    @Override
    public int compareTo(HostPattern other) {
        if (this == other) {
            return 0;
        }
        int byKind = kind.compareTo(other.kind);
        if (byKind != 0) {
            return byKind;
        }
        int byLength = Integer.compare(other.name.length(), name.length());
        return byLength != 0 ? byLength : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return switch (kind) {
            case ANY -> "*";
            case EXACT -> name;
            case WILDCARD -> "*." + name;
        };
    }
}
