package io.jadegate.control.config;

import io.jadegate.api.config.Position;
import io.jadegate.api.config.Problem;
import io.jadegate.api.config.Problem.Severity;
import io.jadegate.control.yaml.Source;
import io.jadegate.control.yaml.Tree;
import io.jadegate.control.yaml.Tree.Entry;
import io.jadegate.control.yaml.Tree.Mapping;
import io.jadegate.control.yaml.Tree.Scalar;
import io.jadegate.control.yaml.Tree.Sequence;
import io.jadegate.control.yaml.YamlReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads a file and all it includes into one mapping.
///
/// Sections merge over files, and so do their keys, one level deep: a key that two files give is an
/// error with both positions. Every value keeps the source it came from. For one thread, once.
final class Document {

    private final Environment environment;
    private final Sources.Recorder recorder;
    private final Consumer<Problem> problems;
    private final Map<String, Entry> sections = new LinkedHashMap<>();
    private final Map<Path, Position> seen = new LinkedHashMap<>();
    private final LinkedHashSet<Path> open = new LinkedHashSet<>();

    Document(Environment environment, Sources.Recorder recorder, Consumer<Problem> problems) {
        this.environment = environment;
        this.recorder = recorder;
        this.problems = problems;
    }

    /// The whole document, without `include` and `x-` keys.
    Mapping read(Path file) {
        var source = source(file);
        include(file, null);
        return new Mapping(source, 1, 1, Collections.unmodifiableMap(sections), 1);
    }

    /// The source that a file is.
    static Source source(Path file) {
        return new Source(
                file.toString(),
                Objects.requireNonNull(file.toAbsolutePath().getParent()).normalize());
    }

    private void include(Path file, @Nullable Scalar by) {
        var identity = identity(file);
        if (open.contains(identity)) {
            report(by, "\"" + file + "\" includes itself");
            return;
        }
        var earlier = seen.get(identity);
        if (earlier != null) {
            report(by, "\"" + file + "\" is included twice, first at " + earlier);
            return;
        }
        seen.put(identity, by == null ? new Position(file.toString(), 1, 1) : by.position());
        open.add(identity);
        var mapping = parse(file, by);
        if (mapping != null) {
            merge(mapping);
            var include = mapping.get("include");
            if (include != null) {
                includeAll(include);
            }
        }
        open.remove(identity);
    }

    private static Path identity(Path file) {
        try {
            return file.toRealPath();
        } catch (java.io.IOException _) {
            return file.toAbsolutePath().normalize();
        }
    }

    private @Nullable Mapping parse(Path file, @Nullable Scalar by) {
        var source = source(file);
        var bytes = recorder.read(file);
        if (bytes == null) {
            report(by, "cannot read \"" + file + "\"" + reason(file));
            return null;
        }
        var tree = parse(source, bytes);
        if (tree != null && !(tree instanceof Mapping)) {
            problems.accept(
                    new Problem(
                            Severity.ERROR,
                            "",
                            tree.position(),
                            "must be a mapping of sections",
                            null));
        }
        return tree instanceof Mapping mapping ? mapping : null;
    }

    private String reason(Path file) {
        if (recorder.tooLarge(file)) {
            return ": larger than 64MiB";
        }
        if (Files.isDirectory(file)) {
            return ": is a directory";
        }
        return Files.exists(file) ? "" : ": no such file";
    }

    private @Nullable Tree parse(Source source, byte[] bytes) {
        try {
            var text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return YamlReader.read(source, text, environment::variable, problems);
        } catch (CharacterCodingException _) {
            fileProblem(source, "is not UTF-8 text");
            return null;
        }
    }

    private void merge(Mapping file) {
        file.entries()
                .forEach((name, entry) -> {
                    if (!name.equals("include") && !name.startsWith("x-")) {
                        sections.merge(name, entry, (a, b) -> merged(name, a, b));
                    }
                });
    }

    private Entry merged(String section, Entry first, Entry second) {
        if (isNothing(second.value())) {
            return first;
        }
        if (isNothing(first.value())) {
            return second;
        }
        if (!(first.value() instanceof Mapping a) || !(second.value() instanceof Mapping b)) {
            twice(section, section, first, second);
            return first;
        }
        var entries = new LinkedHashMap<>(a.entries());
        b.entries()
                .forEach((name, entry) -> {
                    var earlier = entries.putIfAbsent(name, entry);
                    if (earlier != null && !name.startsWith("x-")) {
                        twice(section + "." + name, name, earlier, entry);
                    }
                });
        return new Entry(
                first.source(),
                first.line(),
                first.column(),
                new Mapping(
                        a.source(), a.line(), a.column(), Collections.unmodifiableMap(entries), 1));
    }

    private static boolean isNothing(Tree tree) {
        return tree instanceof Scalar scalar && scalar.isNull();
    }

    private void twice(String path, String name, Entry first, Entry second) {
        problems.accept(
                new Problem(
                        Severity.ERROR,
                        path,
                        second.position(),
                        "\"" + name + "\" is given twice, first at " + first.position(),
                        null));
    }

    private void includeAll(Tree include) {
        var patterns = include instanceof Sequence list ? list.items() : List.of(include);
        for (var pattern : patterns) {
            if (!(pattern instanceof Scalar scalar)
                    || scalar.isTyped()
                    || scalar.text().isEmpty()) {
                problems.accept(
                        new Problem(
                                Severity.ERROR,
                                "include",
                                pattern.position(),
                                "must be a file, or a pattern such as conf.d/*.yaml",
                                null));
                continue;
            }
            for (var file : matching(scalar)) {
                include(file, scalar);
            }
        }
    }

    /// The files a pattern stands for, sorted. A name without wildcards stands for itself, there or
    /// not.
    private List<Path> matching(Scalar pattern) {
        var found = List.of(base(pattern));
        for (var segment : Path.of(pattern.text())) {
            found = step(found, segment.toString());
        }
        return found;
    }

    private static Path base(Scalar pattern) {
        var root = Path.of(pattern.text()).getRoot();
        if (root != null) {
            return root;
        }
        // Keeps names as short as the main file's own: the name is what positions show.
        var including = Path.of(pattern.source().name()).getParent();
        return including == null ? Path.of("") : including;
    }

    private List<Path> step(List<Path> folders, String segment) {
        var wild = segment.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
        var result = new ArrayList<Path>();
        for (var folder : folders) {
            if (!wild) {
                result.add(folder.resolve(segment));
                continue;
            }
            var matcher = FileSystems.getDefault().getPathMatcher("glob:" + segment);
            for (var name : recorder.list(folder.toAbsolutePath())) {
                // As in a shell, a wildcard does not find hidden names, such as Kubernetes's
                // ..data.
                if ((segment.startsWith(".") || !name.startsWith("."))
                        && matcher.matches(Path.of(name))) {
                    result.add(folder.resolve(name));
                }
            }
        }
        return result;
    }

    private void fileProblem(Source source, String message) {
        problems.accept(
                new Problem(Severity.ERROR, "", new Position(source.name(), 1, 1), message, null));
    }

    private void report(@Nullable Scalar by, String message) {
        problems.accept(
                new Problem(
                        Severity.ERROR,
                        by == null ? "" : "include",
                        by == null ? null : by.position(),
                        message,
                        null));
    }
}
