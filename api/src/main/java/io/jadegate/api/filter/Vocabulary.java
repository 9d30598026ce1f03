package io.jadegate.api.filter;

import io.jadegate.api.filter.Template.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The names that a [Template] may use and what they stand for. Immutable.
///
/// A name is one word (`method`) or a family with a member (`header.x-env`). Vocabularies grow by
/// taking in others: an access log that describes more than the exchange has its own words
/// [over][Builder#include] those of [RequestValues].
///
/// @param <S> what is being described
public final class Vocabulary<S> {
    private final Map<String, Value<S>> words;
    private final Map<String, Family<S>> families;

    private Vocabulary(Map<String, Value<S>> words, Map<String, Family<S>> families) {
        this.words = Map.copyOf(words);
        this.families = Map.copyOf(families);
    }

    public static <S> Builder<S> builder() {
        return new Builder<>();
    }

    /// What a name stands for.
    ///
    /// @param offset where the name stands in the template, for the exception
    Value<S> value(String name, int offset) throws TemplateException {
        Value<S> word = words.get(name);
        if (word != null) {
            return word;
        }
        int dot = name.indexOf('.');
        Family<S> family = dot < 0 ? null : families.get(name.substring(0, dot));
        if (family == null) {
            throw new TemplateException(
                    "unknown value \"" + name + "\"", offset, nearest(name, dot));
        }
        String member = name.substring(dot + 1);
        Value<S> value = member.isEmpty() ? null : family.member(member);
        if (value == null) {
            throw new TemplateException("\"" + name + "\" names nothing", offset, null);
        }
        return value;
    }

    /// The known name that looks most like this one, if any does.
    private @Nullable String nearest(String name, int dot) {
        String word = Spelling.nearest(name, words.keySet());
        if (word != null || dot < 0) {
            return word;
        }
        String family = Spelling.nearest(name.substring(0, dot), families.keySet());
        return family == null ? null : family + name.substring(dot);
    }

    /// Values that differ by a name of the user's choice.
    @FunctionalInterface
    public interface Family<S> {
        /// The value of that member, or null when no member can have that name.
        @Nullable Value<S> member(String name);
    }

    public static final class Builder<S> {
        private final Map<String, Value<S>> words = new LinkedHashMap<>();
        private final Map<String, Family<S>> families = new LinkedHashMap<>();

        private Builder() {}

        public Builder<S> word(String name, Value<S> value) {
            words.put(name, value);
            return this;
        }

        /// Takes a word whose value is text, a character for each octet; null is absent.
        public Builder<S> text(String name, Function<S, @Nullable String> value) {
            return word(name, textual(value));
        }

        /// Takes every name that begins with `name` and a dot.
        public Builder<S> family(String name, Family<S> family) {
            families.put(name, family);
            return this;
        }

        /// Takes all names of a vocabulary about a part of the subject.
        public <P> Builder<S> include(Vocabulary<P> vocabulary, Function<S, P> part) {
            vocabulary.words.forEach((name, value) -> words.put(name, of(part, value)));
            vocabulary.families.forEach((name, family) ->
                    families.put(name, member -> of(part, family.member(member))));
            return this;
        }

        public Vocabulary<S> build() {
            return new Vocabulary<>(words, families);
        }

        private static <S, P> @Nullable Value<S> of(Function<S, P> part, @Nullable Value<P> value) {
            return value == null
                    ? null
                    : (subject, sink) -> value.renderTo(part.apply(subject), sink);
        }
    }

    static <S> Value<S> textual(Function<S, @Nullable String> value) {
        return (subject, sink) -> {
            String text = value.apply(subject);
            if (text != null) {
                sink.value(text);
            }
        };
    }
}
