package io.jadegate.proxy.route;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A path of literal and captured segments: `/customers/{id}/orders`, `/files/{name...}`.
///
/// A capture takes one segment that is not empty; a last capture with dots takes the rest, any
/// number of segments, without the slash in front. What is captured stands as it does in the path,
/// escapes included.
///
/// @param segments in order, a [Rest] only at the end
/// @param order sorts templates by preference: segment by segment a literal before a capture before
///   the rest, then by their literals. Equal for templates that take the same paths.
/// @param captures the name of each segment's capture; empty for a literal
/// @param rest the place of the [Rest]; -1 without one
record PathTemplate(List<Segment> segments, String order, List<String> captures, int rest)
        implements PathPattern {
    /// Bounds the depth of the search, which descends once for each capture.
    private static final int MAX_CAPTURES = 32;

    sealed interface Segment {}

    record Literal(String text) implements Segment {}

    record Capture(String name) implements Segment {}

    record Rest(String name) implements Segment {}

    static PathTemplate parse(String text) throws PatternException {
        if (!text.startsWith("/")) {
            throw new PatternException("template \"" + text + "\" must begin with '/'", "/" + text);
        }
        List<Segment> segments = new ArrayList<>();
        Set<String> names = new HashSet<>();
        String[] parts = text.substring(1).split("/", -1);
        for (String part : parts) {
            Segment segment = segment(part, text);
            segments.add(segment);
            if (!(segment instanceof Literal) && !names.add(part.replace("...", ""))) {
                throw new PatternException(
                        "template \"" + text + "\" captures \"" + part + "\" twice");
            }
            if (segment instanceof Rest && segments.size() < parts.length) {
                throw new PatternException(
                        "template \"" + text + "\" goes on behind \"" + part + "\"");
            }
        }
        if (names.size() > MAX_CAPTURES) {
            throw new PatternException(
                    "template \"" + text + "\" has more than " + MAX_CAPTURES + " captures");
        }
        requireCanonical(segments, text);
        return new PathTemplate(
                List.copyOf(segments),
                order(segments),
                segments.stream().map(PathTemplate::captureName).toList(),
                segments.getLast() instanceof Rest ? segments.size() - 1 : -1);
    }

    private static String captureName(Segment segment) {
        // One instance for all templates stays in the caches.
        return switch (segment) {
            case Literal _ -> "";
            case Capture(String name) -> name.intern();
            case Rest(String name) -> name.intern();
        };
    }

    private static Segment segment(String part, String template) throws PatternException {
        boolean braced = part.startsWith("{") && part.endsWith("}");
        if (!braced) {
            if (part.indexOf('{') >= 0 || part.indexOf('}') >= 0) {
                throw new PatternException(
                        "template \"" + template + "\": a capture is a whole segment");
            }
            return new Literal(part);
        }
        boolean rest = part.endsWith("...}");
        String name = part.substring(1, part.length() - (rest ? 4 : 1));
        if (!isName(name)) {
            throw new PatternException(
                    "template \"" + template + "\": \"" + name + "\" is not a name");
        }
        return rest ? new Rest(name) : new Capture(name);
    }

    private static boolean isName(String text) {
        return !text.isEmpty()
                && !Character.isDigit(text.charAt(0))
                && text.chars()
                        .allMatch(c -> c == '_' || (c < 128 && Character.isLetterOrDigit(c)));
    }

    private static void requireCanonical(List<Segment> segments, String template)
            throws PatternException {
        StringBuilder literals = new StringBuilder();
        for (Segment segment : segments) {
            literals.append('/').append(segment instanceof Literal(String text) ? text : "x");
        }
        if (!PathPattern.canonicalForm(literals.toString()).contentEquals(literals)) {
            throw new PatternException(
                    "template \""
                            + template
                            + "\" is not in the canonical form in which paths are matched");
        }
    }

    private static String order(List<Segment> segments) {
        StringBuilder generality = new StringBuilder();
        StringBuilder literals = new StringBuilder();
        for (Segment segment : segments) {
            literals.append('/');
            switch (segment) {
                case Literal(String text) -> {
                    generality.append('1');
                    literals.append(text);
                }
                case Capture _ -> generality.append('2');
                case Rest _ -> generality.append('3');
            }
        }
        // The end, 0, comes before any segment.
        return generality.append('0').append(literals).toString();
    }

    /// What is captured under a name, or null when nothing is.
    ///
    /// The path is one that matches, so literals are passed over unread: in a large table every
    /// template is far from the caches.
    @Nullable String capture(String name, byte[] bytes, int start, int end) {
        int at = start;
        for (int i = 0; i < captures.size(); i++) {
            int from = Math.min(at + 1, end);
            at = i == rest ? end : segmentEnd(bytes, from, end);
            if (captures.get(i).equals(name)) {
                return new String(bytes, from, at - from, ISO_8859_1);
            }
        }
        return null;
    }

    @Override
    public boolean matches(byte[] bytes, int start, int end) {
        int at = start;
        for (Segment segment : segments) {
            if (segment instanceof Rest) {
                return Prefix.endsSegment(bytes, at, end);
            }
            if (at == end || bytes[at] != '/') {
                return false;
            }
            int from = at + 1;
            at = segmentEnd(bytes, from, end);
            boolean taken =
                    segment instanceof Literal(String text)
                            ? Octets.equal(bytes, from, at, text)
                            : at > from;
            if (!taken) {
                return false;
            }
        }
        return at == end;
    }

    static int segmentEnd(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && bytes[at] != '/') {
            at++;
        }
        return at;
    }

    /// The literal segments in front of the first capture.
    @Override
    public String lead() {
        StringBuilder lead = new StringBuilder();
        for (Segment segment : segments) {
            if (!(segment instanceof Literal(String text))) {
                break;
            }
            lead.append('/').append(text);
        }
        return lead.isEmpty() ? "/" : lead.toString();
    }

    @Override
    public boolean covers(PathPattern other) {
        return switch (other) {
            case PathTemplate template -> covers(template);
            case Exact(String path) -> {
                byte[] bytes = path.getBytes(ISO_8859_1);
                yield matches(bytes, 0, bytes.length);
            }
            case Any _, Prefix _, TextPrefix _, Regex _ -> false;
        };
    }

    private boolean covers(PathTemplate other) {
        for (int i = 0; i < segments.size(); i++) {
            Segment mine = segments.get(i);
            if (mine instanceof Rest) {
                return true;
            }
            if (i == other.segments.size() || !covers(mine, other.segments.get(i))) {
                return false;
            }
        }
        return segments.size() == other.segments.size();
    }

    private static boolean covers(Segment mine, Segment theirs) {
        return switch (theirs) {
            case Literal(String text) ->
                    mine.equals(theirs) || (mine instanceof Capture && !text.isEmpty());
            case Capture _ -> mine instanceof Capture;
            case Rest _ -> false;
        };
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Segment segment : segments) {
            text.append('/')
                    .append(
                            switch (segment) {
                                case Literal(String literal) -> literal;
                                case Capture(String name) -> "{" + name + "}";
                                case Rest(String name) -> "{" + name + "...}";
                            });
        }
        return text.toString();
    }
}
