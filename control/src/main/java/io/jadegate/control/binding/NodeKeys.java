package io.jadegate.control.binding;

import io.jadegate.api.config.NodeConfig;
import io.jadegate.control.binding.Shape.Block;
import io.jadegate.control.binding.Shape.Hidden;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which key of `node` a name such as `ADMIN_ADDRESS` means.
public final class NodeKeys {

    private final Shapes shapes;

    NodeKeys(Shapes shapes) {
        this.shapes = shapes;
    }

    /// A key: its path below `node`, and whether its value is a secret.
    public record NodeKey(List<String> path, boolean secret) {}

    /// The key that a name of words between underscores means, or `null`.
    public @Nullable NodeKey find(String name) {
        return find(shapes.block(NodeConfig.class), name, new ArrayList<>());
    }

    private static @Nullable NodeKey find(Block block, String rest, List<String> path) {
        for (var setting : block.settings().values()) {
            var word = name(setting);
            if (rest.equals(word) && !(setting.shape() instanceof Block)) {
                path.add(setting.key());
                return new NodeKey(List.copyOf(path), setting.shape() instanceof Hidden);
            }
            if (rest.startsWith(word + "_") && setting.shape() instanceof Block inner) {
                path.add(setting.key());
                return find(inner, rest.substring(word.length() + 1), path);
            }
        }
        return null;
    }

    /// Every name there is, for suggestions.
    public List<String> all() {
        var all = new ArrayList<String>();
        collect(shapes.block(NodeConfig.class), "", all);
        return all;
    }

    private static void collect(Block block, String prefix, List<String> all) {
        for (var setting : block.settings().values()) {
            if (setting.shape() instanceof Block inner) {
                collect(inner, prefix + name(setting) + "_", all);
            } else {
                all.add(prefix + name(setting));
            }
        }
    }

    private static String name(Setting setting) {
        return setting.key().toUpperCase(java.util.Locale.ROOT).replace('-', '_');
    }
}
