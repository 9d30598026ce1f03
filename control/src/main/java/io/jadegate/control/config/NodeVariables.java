package io.jadegate.control.config;

import io.jadegate.api.config.Position;
import io.jadegate.api.config.Problem;
import io.jadegate.api.config.Problem.Severity;
import io.jadegate.control.binding.NodeKeys;
import io.jadegate.control.binding.Suggestion;
import io.jadegate.control.yaml.Source;
import io.jadegate.control.yaml.Tree;
import io.jadegate.control.yaml.Tree.Entry;
import io.jadegate.control.yaml.Tree.Mapping;
import io.jadegate.control.yaml.Tree.Scalar;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/// Puts `JADEGATE_…` variables over keys of `node`: `JADEGATE_ADMIN_ADDRESS` is
/// `node.admin.address`. Relative paths in them start at the working directory.
final class NodeVariables {

    private static final String PREFIX = "JADEGATE_";

    /// Read by the launcher.
    private static final Set<String> OTHERS = Set.of("JAVA", "JAVA_OPTS", "HOME", "CONFIG");

    private final NodeKeys keys;
    private final Environment environment;
    private final Consumer<Problem> problems;

    NodeVariables(NodeKeys keys, Environment environment, Consumer<Problem> problems) {
        this.keys = keys;
        this.environment = environment;
        this.problems = problems;
    }

    /// The section with the variables' values in it.
    Mapping over(Mapping node) {
        var result = node;
        for (var variable : new TreeMap<>(environment.variables()).entrySet()) {
            var name = variable.getKey();
            if (!name.startsWith(PREFIX)) {
                continue;
            }
            var rest = name.substring(PREFIX.length());
            if (OTHERS.contains(rest) || isServiceLink(rest)) {
                continue;
            }
            var key = keys.find(rest);
            if (key == null) {
                unknown(name, rest);
                continue;
            }
            var source = new Source("environment " + name, Path.of("").toAbsolutePath());
            result =
                    with(
                            result,
                            key.path(),
                            key.secret()
                                    ? secret(source, name)
                                    : scalar(source, variable.getValue()));
        }
        return result;
    }

    /// Kubernetes sets such variables for a service that is called jadegate.
    private static boolean isServiceLink(String rest) {
        return rest.equals("PORT")
                || rest.startsWith("PORT_")
                || rest.contains("SERVICE_HOST")
                || rest.contains("SERVICE_PORT")
                || rest.contains("_TCP");
    }

    private void unknown(String name, String rest) {
        var nearest = Suggestion.nearest(rest, keys.all());
        problems.accept(
                new Problem(
                        Severity.WARNING,
                        "node",
                        new Position("environment " + name, 1, 1),
                        "no key of node is set by \"" + name + "\"",
                        nearest == null ? null : PREFIX + nearest));
    }

    private static Mapping with(Mapping mapping, List<String> path, Tree value) {
        var key = path.getFirst();
        var entries = new LinkedHashMap<>(mapping.entries());
        var inner =
                mapping.get(key) instanceof Mapping known
                        ? known
                        : new Mapping(value.source(), 1, 1, Map.of(), 1);
        entries.put(
                key,
                new Entry(
                        value.source(),
                        1,
                        1,
                        path.size() == 1
                                ? value
                                : with(inner, path.subList(1, path.size()), value)));
        return new Mapping(
                mapping.source(),
                mapping.line(),
                mapping.column(),
                Collections.unmodifiableMap(entries),
                mapping.size() + 1);
    }

    private static Scalar scalar(Source source, String text) {
        return new Scalar(source, 1, 1, text, Scalar.Style.SUBSTITUTED);
    }

    private static Mapping secret(Source source, String name) {
        return new Mapping(
                source, 1, 1, Map.of("env", new Entry(source, 1, 1, scalar(source, name))), 2);
    }
}
