package io.jadegate.proxy.route;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.re2j.Pattern;
import io.jadegate.api.config.ValueMatchConfig;
import java.util.List;

/// A question about one value: the octets of a header field, a query parameter or a cookie.
///
/// Texts are in octet form ([Octets]).
sealed interface ValueTest {

    boolean holds(byte[] bytes, int start, int end);

    default boolean holds(String octets) {
        return holds(octets.getBytes(ISO_8859_1), 0, octets.length());
    }

    /// Whether this holds for every value for which `other` does. False when that cannot be told.
    boolean covers(ValueTest other);

    /// Whether both can hold for one value. True when that cannot be told.
    boolean overlaps(ValueTest other);

    /// @param config not a [ValueMatchConfig.Not], which is about all values of a name
    static ValueTest of(ValueMatchConfig config) throws PatternException {
        return switch (config) {
            case ValueMatchConfig.Values(List<String> values) ->
                    new OneOf(values.stream().map(Octets::of).sorted().distinct().toList());
            case ValueMatchConfig.Prefix(String text) -> new Prefix(Octets.of(text));
            case ValueMatchConfig.Suffix(String text) -> new Suffix(Octets.of(text));
            case ValueMatchConfig.Regex(String text) -> new Regex(text, LinearRegex.compile(text));
            case ValueMatchConfig.Present _, ValueMatchConfig.Not _ -> new Anything();
        };
    }

    record Anything() implements ValueTest {
        @Override
        public boolean holds(byte[] bytes, int start, int end) {
            return true;
        }

        @Override
        public boolean covers(ValueTest other) {
            return true;
        }

        @Override
        public boolean overlaps(ValueTest other) {
            return true;
        }
    }

    /// @param texts in their natural order
    record OneOf(List<String> texts) implements ValueTest {
        @Override
        public boolean holds(byte[] bytes, int start, int end) {
            int low = 0;
            int high = texts.size() - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                int order = Octets.compare(bytes, start, end, texts.get(middle));
                if (order == 0) {
                    return true;
                }
                if (order < 0) {
                    high = middle - 1;
                } else {
                    low = middle + 1;
                }
            }
            return false;
        }

        @Override
        public boolean covers(ValueTest other) {
            return other instanceof OneOf(List<String> others)
                    && others.stream().allMatch(this::holds);
        }

        @Override
        public boolean overlaps(ValueTest other) {
            return texts.stream().anyMatch(other::holds);
        }
    }

    record Prefix(String text) implements ValueTest {
        @Override
        public boolean holds(byte[] bytes, int start, int end) {
            return Octets.startsWith(bytes, start, end, text);
        }

        @Override
        public boolean covers(ValueTest other) {
            return (other instanceof Prefix(String longer) && longer.startsWith(text))
                    || coversTexts(this, other);
        }

        @Override
        public boolean overlaps(ValueTest other) {
            return switch (other) {
                case OneOf texts -> texts.overlaps(this);
                case Prefix(String theirs) -> theirs.startsWith(text) || text.startsWith(theirs);
                case Anything _, Suffix _, Regex _ -> true;
            };
        }
    }

    record Suffix(String text) implements ValueTest {
        @Override
        public boolean holds(byte[] bytes, int start, int end) {
            return Octets.endsWith(bytes, start, end, text);
        }

        @Override
        public boolean covers(ValueTest other) {
            return (other instanceof Suffix(String longer) && longer.endsWith(text))
                    || coversTexts(this, other);
        }

        @Override
        public boolean overlaps(ValueTest other) {
            return switch (other) {
                case OneOf texts -> texts.overlaps(this);
                case Suffix(String theirs) -> theirs.endsWith(text) || text.endsWith(theirs);
                case Anything _, Prefix _, Regex _ -> true;
            };
        }
    }

    /// Values are read as UTF-8.
    ///
    /// @param text what `pattern` was compiled from; stands for it in comparisons
    record Regex(String text, Pattern pattern) implements ValueTest {
        @Override
        public boolean holds(byte[] bytes, int start, int end) {
            return pattern.matches(Octets.utf8(bytes, start, end));
        }

        @Override
        public boolean covers(ValueTest other) {
            return (other instanceof Regex(String theirs, _) && theirs.equals(text))
                    || coversTexts(this, other);
        }

        @Override
        public boolean overlaps(ValueTest other) {
            return !(other instanceof OneOf texts) || texts.overlaps(this);
        }
    }

    private static boolean coversTexts(ValueTest test, ValueTest other) {
        return other instanceof OneOf(List<String> texts) && texts.stream().allMatch(test::holds);
    }
}
