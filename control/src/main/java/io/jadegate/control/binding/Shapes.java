package io.jadegate.control.binding;

import io.jadegate.api.config.ConnectionFilterConfig;
import io.jadegate.api.config.FilterEntry;
import io.jadegate.api.config.Secret;
import io.jadegate.control.binding.Shape.Block;
import io.jadegate.control.binding.Shape.Case;
import io.jadegate.control.binding.Shape.Choice;
import io.jadegate.control.binding.Shape.ConnectionFilters;
import io.jadegate.control.binding.Shape.FilterEntries;
import io.jadegate.control.binding.Shape.Hidden;
import io.jadegate.control.binding.Shape.Items;
import io.jadegate.control.binding.Shape.Named;
import io.jadegate.control.binding.Shape.Single;
import io.jadegate.control.binding.Shape.Word;
import io.jadegate.control.binding.Shape.Words;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The shapes of all types of a configuration, found by reflection when they are first needed. For
/// one thread.
final class Shapes {

    private final Map<Class<?>, Shape> byType = new HashMap<>();
    private final Map<String, Class<? extends Record>> filterKinds;
    private final Map<String, Class<? extends Record>> connectionFilterKinds;
    private final NotesIndex notes;

    /// @param filterKinds the settings record of every kind of filter there is
    /// @param connectionFilterKinds the same for filters of connections
    /// @param notes what annotations say
    Shapes(
            Map<String, Class<? extends Record>> filterKinds,
            Map<String, Class<? extends Record>> connectionFilterKinds,
            NotesIndex notes) {
        this.filterKinds = filterKinds;
        this.connectionFilterKinds = Map.copyOf(connectionFilterKinds);
        this.notes = notes;
    }

    /// What annotations say.
    NotesIndex notes() {
        return notes;
    }

    /// The settings record of every kind of filter there is.
    Map<String, Class<? extends Record>> filterKinds() {
        return filterKinds;
    }

    /// The settings record of every kind of filter of connections.
    Map<String, Class<? extends Record>> connectionFilterKinds() {
        return connectionFilterKinds;
    }

    /// The shape of a record.
    Block block(Class<? extends Record> type) {
        return (Block) ofClass(type);
    }

    /// The shape of a component's type: a known scalar, an enum, a record, a sealed interface, or a
    /// list or map of them.
    Shape of(Type type) {
        if (type instanceof ParameterizedType generic) {
            if (generic.getRawType() == List.class) {
                return new Items(of(generic.getActualTypeArguments()[0]));
            }
            if (generic.getRawType() == Map.class
                    && generic.getActualTypeArguments()[0] == String.class) {
                return new Named(of(generic.getActualTypeArguments()[1]));
            }
        }
        if (type instanceof Class<?> plain) {
            return ofClass(plain);
        }
        throw new IllegalArgumentException("a setting cannot have the type " + type);
    }

    private Shape ofClass(Class<?> type) {
        var known = byType.get(type);
        if (known != null) {
            return known;
        }
        var shape = inspect(type);
        byType.put(type, shape);
        return shape;
    }

    private Shape inspect(Class<?> type) {
        var scalar = ScalarType.of(type);
        if (scalar != null) {
            return new Single(scalar, type);
        }
        if (type == Secret.class) {
            return new Hidden();
        }
        if (type == FilterEntry.class) {
            return new FilterEntries();
        }
        if (type == ConnectionFilterConfig.class) {
            return new ConnectionFilters();
        }
        if (type.isEnum()) {
            return words(type);
        }
        if (type.isRecord()) {
            return new Block(type.asSubclass(Record.class), this);
        }
        if (type.isSealed()) {
            return choice(type);
        }
        throw new IllegalArgumentException("a setting cannot have the type " + type);
    }

    private Words words(Class<?> type) {
        var words = new LinkedHashMap<String, Word>();
        for (var constant : type.getEnumConstants()) {
            var name = ((Enum<?>) constant).name();
            var said = notes.of(type, name, field(type, name));
            var key = said.key();
            words.put(key == null ? Shape.kebab(name) : key, new Word(constant, said.planned()));
        }
        return new Words(words);
    }

    private static Field field(Class<?> type, String name) {
        try {
            return type.getField(name);
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(e);
        }
    }

    private Choice choice(Class<?> type) {
        var cases = new LinkedHashMap<String, Case>();
        for (var permitted : type.getPermittedSubclasses()) {
            var said = notes.of(permitted);
            var key = said.key();
            cases.put(
                    key == null ? Shape.kebab(permitted.getSimpleName()) : key,
                    new Case(new Block(permitted.asSubclass(Record.class), this), said.planned()));
        }
        return new Choice(type, cases, notes.of(type).shorthand());
    }
}
