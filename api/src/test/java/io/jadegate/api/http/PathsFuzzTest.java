package io.jadegate.api.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.Corpus;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Compares [Paths] with RFC 3986 written down a second time, on Strings and segment by segment.
class PathsFuzzTest {
    private static final String UNRESERVED =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    private static final String LITERAL = UNRESERVED + "!$&'()*+,;=:@/";

    /// @param input a path, with or without the slash in front
    public static void fuzzerTestOneInput(byte[] input) {
        String path = "/" + new String(input, ISO_8859_1);
        String canonical = canonical(path);
        if (!equal(canonical, naive(path))) {
            // AssertJ takes long to say that two texts are equal.
            assertThat(canonical).isEqualTo(naive(path));
        }
        byte[] octets = path.getBytes(ISO_8859_1);
        boolean plain = Paths.isCanonical(octets, 0, octets.length);
        if (plain && !path.equals(canonical)) {
            assertThat(canonical).isEqualTo(path);
        }
        if (Paths.hasDotSegment(octets, 0, octets.length) != naiveDotSegment(path)) {
            assertThat(naiveDotSegment(path)).as(path).isFalse();
        }
        if (canonical != null) {
            holdsWhatCanonicalMeans(canonical);
        }
    }

    private static void holdsWhatCanonicalMeans(String canonical) {
        String closed = canonical + "/";
        boolean sound =
                canonical.startsWith("/")
                        && !canonical.contains("//")
                        && !closed.contains("/./")
                        && !closed.contains("/../")
                        && equal(canonical(canonical), canonical);
        if (!sound) {
            assertThat(canonical(canonical)).isEqualTo(canonical);
            assertThat(closed).startsWith("/").doesNotContain("/./", "/../");
            assertThat(canonical).doesNotContain("//");
        }
    }

    /// Null when there is none, which must be the fault of an octet of the path.
    private static @Nullable String canonical(String path) {
        byte[] octets = ("?" + path + "?").getBytes(ISO_8859_1);
        try {
            return new String(Paths.canonical(octets, 1, octets.length - 1), ISO_8859_1);
        } catch (Paths.PathException e) {
            if (e.offset() < 0 || e.offset() >= path.length()) {
                assertThat(e.offset()).isBetween(0, path.length() - 1);
            }
            return null;
        }
    }

    private static boolean equal(@Nullable String a, @Nullable String b) {
        return a == null ? b == null : a.equals(b);
    }

    // ---- the same, naively

    private static @Nullable String naive(String path) {
        String decoded = decoded(path);
        if (decoded == null) {
            return null;
        }
        Deque<String> segments = new ArrayDeque<>();
        boolean folder = true;
        for (String segment : decoded.substring(1).split("/", -1)) {
            if (segment.matches("(?s)\\.{1,2}(;|%3B).*")) {
                return null;
            }
            folder = segment.isEmpty() || segment.equals(".") || segment.equals("..");
            if (segment.equals("..")) {
                segments.pollLast();
            } else if (!folder) {
                segments.addLast(segment);
            }
        }
        String joined = "/" + String.join("/", segments);
        return folder && !segments.isEmpty() ? joined + "/" : joined;
    }

    /// Unreserved characters decoded, all other escapes in upper case, and what browsers leave bare
    /// escaped.
    private static @Nullable String decoded(String path) {
        StringBuilder result = new StringBuilder();
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c != '%') {
                boolean bare = "[]^|".indexOf(c) >= 0;
                if (LITERAL.indexOf(c) < 0 && !bare) {
                    return null;
                }
                result.append(bare ? String.format(Locale.ROOT, "%%%02X", (int) c) : "" + c);
                continue;
            }
            String digits = path.substring(i + 1, Math.min(i + 3, path.length()));
            if (!digits.matches("[0-9A-Fa-f]{2}")) {
                return null;
            }
            char octet = (char) Integer.parseInt(digits, 16);
            if ("/\\\0".indexOf(octet) >= 0) {
                return null;
            }
            boolean unreserved = UNRESERVED.indexOf(octet) >= 0;
            result.append(unreserved ? "" + octet : "%" + digits.toUpperCase(Locale.ROOT));
            i += 2;
        }
        return result.toString();
    }

    private static boolean naiveDotSegment(String path) {
        return Stream.of(path.split("/", -1))
                .map(segment -> segment.replaceFirst("(?s);.*", "").replaceAll("(?i)%2e", "."))
                .anyMatch(segment -> segment.equals(".") || segment.equals(".."));
    }

    @TestFactory
    Stream<DynamicTest> readsTheCorpusAsTheRfcSays() throws IOException {
        return Corpus.replayed(PathsFuzzTest.class, PathsFuzzTest::fuzzerTestOneInput);
    }
}
