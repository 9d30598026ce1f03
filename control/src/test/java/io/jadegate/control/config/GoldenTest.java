package io.jadegate.control.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every file in `golden` is an input and, below a line `# --- problems` or `# --- records`, what
/// comes of it. Records show what is not the default. With `GOLDEN_UPDATE=true` in the environment
/// the files are written instead of compared: read the difference before you commit it.
class GoldenTest {

    private static final Path FOLDER = Path.of("src/test/resources/golden");
    private static final String MARK = "# --- ";

    static Stream<String> files() throws IOException {
        try (var paths = Files.list(FOLDER)) {
            return paths.map(path -> String.valueOf(path.getFileName())).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void givesWhatTheFileSays(String name) throws IOException {
        var text = Files.readString(FOLDER.resolve(name));
        var mark = text.indexOf(MARK);
        var input = mark < 0 ? text : text.substring(0, mark);
        var actual = input + outcome(load(name, input));

        if ("true".equals(System.getenv("GOLDEN_UPDATE"))) {
            Files.writeString(FOLDER.resolve(name), actual);
        } else {
            assertThat(actual).isEqualTo(text);
        }
    }

    @Test
    void bindsTheReferenceWholeButForWhatIsNotInThisVersion() throws IOException {
        var result =
                load("reference.yaml", Files.readString(Path.of("../examples/reference.yaml")));

        assertThat(result).isInstanceOf(LoadResult.Invalid.class);
        assertThat(((LoadResult.Invalid) result).problems())
                .hasSizeGreaterThan(20)
                .allSatisfy(problem ->
                        assertThat(problem.message()).endsWith(" is not in this version"))
                .allSatisfy(problem -> assertThat(problem.position()).isNotNull())
                .extracting(Problem::path)
                .doesNotHaveDuplicates()
                .contains(
                        "rate-limits",
                        "listeners.egress.forward.authenticate[1]",
                        "routes.orders.filters[0].authenticate.with[0]",
                        "routes.orders.filters[6].compress",
                        "routes.orders.match.when",
                        "routes.canary.split",
                        "upstreams.orders.breaker",
                        "tokens");
    }

    private static LoadResult load(String name, String text) {
        return new ConfigLoader(TestFilters.KINDS, TestFilters.CONNECTION_KINDS)
                .load(
                        text,
                        name,
                        Path.of("/etc/jadegate"),
                        new Environment(Map.of("REGION", "eu-1"), false));
    }

    private static String outcome(LoadResult result) {
        return switch (result) {
            case LoadResult.Loaded loaded ->
                    MARK
                            + "records\n"
                            + commented(RecordText.lines("node", loaded.node()))
                            + commented(RecordText.lines("", loaded.config()))
                            + commented(loaded.warnings().stream().map(Problem::toString).toList());
            case LoadResult.Invalid invalid ->
                    MARK
                            + "problems\n"
                            + commented(
                                    invalid.problems().stream().map(Problem::toString).toList());
        };
    }

    private static String commented(List<String> lines) {
        return String.join("", lines.stream().map(line -> "# " + line + "\n").toList());
    }
}
