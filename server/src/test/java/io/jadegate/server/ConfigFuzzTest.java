package io.jadegate.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.Position;
import io.jadegate.api.config.Problem;
import io.jadegate.api.config.Problem.Severity;
import io.jadegate.api.plane.ApplyResult;
import io.jadegate.api.plane.ExplainRequest;
import io.jadegate.control.config.ConfigLoader;
import io.jadegate.control.config.Environment;
import io.jadegate.control.config.LoadResult;
import io.jadegate.control.config.LoadResult.Invalid;
import io.jadegate.control.config.LoadResult.Loaded;
import io.jadegate.control.yaml.Source;
import io.jadegate.control.yaml.Tree;
import io.jadegate.control.yaml.Tree.Mapping;
import io.jadegate.control.yaml.Tree.Scalar;
import io.jadegate.control.yaml.Tree.Scalar.Style;
import io.jadegate.control.yaml.Tree.Sequence;
import io.jadegate.control.yaml.YamlReader;
import io.jadegate.proxy.Proxy;
import io.jadegate.testkit.Corpus;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// What holds for any text given as a configuration: what is wrong with it is said with its place
/// in the text; what is taken means the same when it is spelt otherwise, compiles or is refused in
/// the same way, and then answers requests.
class ConfigFuzzTest {
    private static final String NAME = "fuzz.yaml";
    private static final Path FOLDER = Path.of("/etc/jadegate");
    private static final Environment ENVIRONMENT =
            new Environment(Map.of("REGION", "eu-1", "EMPTY", ""), /* openSecrets= */ false);
    private static final ConfigLoader LOADER = Wiring.configLoader();
    private static final byte[] REQUEST =
            "GET /a/b?c=d HTTP/1.1\r\nHost: a.example.com\r\nCookie: c=d\r\n\r\n"
                    .getBytes(US_ASCII);

    /// @param input the text of a configuration file
    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, UTF_8);
        switch (load(text)) {
            case Invalid(List<Problem> problems, var _) -> {
                holds(problems.stream().anyMatch(ConfigFuzzTest::isError), text);
                areAllPlaced(problems, text);
            }
            case Loaded loaded -> {
                areAllPlaced(loaded.warnings(), text);
                meansTheSameInFlowStyle(loaded, text);
                compiles(loaded, text);
            }
        }
    }

    private static LoadResult load(String text) {
        return Wiring.checked(LOADER.load(text, NAME, FOLDER, ENVIRONMENT));
    }

    // ---- problems

    private static boolean isError(Problem problem) {
        return problem.severity() == Severity.ERROR;
    }

    private static void areAllPlaced(List<Problem> problems, String text) {
        List<String> lines = text.lines().toList();
        for (Problem problem : problems) {
            Position at = problem.position();
            boolean placed =
                    at != null
                            && at.file().equals(NAME)
                            && at.line() >= 1
                            && at.line() <= lines.size() + 1
                            && at.column() >= 1
                            && at.column() <= width(lines, at.line()) + 1;
            holds(placed && !problem.message().isBlank(), problem + " of " + text);
        }
    }

    private static int width(List<String> lines, int line) {
        return line > lines.size() ? 0 : lines.get(line - 1).length();
    }

    // ---- the same, spelt otherwise

    private static void meansTheSameInFlowStyle(Loaded loaded, String text) {
        Tree tree =
                YamlReader.read(
                        new Source(NAME, FOLDER), text, ENVIRONMENT.variables()::get, _ -> {});
        if (tree == null || isSubstituted(tree)) {
            return;
        }
        String flow = flow(tree);
        if (load(flow) instanceof Loaded again) {
            same(again.config(), loaded.config());
            same(again.node(), loaded.node());
        } else {
            assertThat(load(flow)).as(flow).isInstanceOf(Loaded.class);
        }
    }

    /// A value of the environment is taken for whatever is needed, and no text can say that.
    private static boolean isSubstituted(Tree tree) {
        return switch (tree) {
            case Scalar scalar -> scalar.style() == Style.SUBSTITUTED;
            case Sequence sequence ->
                    sequence.items().stream().anyMatch(ConfigFuzzTest::isSubstituted);
            case Mapping mapping ->
                    mapping.entries().values().stream()
                            .anyMatch(entry -> isSubstituted(entry.value()));
        };
    }

    private static String flow(Tree tree) {
        return switch (tree) {
            case Scalar scalar when scalar.isNull() -> "~";
            case Scalar scalar when scalar.isTyped() -> scalar.text();
            case Scalar scalar -> quoted(scalar.text().replace("${", "$${"));
            case Sequence sequence ->
                    sequence.items().stream()
                            .map(ConfigFuzzTest::flow)
                            .collect(Collectors.joining(",\n", "[", "]"));
            case Mapping mapping ->
                    mapping.entries().entrySet().stream()
                            .map(entry ->
                                    "? "
                                            + quoted(entry.getKey())
                                            + "\n: "
                                            + flow(entry.getValue().value()))
                            .collect(Collectors.joining(",\n", "{", "}"));
        };
    }

    private static String quoted(String text) {
        return text.codePoints()
                .mapToObj(c ->
                        c >= ' ' && c < 0x7f && c != '"' && c != '\\'
                                ? Character.toString(c)
                                : String.format("\\U%08X", c))
                .collect(Collectors.joining("", "\"", "\""));
    }

    // ---- compiling

    private static void compiles(Loaded loaded, String text) {
        Proxy plane = Proxy.offline(loaded.node(), Wiring.filters());
        try {
            Publisher publisher = new Publisher(loaded.node(), plane, _ -> {});
            ApplyResult first = publisher.apply(loaded);
            ApplyResult second = publisher.apply(loaded);
            areAllPlaced(problems(first), text);
            same(problems(second), problems(first));
            if (first instanceof ApplyResult.Applied) {
                answers(plane, loaded);
            }
        } finally {
            plane.stop();
        }
    }

    private static List<Problem> problems(ApplyResult result) {
        return switch (result) {
            case ApplyResult.Applied applied -> applied.warnings();
            case ApplyResult.Rejected rejected -> rejected.problems();
        };
    }

    private static void answers(Proxy plane, Loaded loaded) {
        for (String listener : loaded.config().listeners().keySet()) {
            InetAddress from = InetAddress.getLoopbackAddress();
            assertThat(plane.explain(new ExplainRequest(listener, from, REQUEST))).isNotNull();
        }
        assertThat(plane.routes()).isNotNull();
    }

    // ---- AssertJ is for failures: it takes long to say that all is well

    private static void same(Object actual, Object expected) {
        if (!actual.equals(expected)) {
            assertThat(actual).isEqualTo(expected);
        }
    }

    private static void holds(boolean condition, String about) {
        if (!condition) {
            assertThat(about).isNull();
        }
    }

    @TestFactory
    Stream<DynamicTest> readsTheCorpusOrSaysWhatIsWrongWithIt() throws IOException {
        return Corpus.replayed(ConfigFuzzTest.class, ConfigFuzzTest::fuzzerTestOneInput);
    }
}
