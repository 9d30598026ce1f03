package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jadegate.api.config.Config;
import io.jadegate.api.config.Default;
import io.jadegate.api.config.Key;
import io.jadegate.api.config.NodeConfig;
import io.jadegate.proxy.Proxy;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/// What `docs/semantics.md` says is what the gateway does, for each row has its test, and what it
/// says of defaults is what they are.
class SemanticsTableTest {
    /// The document that the project was begun with; it is not part of a clone.
    private static final Path REFERENCE = Path.of("../../shared/spec/semantics.md");

    /// Values without a key, and the constants that hold them.
    private static final Map<String, String> CONSTANTS =
            Map.ofEntries(
                    Map.entry("timeouts/linger", "LINGER_NANOS"),
                    Map.entry("timeouts/udp-replies", "ANSWERED_NANOS"),
                    Map.entry("timeouts/retry-pause", "RETRY_PAUSE_NANOS"),
                    Map.entry("timeouts/dns", "NAMES"),
                    Map.entry("size-limits/window", "WINDOW"),
                    Map.entry("size-limits/window-low", "WATER_MARK"),
                    Map.entry("size-limits/replay", "REPLAY"),
                    Map.entry("size-limits/discard", "DISCARD_OCTETS"),
                    Map.entry("size-limits/interim", "MAX_INTERIM"),
                    Map.entry("header-rules/loop", "MAX_OWN"),
                    Map.entry("header-rules/expect-silent", "CONTINUE_NANOS"),
                    Map.entry("header-rules/request-id-trusted", "MAX_REQUEST_ID"));

    private static final Pattern AMOUNT = Pattern.compile("(\\d+)(ms|s|m|h|KiB)?");

    private static SemanticsTable table;

    @BeforeAll
    static void readTable() throws IOException {
        table = SemanticsTable.read();
    }

    @Test
    void namesEachRowOnceAndAfterItsTable() {
        List<String> names = table.lines().stream().map(SemanticsTable.Line::name).toList();

        assertThat(names).doesNotHaveDuplicates();
        assertThat(table.lines())
                .allSatisfy(line ->
                        assertThat(line.name())
                                .matches(Pattern.quote(line.table()) + "/[a-z0-9-]+"));
        assertThat(table.lines()).noneMatch(line -> line.topic().isEmpty());
    }

    @Test
    void hasATestForEachRowOfThisVersionAndForNoOther() throws Exception {
        Set<String> proved = new TreeSet<>();
        for (Method method : tests()) {
            proved.add(Objects.requireNonNull(method.getAnnotation(Row.class)).value());
        }

        assertThat(proved)
                .containsExactlyElementsOf(
                        table.lines().stream()
                                .filter(line -> !line.planned())
                                .map(SemanticsTable.Line::name)
                                .collect(Collectors.toCollection(TreeSet::new)));
    }

    /// The methods that name a row.
    private static List<Method> tests() throws Exception {
        List<Method> tests =
                classesBelow(SemanticsTableTest.class).stream()
                        .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                        .filter(method -> method.isAnnotationPresent(Row.class))
                        .toList();
        assertThat(tests)
                .allMatch(method ->
                        method.isAnnotationPresent(Test.class)
                                || method.isAnnotationPresent(ParameterizedTest.class));
        return tests;
    }

    /// The classes of a type's package and of those below it, from wherever the type comes.
    private static List<Class<?>> classesBelow(Class<?> type) throws Exception {
        Path source = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        String folder = type.getPackageName().replace('.', '/');
        if (Files.isDirectory(source)) {
            return classes(source, source.resolve(folder));
        }
        try (FileSystem archive = FileSystems.newFileSystem(source)) {
            return classes(archive.getPath("/"), archive.getPath("/" + folder));
        }
    }

    private static List<Class<?>> classes(Path root, Path folder) throws Exception {
        List<Class<?>> classes = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                String name = root.relativize(file).toString().replace('/', '.');
                if (name.endsWith(".class") && !name.endsWith(".package-info.class")) {
                    classes.add(
                            Class.forName(
                                    name.substring(0, name.length() - ".class".length()),
                                    /* initialize= */ false,
                                    SemanticsTableTest.class.getClassLoader()));
                }
            }
        }
        return classes;
    }

    // ---- defaults

    @Test
    void saysTheDefaultsOfTheConfiguration() {
        assertThat(table.lines())
                .filteredOn(SemanticsTable.Line::hasKey)
                .isNotEmpty()
                .allSatisfy(line ->
                        assertThat(fallback(line.key()))
                                .as(line.name())
                                .isEqualTo(line.fallback()));
    }

    /// The default of a key as it would be written, or `–` when it has none.
    private static String fallback(String key) {
        Iterator<String> words = List.of(key.split("\\.", -1)).iterator();
        boolean ofNode = key.startsWith("node.");
        Type type = ofNode ? NodeConfig.class : Config.class;
        String word = ofNode ? words.next() : "";
        Default fallback = null;
        while (words.hasNext()) {
            word = words.next();
            if (type instanceof ParameterizedType map && map.getRawType() == Map.class) {
                // The word is a name that the user chooses.
                type = map.getActualTypeArguments()[1];
                continue;
            }
            RecordComponent component = component((Class<?>) type, word, key);
            type = component.getGenericType();
            fallback = component.getAnnotation(Default.class);
        }
        return fallback == null ? "–" : fallback.value();
    }

    private static RecordComponent component(Class<?> block, String word, String key) {
        return Arrays.stream(block.getRecordComponents())
                .filter(component -> word(component).equals(word))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no key " + key));
    }

    private static String word(RecordComponent component) {
        Key key = component.getAnnotation(Key.class);
        return key != null
                ? key.value()
                : component.getName().replaceAll("[A-Z]", "-$0").toLowerCase(Locale.ROOT);
    }

    @Test
    void saysTheValuesThatHaveNoKey() throws Exception {
        List<SemanticsTable.Line> fixed =
                table.lines().stream().filter(SemanticsTable.Line::fixed).toList();
        List<Class<?>> proxy = classesBelow(Proxy.class);

        assertThat(fixed)
                .extracting(SemanticsTable.Line::name)
                .containsExactlyInAnyOrderElementsOf(CONSTANTS.keySet());
        assertThat(fixed)
                .allSatisfy(line ->
                        assertThat(constants(proxy, CONSTANTS.get(line.name())))
                                .as(line.name())
                                .containsExactly(amount(line.fallback())));
    }

    /// The values of all constants of that name, in octets, nanoseconds or just numbers.
    private static Set<Long> constants(List<Class<?>> classes, String name) {
        return classes.stream()
                .flatMap(type -> Arrays.stream(type.getDeclaredFields()))
                .filter(field -> field.getName().equals(name))
                .map(SemanticsTableTest::value)
                .collect(Collectors.toSet());
    }

    private static long value(Field constant) {
        constant.setAccessible(true);
        try {
            return switch (constant.get(null)) {
                case Duration duration -> duration.toNanos();
                case WriteBufferWaterMark mark -> mark.low();
                case Number number -> number.longValue();
                case Object other -> throw new AssertionError(constant + " is " + other);
            };
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private static long amount(String text) {
        Matcher amount = AMOUNT.matcher(text);
        assertThat(amount.matches()).as(text).isTrue();
        long number = Long.parseLong(amount.group(1));
        String unit = amount.group(2);
        return switch (unit) {
            case null -> number;
            case "KiB" -> number * 1024;
            case "ms" -> Duration.ofMillis(number).toNanos();
            case "s" -> Duration.ofSeconds(number).toNanos();
            case "m" -> Duration.ofMinutes(number).toNanos();
            default -> Duration.ofHours(number).toNanos();
        };
    }

    // ---- nothing forgotten

    @Test
    void hasARowForEverythingThatItsReferenceDecides() throws IOException {
        assumeTrue(
                Files.exists(REFERENCE),
                () -> REFERENCE + " is not beside this checkout: nothing to compare with");

        for (String heading : List.of("Timeouts", "Size limits", "Header rules")) {
            String name = heading.toLowerCase(Locale.ROOT).replace(' ', '-');
            Set<String> ours = new HashSet<>();
            table.lines().stream()
                    .filter(line -> line.table().equals(name))
                    .forEach(line -> ours.add(line.topic()));
            assertThat(ours).as(heading).containsAll(topics(heading));
        }
    }

    /// The first cells of the table below a heading.
    private static List<String> topics(String heading) throws IOException {
        List<String> topics = new ArrayList<>();
        boolean below = false;
        for (String line : Files.readAllLines(REFERENCE)) {
            if (line.startsWith("## ")) {
                below = line.endsWith(". " + heading);
            }
            List<String> cells = SemanticsTable.cells(line);
            if (below && !cells.isEmpty()) {
                topics.add(cells.getFirst());
            }
        }
        assertThat(topics).as(heading).hasSizeGreaterThan(2);
        return topics.subList(1, topics.size());
    }
}
