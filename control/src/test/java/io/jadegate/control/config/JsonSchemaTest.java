package io.jadegate.control.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.jadegate.api.config.Address;
import io.jadegate.api.config.Cidr;
import io.jadegate.api.config.Problem.Severity;
import io.jadegate.control.yaml.Source;
import io.jadegate.control.yaml.Tree;
import io.jadegate.control.yaml.Tree.Entry;
import io.jadegate.control.yaml.Tree.Mapping;
import io.jadegate.control.yaml.Tree.Scalar;
import io.jadegate.control.yaml.Tree.Sequence;
import io.jadegate.control.yaml.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The schema and the binder must agree on what is well-formed. Each input is also tried with every
/// key misspelt and with every scalar replaced by values of other types, one at a time.
class JsonSchemaTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final Source SOURCE = new Source("test.yaml", Path.of("/etc/jadegate"));

    /// What only the binder sees: how values go together, and what a pattern cannot say.
    private static final List<String> BEYOND_THE_SCHEMA =
            List.of(
                    " is not in ",
                    " is not in this version",
                    "is taken by",
                    "uses itself",
                    "only a route can skip",
                    "no filter of defaults",
                    "has no action",
                    "has more than one action",
                    "does not go with",
                    "is given twice",
                    "is captured twice",
                    "has no endpoints",
                    "has no values",
                    "must be 301",
                    "must name a host",
                    "must be from 256B",
                    "must be longer than 0",
                    "is longer than max-ttl",
                    "is the key of no certificate",
                    "opens nothing",
                    "leads nowhere",
                    "has no upstream",
                    "is for protocol: tcp",
                    "are for protocol: tcp",
                    "of a tcp listener are",
                    "takes all from tls.hosts",
                    "takes no requests",
                    "is missing; an endpoint on a Unix domain socket",
                    "must have exactly one of http",
                    "asks by HTTP/2",
                    "must be at least 100ms",
                    "no answer would be well",
                    "ends before it begins");

    /// Patterns are wider than these types.
    private static final Pattern NEARLY_AN_ADDRESS =
            Pattern.compile(
                    "must be (a network|host:port).*, not \"(%s|%s)\".*"
                            .formatted(Cidr.PATTERN, Address.PATTERN));

    private final ConfigLoader loader =
            new ConfigLoader(TestFilters.KINDS, TestFilters.CONNECTION_KINDS);
    private final Schema schema =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(loader.jsonSchema(), InputFormat.JSON);

    static Stream<Path> inputs() throws IOException {
        try (var paths = Files.list(GOLDEN)) {
            // What is no YAML, or YAML of which something is left out, has no JSON to be checked.
            return Stream.concat(
                    paths.sorted()
                            .filter(path ->
                                    !List.of("empty.yaml", "syntax.yaml", "cycle.yaml", "yaml.yaml")
                                            .contains(String.valueOf(path.getFileName()))),
                    Stream.of(Path.of("../examples/reference.yaml")))
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void agreesWithTheBinder(Path input) throws IOException {
        assertAgreement(tree(input), "as it is");
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void agreesWithTheBinderWhenAKeyIsMisspelt(Path input) throws IOException {
        forEachMutation(tree(input), JsonSchemaTest::misspelt);
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void agreesWithTheBinderWhenAScalarIsOfAnotherType(Path input) throws IOException {
        var tree = tree(input);
        for (var text :
                List.of("true", "12345678901", "a text that is nothing else", "-1.5", "null")) {
            forEachMutation(
                    tree,
                    value ->
                            value instanceof Scalar scalar
                                    ? new Scalar(
                                            SOURCE,
                                            scalar.line(),
                                            scalar.column(),
                                            text,
                                            Scalar.Style.PLAIN)
                                    : null);
        }
        forEachMutation(
                tree,
                value ->
                        value instanceof Scalar scalar
                                ? new Mapping(
                                        SOURCE,
                                        scalar.line(),
                                        scalar.column(),
                                        Map.of("no-such-key", new Entry(SOURCE, 1, 1, scalar)),
                                        2)
                                : null);
    }

    private static Mapping tree(Path input) throws IOException {
        var tree = YamlReader.read(SOURCE, Files.readString(input), _ -> "eu-1", _ -> {});
        assertThat(tree).isInstanceOf(Mapping.class);
        var mapping = (Mapping) Objects.requireNonNull(tree);
        // Followed in files only, so a text's is never looked at.
        var entries = new LinkedHashMap<>(mapping.entries());
        entries.remove("include");
        return new Mapping(SOURCE, mapping.line(), mapping.column(), entries, mapping.size());
    }

    /// Applies a change to one value after the other, where it does not answer `null`, and
    /// compares.
    private void forEachMutation(Mapping tree, Function<Tree, @Nullable Tree> change) {
        var variants = new ArrayList<Tree>();
        collect(tree, change, variants);
        assertThat(variants).isNotEmpty();
        for (var variant : variants) {
            assertAgreement((Mapping) variant, "changed");
        }
    }

    private static void collect(
            Tree tree, Function<Tree, @Nullable Tree> change, List<Tree> variants) {
        var changed = change.apply(tree);
        if (changed != null) {
            variants.add(changed);
        }
        switch (tree) {
            case Scalar _ -> {}
            case Sequence sequence -> {
                for (var i = 0; i < sequence.items().size(); i++) {
                    var inner = new ArrayList<Tree>();
                    collect(sequence.items().get(i), change, inner);
                    for (var variant : inner) {
                        var items = new ArrayList<>(sequence.items());
                        items.set(i, variant);
                        variants.add(
                                new Sequence(
                                        SOURCE,
                                        sequence.line(),
                                        sequence.column(),
                                        items,
                                        sequence.size()));
                    }
                }
            }
            case Mapping mapping ->
                    mapping.entries()
                            .forEach((key, entry) -> {
                                var inner = new ArrayList<Tree>();
                                collect(entry.value(), change, inner);
                                for (var variant : inner) {
                                    variants.add(with(mapping, key, key, entry, variant));
                                }
                            });
        }
    }

    /// The mapping with its last key misspelt.
    private static @Nullable Tree misspelt(Tree tree) {
        if (!(tree instanceof Mapping mapping) || mapping.entries().isEmpty()) {
            return null;
        }
        var key = List.copyOf(mapping.entries().keySet()).getLast();
        var entry = Objects.requireNonNull(mapping.entries().get(key));
        return with(mapping, key, key + "-x", entry, entry.value());
    }

    private static Mapping with(
            Mapping mapping, String key, String newKey, Entry entry, Tree newValue) {
        var entries = new LinkedHashMap<String, Entry>();
        mapping.entries()
                .forEach((name, value) -> {
                    if (name.equals(key)) {
                        entries.put(
                                newKey, new Entry(SOURCE, entry.line(), entry.column(), newValue));
                    } else {
                        entries.put(name, value);
                    }
                });
        return new Mapping(SOURCE, mapping.line(), mapping.column(), entries, mapping.size());
    }

    private void assertAgreement(Mapping tree, String what) {
        var json = Json.write(Objects.requireNonNull(value(tree)));
        var bySchema = schema.validate(json, InputFormat.JSON);
        var byBinder = problems(json);

        assertThat(bySchema.isEmpty())
                .as("%s:%n%s%nschema: %s%nbinder: %s", what, json, bySchema, byBinder)
                .isEqualTo(byBinder.isEmpty());
    }

    /// The binder's problems with how single values are written. JSON is YAML, so that both read
    /// the same text.
    private List<String> problems(String json) {
        var result =
                loader.load(
                        json, "test.json", SOURCE.directory(), new Environment(Map.of(), false));
        return switch (result) {
            case LoadResult.Loaded _ -> List.of();
            case LoadResult.Invalid invalid ->
                    invalid.problems().stream()
                            .filter(problem -> problem.severity() == Severity.ERROR)
                            .map(problem -> problem.message() + " @" + problem.path())
                            .filter(text -> !NEARLY_AN_ADDRESS.matcher(text).matches())
                            .filter(text -> BEYOND_THE_SCHEMA.stream().noneMatch(text::contains))
                            .toList();
        };
    }

    private static @Nullable Object value(Tree tree) {
        return switch (tree) {
            case Mapping mapping -> {
                var map = new LinkedHashMap<String, @Nullable Object>();
                mapping.entries().forEach((key, entry) -> map.put(key, value(entry.value())));
                yield map;
            }
            case Sequence sequence -> sequence.items().stream().map(JsonSchemaTest::value).toList();
            case Scalar scalar -> scalar(scalar);
        };
    }

    private static @Nullable Object scalar(Scalar scalar) {
        if (scalar.isNull()) {
            return null;
        }
        if (scalar.style() == Scalar.Style.PLAIN && scalar.isBoolean()) {
            return Boolean.valueOf(scalar.text());
        }
        if (scalar.style() == Scalar.Style.PLAIN && scalar.isInteger()) {
            return Long.valueOf(scalar.text());
        }
        return scalar.isTyped() ? (Object) Double.valueOf(scalar.text()) : scalar.text();
    }
}
