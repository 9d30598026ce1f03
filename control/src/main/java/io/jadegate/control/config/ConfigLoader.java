package io.jadegate.control.config;

import io.jadegate.api.config.Config;
import io.jadegate.api.config.Problem;
import io.jadegate.api.config.Problem.Severity;
import io.jadegate.api.filter.ConnectionFilterProvider;
import io.jadegate.api.filter.FilterProvider;
import io.jadegate.control.binding.Model;
import io.jadegate.control.yaml.Source;
import io.jadegate.control.yaml.Tree.Entry;
import io.jadegate.control.yaml.Tree.Mapping;
import io.jadegate.control.yaml.Tree.Scalar;
import io.jadegate.control.yaml.YamlReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// Reads a configuration from a file and all it includes. Collects every problem; never throws for
/// what a user wrote. Safe for several threads, which take turns.
public final class ConfigLoader {

    private final Model model;

    /// A loader for configurations with these filters.
    ///
    /// @param filterKinds the settings record of every kind of filter there is
    /// @param connectionFilterKinds the same for filters of connections
    public ConfigLoader(
            Map<String, Class<? extends Record>> filterKinds,
            Map<String, Class<? extends Record>> connectionFilterKinds) {
        this.model = new Model(filterKinds, connectionFilterKinds);
    }

    /// A loader for configurations with the filters of these providers.
    public static ConfigLoader of(Iterable<? extends FilterProvider<?>> providers) {
        var kinds = new LinkedHashMap<String, Class<? extends Record>>();
        var connectionKinds = new LinkedHashMap<String, Class<? extends Record>>();
        for (var provider : providers) {
            var forConnections = provider instanceof ConnectionFilterProvider;
            (forConnections ? connectionKinds : kinds).put(provider.kind(), provider.settings());
        }
        return new ConfigLoader(kinds, connectionKinds);
    }

    /// Reads a file, its includes, and the secrets they name.
    public synchronized LoadResult load(Path file, Environment environment) {
        var problems = new ArrayList<Problem>();
        var recorder = new Sources.Recorder();
        var document = new Document(environment, recorder, problems::add).read(file);
        if (document.entries().isEmpty() && problems.isEmpty()) {
            // A file that was cut off, most likely. A node that runs would close all that it
            // serves.
            problems.add(
                    new Problem(
                            Severity.ERROR,
                            "",
                            document.position(),
                            "is empty; write listeners: { NAME: { address: \":8080\" } }",
                            null));
        }
        return bound(document, Document.source(file), environment, recorder, problems);
    }

    /// Reads a text without opening a file but those of secrets; `include` is not followed.
    ///
    /// @param name what positions show
    /// @param directory where relative paths start
    public synchronized LoadResult load(
            String text, String name, Path directory, Environment environment) {
        var problems = new ArrayList<Problem>();
        var source = new Source(name, directory);
        var tree = YamlReader.read(source, text, environment::variable, problems::add);
        if (tree != null && !(tree instanceof Mapping)) {
            problems.add(
                    new Problem(
                            Severity.ERROR,
                            "",
                            tree.position(),
                            "must be a mapping of sections",
                            null));
        }
        var document =
                tree instanceof Mapping mapping
                        ? without(mapping, "include")
                        : new Mapping(source, 1, 1, Map.of(), 1);
        return bound(document, source, environment, new Sources.Recorder(), problems);
    }

    /// The JSON Schema (draft 2020-12) of a configuration file.
    public synchronized String jsonSchema() {
        return Json.write(model.jsonSchema());
    }

    /// The table of all keys, in Markdown.
    public synchronized String keyTable() {
        return model.keyTable();
    }

    private LoadResult bound(
            Mapping document,
            Source origin,
            Environment environment,
            Sources.Recorder recorder,
            List<Problem> problems) {
        var config = without(document, "node");
        var node =
                new NodeVariables(model.nodeKeys(), environment, problems::add)
                        .over(node(document, origin, problems));
        var bound = model.bind(node, config, origin, environment.secrets(recorder), problems::add);
        if (environment.openSecrets()) {
            watch(bound.config(), recorder);
        }
        var positions = new TreePositions(List.of(rooted(node), config));
        var checks = new ArrayList<Problem>();
        new Checks(bound, checks::add).run();
        checks.forEach(problem -> problems.add(problem.located(positions)));
        var sorted = sorted(problems);
        return sorted.stream().anyMatch(problem -> problem.severity() == Severity.ERROR)
                ? new LoadResult.Invalid(sorted, recorder.sources())
                : new LoadResult.Loaded(
                        bound.node(), bound.config(), positions, sorted, recorder.sources());
    }

    /// The files that a configuration names and the data plane reads: when they change, it is to be
    /// applied again.
    private static void watch(Config config, Sources.Recorder recorder) {
        for (var upstream : config.upstreams().values()) {
            if (upstream.tls() != null) {
                Stream.of(
                                upstream.tls().trusted(),
                                upstream.tls().revoked(),
                                upstream.tls().certificate(),
                                upstream.tls().key())
                        .filter(Objects::nonNull)
                        .forEach(recorder::read);
            }
        }
        for (var listener : config.listeners().values()) {
            if (listener.tls() != null) {
                for (var host : listener.tls().hosts().values()) {
                    var clients = host.clientCertificate();
                    Stream.of(
                                    host.certificate(),
                                    host.key(),
                                    clients == null ? null : clients.trusted(),
                                    clients == null ? null : clients.revoked())
                            .filter(Objects::nonNull)
                            .forEach(recorder::read);
                }
            }
        }
    }

    private static Mapping node(Mapping document, Source origin, List<Problem> problems) {
        var node = document.get("node");
        if (node instanceof Mapping mapping) {
            return mapping;
        }
        if (node != null && !(node instanceof Scalar scalar && scalar.isNull())) {
            problems.add(
                    new Problem(
                            Severity.ERROR, "node", node.position(), "must be a mapping", null));
        }
        return new Mapping(origin, 1, 1, Map.of(), 1);
    }

    private static Mapping rooted(Mapping node) {
        return new Mapping(
                node.source(),
                1,
                1,
                Map.of("node", new Entry(node.source(), node.line(), node.column(), node)),
                1);
    }

    private static Mapping without(Mapping mapping, String key) {
        if (!mapping.entries().containsKey(key)) {
            return mapping;
        }
        var entries = new LinkedHashMap<>(mapping.entries());
        entries.remove(key);
        return new Mapping(
                mapping.source(),
                mapping.line(),
                mapping.column(),
                Collections.unmodifiableMap(entries),
                mapping.size());
    }

    /// In the order a person reads: file by file as they were read, from top to bottom.
    private static List<Problem> sorted(List<Problem> problems) {
        if (problems.size() < 2) {
            return problems;
        }
        var order = new HashMap<String, Integer>();
        for (var problem : problems) {
            order.putIfAbsent(file(problem), order.size());
        }
        return problems.stream()
                .sorted(
                        Comparator.comparingInt(
                                        (Problem problem) -> order.getOrDefault(file(problem), 0))
                                .thenComparingInt(ConfigLoader::line)
                                .thenComparingInt(ConfigLoader::column))
                .distinct()
                .toList();
    }

    private static String file(Problem problem) {
        var position = problem.position();
        return position == null ? "" : position.file();
    }

    private static int line(Problem problem) {
        var position = problem.position();
        return position == null ? 0 : position.line();
    }

    private static int column(Problem problem) {
        var position = problem.position();
        return position == null ? 0 : position.column();
    }
}
