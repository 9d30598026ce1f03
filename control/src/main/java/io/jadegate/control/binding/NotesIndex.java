package io.jadegate.control.binding;

import io.jadegate.api.config.TextForm;
import io.jadegate.control.binding.Notes.Bounds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.AnnotatedElement;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The notes of the configuration's own types, written down when this module is built.
///
/// Reading an annotation makes a proxy class for its type, which no start-up cache keeps: a dozen
/// of them cost a start more than all the rest of reading its configuration. Types that are not in
/// the index, those of filters and any in a build that made no index, are asked by reflection, with
/// the same result.
final class NotesIndex {

    static final String RESOURCE = "notes.index";

    private static final int FIELDS = 11;

    private final Map<String, Notes> known;

    private NotesIndex(Map<String, Notes> known) {
        this.known = known;
    }

    /// An index of nothing.
    static NotesIndex empty() {
        return new NotesIndex(Map.of());
    }

    /// The index that was built with this module, or an empty one.
    static NotesIndex built() {
        try (var in = NotesIndex.class.getResourceAsStream(RESOURCE)) {
            return in == null
                    ? empty()
                    : parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + RESOURCE, e);
        }
    }

    /// The notes of a type.
    Notes of(Class<?> type) {
        return of(type.getName(), type);
    }

    /// The notes of a component or constant of a type.
    Notes of(Class<?> type, String member, AnnotatedElement element) {
        return of(type.getName() + "#" + member, element);
    }

    private Notes of(String name, AnnotatedElement element) {
        var notes = known.get(name);
        return notes != null ? notes : Notes.read(element);
    }

    static NotesIndex parse(String text) {
        var known = new HashMap<String, Notes>();
        for (var at = 0; at < text.length(); ) {
            var end = text.indexOf('\n', at);
            var fields = text.substring(at, end).split("\t", -1);
            known.put(
                    fields[0],
                    fields.length < FIELDS
                            ? Notes.NONE
                            : new Notes(
                                    text(fields[1]),
                                    text(fields[2]),
                                    !fields[3].isEmpty(),
                                    !fields[4].isEmpty(),
                                    !fields[5].isEmpty(),
                                    bounds(fields[6]),
                                    form(fields[7]),
                                    form(fields[8]),
                                    text(fields[9]),
                                    text(fields[10])));
            at = end + 1;
        }
        return new NotesIndex(known);
    }

    /// One line for each element: its name, then its notes between tabs; a text has `=` before it,
    /// so that an empty one is not an absent one.
    static String print(SortedMap<String, Notes> all) {
        var lines = new StringBuilder();
        new TreeMap<>(all)
                .forEach((name, notes) -> {
                    lines.append(name);
                    if (!notes.equals(Notes.NONE)) {
                        var range = notes.range();
                        field(lines, notes.key());
                        field(lines, notes.absent());
                        lines.append(notes.required() ? "\ty" : "\t");
                        lines.append(notes.planned() ? "\ty" : "\t");
                        lines.append(notes.off() ? "\ty" : "\t");
                        lines.append('\t')
                                .append(range == null ? "" : range.min() + " " + range.max());
                        lines.append('\t').append(notes.form() == null ? "" : notes.form());
                        lines.append('\t').append(notes.keys() == null ? "" : notes.keys());
                        field(lines, notes.section());
                        field(lines, notes.shorthand());
                    }
                    lines.append('\n');
                });
        return lines.toString();
    }

    private static void field(StringBuilder lines, @Nullable String text) {
        lines.append('\t').append(text == null ? "" : "=" + text);
    }

    private static @Nullable String text(String field) {
        return field.isEmpty() ? null : field.substring(1);
    }

    private static @Nullable Bounds bounds(String field) {
        var space = field.indexOf(' ');
        return space < 0
                ? null
                : new Bounds(
                        Long.parseLong(field.substring(0, space)),
                        Long.parseLong(field.substring(space + 1)));
    }

    private static @Nullable TextForm form(String field) {
        return field.isEmpty() ? null : TextForm.valueOf(field);
    }
}
