package io.jadegate.control.binding;

import io.jadegate.api.config.Doc;
import io.jadegate.control.yaml.Tree;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How the values of a type are written.
///
/// Binding dispatches by method, and the rest of the way from a file to records tests types one by
/// one: a switch over types is linked when it first runs, by classes made then and there, which no
/// start-up cache keeps. Each costs a start milliseconds.
sealed interface Shape {

    /// Asks the binder for the value of a tree of this shape.
    ///
    /// @param setting the key the value is for, `null` where there is none
    @Nullable Object bind(Binder binder, @Nullable Setting setting, Tree tree);

    /// One text, number or truth value.
    record Single(ScalarType type, Class<?> javaType) implements Shape {
        @Override
        public @Nullable Object bind(Binder binder, @Nullable Setting setting, Tree tree) {
            return binder.single(this, setting, tree);
        }
    }

    /// One of a few words.
    record Words(Map<String, Word> words) implements Shape {
        @Override
        public @Nullable Object bind(Binder binder, @Nullable Setting setting, Tree tree) {
            return binder.word(this, tree);
        }
    }

    /// One word and the constant it stands for.
    record Word(Object value, boolean planned) {}

    /// A list; a list of one may be written without brackets.
    record Items(Shape item) implements Shape {
        @Override
        public @Nullable Object bind(Binder binder, @Nullable Setting setting, Tree tree) {
            return binder.items(this, setting, tree);
        }
    }

    /// A mapping from names to values of one shape.
    record Named(Shape value) implements Shape {
        @Override
        public @Nullable Object bind(Binder binder, @Nullable Setting setting, Tree tree) {
            return binder.named(this, setting, tree);
        }
    }

    /// One of several forms: a word, or a mapping with one key that names the case.
    record Choice(Class<?> type, Map<String, Case> cases, @Nullable String shorthand)
            implements Shape {
        @Override
        public @Nullable Object bind(Binder binder, @Nullable Setting setting, Tree tree) {
            return binder.choice(this, tree);
        }
    }

    /// One form of a [Choice]; a block without keys is a word.
    record Case(Block block, boolean planned) {}

    /// One entry of a list of filters.
    record FilterEntries() implements Shape {
        @Override
        public @Nullable Object bind(Binder binder, @Nullable Setting setting, Tree tree) {
            return binder.filterEntry(tree);
        }
    }

    /// One entry of a list of filters of connections.
    record ConnectionFilters() implements Shape {
        @Override
        public @Nullable Object bind(Binder binder, @Nullable Setting setting, Tree tree) {
            return binder.connectionFilter(tree);
        }
    }

    /// `{ env: NAME }`, `{ file: PATH }` or a hash.
    record Hidden() implements Shape {
        @Override
        public @Nullable Object bind(Binder binder, @Nullable Setting setting, Tree tree) {
            return binder.hidden(tree);
        }
    }

    /// A mapping with known keys: a record. Its keys are looked at on first use, so that types may
    /// contain themselves and a start pays only for what its file uses.
    final class Block implements Shape {
        private final Class<? extends Record> type;
        private final Shapes shapes;
        private final @Nullable String shorthand;
        private @Nullable Map<String, Setting> settings;
        private @Nullable Constructor<? extends Record> constructor;

        Block(Class<? extends Record> type, Shapes shapes) {
            this.type = type;
            this.shapes = shapes;
            this.shorthand = shapes.notes().of(type).shorthand();
        }

        @Override
        public @Nullable Object bind(Binder binder, @Nullable Setting setting, Tree tree) {
            return binder.block(this, tree);
        }

        Class<? extends Record> type() {
            return type;
        }

        String doc() {
            var doc = type.getAnnotation(Doc.class);
            return doc == null ? "" : doc.value();
        }

        /// The keys, in the order of the record.
        Map<String, Setting> settings() {
            var current = settings;
            if (current == null) {
                current = new LinkedHashMap<>();
                for (var component : type.getRecordComponents()) {
                    var setting = Setting.of(component, shapes);
                    current.put(setting.key(), setting);
                }
                settings = current;
            }
            return current;
        }

        /// The key a value without a mapping binds to, or `null`.
        @Nullable Setting shorthand() {
            return shorthand == null ? null : settings().get(shorthand);
        }

        /// Whether this is never written as a mapping of its own.
        boolean transparent() {
            return shorthand != null && settings().size() == 1;
        }

        /// Makes the record.
        ///
        /// @param values one for each key, in order
        /// @throws IllegalArgumentException when the record itself refuses the values
        Record create(@Nullable Object[] values) {
            try {
                return constructor().newInstance(values);
            } catch (InvocationTargetException e) {
                if (e.getCause() instanceof IllegalArgumentException refused) {
                    throw refused;
                }
                throw new IllegalStateException("cannot make " + type, e.getCause());
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("cannot make " + type, e);
            }
        }

        private Constructor<? extends Record> constructor() throws NoSuchMethodException {
            var current = constructor;
            if (current == null) {
                var types = new ArrayList<Class<?>>();
                for (RecordComponent component : type.getRecordComponents()) {
                    types.add(component.getType());
                }
                current = type.getDeclaredConstructor(types.toArray(Class[]::new));
                current.setAccessible(true);
                constructor = current;
            }
            return current;
        }
    }

    /// A Java name as it is written in the file: `maxIdle` and `MAX_IDLE` are `max-idle`.
    static String kebab(String name) {
        if (name.indexOf('_') >= 0 || name.equals(name.toUpperCase(Locale.ROOT))) {
            return name.toLowerCase(Locale.ROOT).replace('_', '-');
        }
        var result = new StringBuilder();
        for (var i = 0; i < name.length(); i++) {
            var c = name.charAt(i);
            if (Character.isUpperCase(c) && i > 0) {
                result.append('-');
            }
            result.append(Character.toLowerCase(c));
        }
        return result.toString();
    }

    /// The words of something that has several, for people: `a, b or c`.
    static String alternatives(List<String> words) {
        if (words.size() < 2) {
            return String.join("", words);
        }
        return String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.getLast();
    }
}
