package io.jadegate.control.config;

import io.jadegate.api.config.Position;
import io.jadegate.api.config.SourceMap;
import io.jadegate.control.yaml.Tree;
import io.jadegate.control.yaml.Tree.Entry;
import io.jadegate.control.yaml.Tree.Mapping;
import io.jadegate.control.yaml.Tree.Scalar;
import io.jadegate.control.yaml.Tree.Sequence;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Finds positions by walking the trees a configuration was bound from. Keys may hold dots and
/// brackets: the longest that fits wins.
final class TreePositions implements SourceMap {

    private final List<Mapping> roots;

    /// @param roots the parts of the document; the first that has the path's first key answers
    TreePositions(List<Mapping> roots) {
        this.roots = List.copyOf(roots);
    }

    @Override
    public @Nullable Position position(String path) {
        for (var root : roots) {
            var found = walk(root, path);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /// The position of the deepest value on the path; `null` when not even its first key is there.
    private static @Nullable Position walk(Mapping root, String path) {
        Tree at = root;
        Position position = null;
        var rest = path;
        while (!rest.isEmpty()) {
            switch (at) {
                case Mapping mapping -> {
                    var key = longestKey(mapping, rest);
                    if (key == null) {
                        return position;
                    }
                    var entry = entry(mapping, key);
                    rest = rest.substring(key.length());
                    at = entry.value();
                    position = position(entry);
                }
                case Sequence sequence -> {
                    var close = rest.indexOf(']');
                    var index = close < 0 ? -1 : index(rest.substring(1, close));
                    if (!rest.startsWith("[") || index < 0 || index >= sequence.items().size()) {
                        return position;
                    }
                    at = sequence.items().get(index);
                    position = at.position();
                    rest = rest.substring(close + 1);
                }
                case Scalar _ -> {
                    return position;
                }
            }
            rest = skip(at, rest);
        }
        return position;
    }

    /// The dot before a key, and the index of a list of one that was written without brackets.
    private static String skip(Tree at, String rest) {
        var result = !(at instanceof Sequence) && rest.startsWith("[0]") ? rest.substring(3) : rest;
        return result.startsWith(".") ? result.substring(1) : result;
    }

    /// A scalar stands where it begins; a mapping or list where its key does.
    private static Position position(Entry entry) {
        return entry.value() instanceof Scalar ? entry.value().position() : entry.position();
    }

    private static Entry entry(Mapping mapping, String key) {
        return Objects.requireNonNull(mapping.entries().get(key));
    }

    private static @Nullable String longestKey(Mapping mapping, String rest) {
        for (var end = rest.length(); end > 0; end = boundary(rest, end)) {
            var key = rest.substring(0, end);
            if (mapping.entries().containsKey(key)) {
                return key;
            }
        }
        return null;
    }

    private static int boundary(String text, int before) {
        return Math.max(text.lastIndexOf('.', before - 1), text.lastIndexOf('[', before - 1));
    }

    private static int index(String digits) {
        return digits.isEmpty()
                        || digits.length() > 9
                        || !digits.chars().allMatch(c -> c >= '0' && c <= '9')
                ? -1
                : Integer.parseInt(digits);
    }
}
