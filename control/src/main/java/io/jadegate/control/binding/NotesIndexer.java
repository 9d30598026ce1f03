package io.jadegate.control.binding;

import io.jadegate.api.config.Config;
import io.jadegate.api.config.NodeConfig;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/// Writes [NotesIndex] while this module is built.
final class NotesIndexer {

    private static final String MODEL = Config.class.getPackageName();

    private final SortedMap<String, Notes> notes = new TreeMap<>();

    private NotesIndexer() {}

    /// @param arguments the folder of the compiled classes
    static void main(String[] arguments) throws IOException {
        var file =
                Path.of(arguments[0])
                        .resolve(NotesIndex.class.getPackageName().replace('.', '/'))
                        .resolve(NotesIndex.RESOURCE);
        Files.writeString(file, index());
    }

    /// The notes of all types that the configuration's own records reach.
    static String index() {
        var indexer = new NotesIndexer();
        indexer.type(NodeConfig.class);
        indexer.type(Config.class);
        indexer.type(Beside.class);
        return NotesIndex.print(indexer.notes);
    }

    private void any(Type type) {
        if (type instanceof ParameterizedType generic) {
            for (var argument : generic.getActualTypeArguments()) {
                any(argument);
            }
        } else if (type instanceof Class<?> plain && plain.getPackageName().equals(MODEL)) {
            type(plain);
        }
    }

    private void type(Class<?> type) {
        if (notes.putIfAbsent(type.getName(), Notes.read(type)) != null) {
            return;
        }
        if (type.isRecord()) {
            for (var component : type.getRecordComponents()) {
                notes.put(type.getName() + "#" + component.getName(), Notes.read(component));
                any(component.getGenericType());
            }
        }
        if (type.isEnum()) {
            for (var field : type.getFields()) {
                if (field.isEnumConstant()) {
                    notes.put(type.getName() + "#" + field.getName(), Notes.read(field));
                }
            }
        }
        if (type.isSealed() && type.isInterface()) {
            for (var permitted : type.getPermittedSubclasses()) {
                type(permitted);
            }
        }
    }
}
