package io.jadegate.proxy.route;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.Corpus;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// What holds for any text given as a regular expression: it is refused, or compiles to a program
/// of a bounded size, and nothing that is concluded from its text is wrong about a path it matches.
class RegexFuzzTest {
    /// What is weighed is about the number of instructions.
    private static final int MAX_INSTRUCTIONS = 6_000;

    /// @param input an expression and, behind a line feed, a path
    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, ISO_8859_1);
        int end = text.indexOf('\n');
        PathPattern.Regex regex;
        try {
            regex = PathPattern.Regex.parse(end < 0 ? text : text.substring(0, end));
        } catch (PatternException e) {
            return;
        }
        if (regex.pattern().programSize() > MAX_INSTRUCTIONS) {
            assertThat(regex.pattern().programSize()).isLessThanOrEqualTo(MAX_INSTRUCTIONS);
        }
        String path = "/" + text.substring(end + 1);
        byte[] octets = path.getBytes(ISO_8859_1);
        if (regex.matches(octets, 0, octets.length)) {
            boolean sound =
                    path.startsWith(regex.lead())
                            && !regex.isHopeless()
                            && regex.covers(new PathPattern.Exact(path));
            if (!sound) {
                assertThat(path).as(regex.toString()).startsWith(regex.lead());
                assertThat(regex.isHopeless()).as("%s of %s", path, regex).isFalse();
                assertThat(regex.covers(new PathPattern.Exact(path))).isTrue();
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> boundsAndUnderstandsTheCorpus() throws IOException {
        return Corpus.replayed(RegexFuzzTest.class, RegexFuzzTest::fuzzerTestOneInput);
    }
}
