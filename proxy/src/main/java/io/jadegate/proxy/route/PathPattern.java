package io.jadegate.proxy.route;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.re2j.Pattern;
import io.jadegate.api.config.PathMatchConfig;
import io.jadegate.api.http.Paths;
import io.jadegate.api.http.Paths.PathException;
import org.jspecify.annotations.Nullable;

/// Paths a route serves, compared with canonical paths octet by octet.
///
/// Written paths must be canonical themselves ([Paths]): another spelling could never match.
sealed interface PathPattern
        permits PathPattern.Any,
                PathPattern.Exact,
                PathPattern.Prefix,
                PathPattern.TextPrefix,
                PathPattern.Regex,
                PathTemplate {
    Any ANY = new Any();

    /// Whether this takes the canonical path in `bytes[start, end)`.
    boolean matches(byte[] bytes, int start, int end);

    /// Octets with which every path of this begins; not always all of them.
    String lead();

    /// Whether every path of `other` is one of this. False when that cannot be told.
    boolean covers(PathPattern other);

    static PathPattern parse(PathMatchConfig config) throws PatternException {
        return switch (config) {
            case PathMatchConfig.Exact(String path) -> new Exact(canonical(path));
            case PathMatchConfig.Prefix(String path) -> {
                String prefix = canonical(path);
                yield new Prefix(
                        prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix);
            }
            case PathMatchConfig.Template(String template) -> PathTemplate.parse(template);
            case PathMatchConfig.TextPrefix(String prefix) -> {
                // A letter behind keeps "/." from being a whole dot segment: dot files are real.
                String padded = canonical(prefix + "x");
                yield new TextPrefix(padded.substring(0, padded.length() - 1));
            }
            case PathMatchConfig.Regex(String regex) -> Regex.parse(regex);
        };
    }

    /// Asserts that a written path is canonical.
    private static String canonical(String path) throws PatternException {
        if (!path.startsWith("/")) {
            throw new PatternException("path \"" + path + "\" must begin with '/'", "/" + path);
        }
        String canonical = canonicalForm(path);
        if (!canonical.equals(path)) {
            throw new PatternException(
                    "path \"" + path + "\" is not in the canonical form in which paths are matched",
                    canonical);
        }
        return path;
    }

    /// The canonical form, octets beyond ASCII escaped.
    static String canonicalForm(String path) throws PatternException {
        byte[] written = path.getBytes(UTF_8);
        if (Paths.isCanonical(written, 0, written.length)) {
            return path;
        }
        StringBuilder escaped = new StringBuilder(path.length());
        for (byte octet : written) {
            if (octet < 0) {
                escaped.append(String.format("%%%02X", octet));
            } else {
                escaped.append((char) octet);
            }
        }
        byte[] bytes = escaped.toString().getBytes(ISO_8859_1);
        try {
            return new String(Paths.canonical(bytes, 0, bytes.length), ISO_8859_1);
        } catch (PathException e) {
            throw new PatternException(
                    "path \""
                            + path
                            + "\" can be no request's: "
                            + e.getMessage()
                            + " at offset "
                            + e.offset());
        }
    }

    /// Every path, `*` included.
    record Any() implements PathPattern {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return true;
        }

        @Override
        public String lead() {
            return "";
        }

        @Override
        public boolean covers(PathPattern other) {
            return true;
        }

        @Override
        public String toString() {
            return "";
        }
    }

    record Exact(String path) implements PathPattern {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return Octets.equal(bytes, start, end, path);
        }

        @Override
        public String lead() {
            return path;
        }

        @Override
        public boolean covers(PathPattern other) {
            return equals(other);
        }

        @Override
        public String toString() {
            return path;
        }
    }

    /// A path and everything below it.
    ///
    /// @param path without a trailing slash, so empty for `/`
    record Prefix(String path) implements PathPattern {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return Octets.startsWith(bytes, start, end, path)
                    && endsSegment(bytes, start + path.length(), end);
        }

        /// Whether a segment ends at `at`. Not at the start of `*`, which is below nothing.
        static boolean endsSegment(byte[] bytes, int at, int end) {
            return at == end || bytes[at] == '/';
        }

        @Override
        public String lead() {
            return path.isEmpty() ? "/" : path;
        }

        @Override
        public boolean covers(PathPattern other) {
            String lead = other.lead();
            if (!lead.startsWith(path)) {
                return false;
            }
            if (lead.length() > path.length()) {
                return lead.charAt(path.length()) == '/';
            }
            // A path that ends here is below this; a text that goes on at once is not.
            return !(other instanceof TextPrefix || other instanceof Regex || other instanceof Any);
        }

        @Override
        public String toString() {
            return path + "/*";
        }
    }

    /// Every path that begins with a text, wherever segments end.
    record TextPrefix(String text) implements PathPattern {
        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return Octets.startsWith(bytes, start, end, text);
        }

        @Override
        public String lead() {
            return text;
        }

        @Override
        public boolean covers(PathPattern other) {
            return other.lead().startsWith(text);
        }

        @Override
        public String toString() {
            return text + "*";
        }
    }

    /// Paths that a linear-time expression matches whole.
    record Regex(Pattern pattern) implements PathPattern {
        static Regex parse(String text) throws PatternException {
            return new Regex(LinearRegex.compile(text));
        }

        @Override
        public boolean matches(byte[] bytes, int start, int end) {
            return pattern.matches(new String(bytes, start, end - start, ISO_8859_1));
        }

        /// The literal text in front of the first operator: nothing when an alternative could begin
        /// otherwise, nothing of what a quantifier may leave out. Such a one may stand behind
        /// something that is no atom, as in `k(?i)?` and `k+\Q\E?`.
        @Override
        public String lead() {
            String text = pattern.pattern();
            if (text.indexOf('|') >= 0) {
                return "";
            }
            StringBuilder lead = new StringBuilder();
            int at = 0;
            while (at < text.length()) {
                char c = text.charAt(at);
                boolean escaped = c == '\\' && at + 1 < text.length();
                char literal = escaped ? text.charAt(at + 1) : c;
                if (escaped ? isWordCharacter(literal) : ".+*?()[]{}^$\\".indexOf(c) >= 0) {
                    break;
                }
                lead.append(literal);
                at += escaped ? 2 : 1;
            }
            boolean atomNext = at == text.length() || ".[^$".indexOf(text.charAt(at)) >= 0;
            if (!atomNext && !lead.isEmpty()) {
                lead.setLength(lead.length() - 1);
            }
            return lead.toString();
        }

        private static boolean isWordCharacter(char c) {
            return c > 127 || Character.isLetterOrDigit(c);
        }

        /// Whether no path can match, since paths begin with a slash (or are `*`).
        boolean isHopeless() {
            String lead = lead();
            return !lead.isEmpty() && lead.charAt(0) != '/' && lead.charAt(0) != '*';
        }

        @Override
        public boolean covers(PathPattern other) {
            return equals(other) || (other instanceof Exact(String path) && pattern.matches(path));
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Regex regex
                    && regex.pattern.pattern().equals(pattern.pattern());
        }

        @Override
        public int hashCode() {
            return pattern.pattern().hashCode();
        }

        @Override
        public String toString() {
            return "~" + pattern.pattern();
        }
    }
}
