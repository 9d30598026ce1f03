package io.jadegate.control.binding;

import io.jadegate.api.config.Config;
import io.jadegate.api.config.ListenerConfig;
import io.jadegate.api.config.NodeConfig;
import io.jadegate.api.config.Problem;
import io.jadegate.api.config.RouteConfig;
import io.jadegate.control.yaml.Source;
import io.jadegate.control.yaml.Tree;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// The description of a whole configuration: its records and the settings of every kind of filter.
/// Binds trees, and prints itself as JSON Schema and as a table. For one thread at a time.
public final class Model {

    private final Shapes shapes;

    /// A model with these filters. One that a key of routes or listeners configures, such as
    /// `cors`, is no entry of a list.
    ///
    /// @param filterKinds the settings record of every kind of filter there is
    /// @param connectionFilterKinds the same for filters of connections
    public Model(
            Map<String, Class<? extends Record>> filterKinds,
            Map<String, Class<? extends Record>> connectionFilterKinds) {
        var listed = new HashMap<>(filterKinds);
        for (var keys : List.of(RouteConfig.class, ListenerConfig.class)) {
            for (var component : keys.getRecordComponents()) {
                listed.remove(Shape.kebab(component.getName()));
            }
        }
        this.shapes = new Shapes(Map.copyOf(listed), connectionFilterKinds, NotesIndex.built());
    }

    /// The records of a document.
    public record Bound(NodeConfig node, Config config) {}

    /// Binds a document, reporting everything that is wrong with it. What is wrong is left out of
    /// the records: whole entries of maps, whole blocks elsewhere. They are complete only if no
    /// error was reported.
    ///
    /// @param node the `node` section
    /// @param config the document without it
    /// @param origin the main file, where relative paths that are defaults start
    public Bound bind(
            Tree.Mapping node,
            Tree.Mapping config,
            Source origin,
            SecretSource secrets,
            Consumer<Problem> problems) {
        var binder = new Binder(shapes, origin, secrets, problems);
        var bound =
                new Bound(
                        binder.document(NodeConfig.class, node, "node"),
                        binder.document(Config.class, config, ""));
        binder.checkNames(config);
        return bound;
    }

    /// The keys of `node` that an environment variable may set, see [NodeKeys].
    public NodeKeys nodeKeys() {
        return new NodeKeys(shapes);
    }

    /// The JSON Schema (draft 2020-12) of a document, as maps, lists, texts, numbers and truth
    /// values.
    public Map<String, Object> jsonSchema() {
        return new JsonSchema(shapes).document();
    }

    /// The table of all keys, in Markdown.
    public String keyTable() {
        return new KeyTable(shapes).markdown();
    }
}
