package io.jadegate.control.yaml;

import io.jadegate.api.config.Position;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A value in a configuration text, with its position. Immutable; a value that is used through an
/// alias is the same object in several places and keeps the position of its anchor.
public sealed interface Tree {

    /// The text it stands in.
    Source source();

    /// Line of its first character, counted from 1.
    int line();

    /// Column of its first character, counted from 1.
    int column();

    /// Number of values in it, itself included, with every alias counted as what it stands for.
    int size();

    /// Where it stands.
    default Position position() {
        return new Position(source().name(), line(), column());
    }

    /// A text, number or truth value, as written.
    record Scalar(Source source, int line, int column, String text, Style style) implements Tree {

        /// What the way of writing says about the type.
        public enum Style {
            /// Without quotes: the text tells its type.
            PLAIN,
            /// Within quotes or as a block: a text.
            QUOTED,
            /// From the environment: whatever is needed.
            SUBSTITUTED
        }

        @Override
        public int size() {
            return 1;
        }

        /// Nothing, `null` or `~`, without quotes.
        public boolean isNull() {
            return style == Style.PLAIN
                    && (text.isEmpty()
                            || text.equals("~")
                            || text.equals("null")
                            || text.equals("Null")
                            || text.equals("NULL"));
        }

        /// Whether this can be read as a truth value.
        public boolean isBoolean() {
            return style != Style.QUOTED && (text.equals("true") || text.equals("false"));
        }

        /// Whether this can be read as a whole number that fits a `long`.
        public boolean isInteger() {
            if (style == Style.QUOTED) {
                return false;
            }
            var start = text.startsWith("-") ? 1 : 0;
            return text.length() > start
                    && text.length() <= start + 18
                    && text.chars().skip(start).allMatch(c -> c >= '0' && c <= '9');
        }

        /// Whether YAML's core schema takes this, written without quotes, for something other than
        /// a text.
        public boolean isTyped() {
            return style == Style.PLAIN
                    && (isNull()
                            || isInteger()
                            || text.equalsIgnoreCase("true")
                            || text.equalsIgnoreCase("false")
                            || isFloat());
        }

        private boolean isFloat() {
            if (!text.chars().allMatch(c -> (c >= '0' && c <= '9') || "+-.eE".indexOf(c) >= 0)) {
                return false;
            }
            try {
                return Double.isFinite(Double.parseDouble(text));
            } catch (NumberFormatException _) {
                return false;
            }
        }
    }

    /// A list.
    record Sequence(Source source, int line, int column, List<Tree> items, int size)
            implements Tree {}

    /// Keys and values, in the order of the text.
    record Mapping(Source source, int line, int column, Map<String, Entry> entries, int size)
            implements Tree {

        /// The value of a key, or `null`.
        public @Nullable Tree get(String key) {
            var entry = entries.get(key);
            return entry == null ? null : entry.value();
        }
    }

    /// A value with the position of its key.
    record Entry(Source source, int line, int column, Tree value) {

        /// Where the key stands.
        public Position position() {
            return new Position(source.name(), line, column);
        }
    }
}
