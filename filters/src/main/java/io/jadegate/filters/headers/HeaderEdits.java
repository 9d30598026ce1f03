package io.jadegate.filters.headers;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.jadegate.api.config.TextForm;
import io.jadegate.api.filter.FilterProvider.SettingsException;
import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.Template;
import io.jadegate.api.filter.TemplateException;
import io.jadegate.api.http.Ascii;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Edits of the fields of a head, compiled: first removals, then `set`, then `add`.
///
/// All values are taken before the first edit, so a field may be renamed by setting the new name to
/// the old one's value and removing the old one. A value that holds request values and comes out
/// empty leaves the field out, so a `set` of something absent amounts to a removal.
final class HeaderEdits {
    private final List<FieldName> removed;
    private final List<byte[]> removedPrefixes;
    private final List<Edit> edits;
    private final boolean literal;

    private HeaderEdits(List<FieldName> removed, List<byte[]> removedPrefixes, List<Edit> edits) {
        this.removed = List.copyOf(removed);
        this.removedPrefixes = List.copyOf(removedPrefixes);
        this.edits = List.copyOf(edits);
        this.literal = edits.stream().allMatch(edit -> edit.value.isLiteral());
    }

    /// @throws SettingsException when a field is not a user's to edit or a value is no template
    static HeaderEdits of(HeaderSettings settings) throws SettingsException {
        List<FieldName> removed = new ArrayList<>();
        List<byte[]> prefixes = new ArrayList<>();
        for (int i = 0; i < settings.remove().size(); i++) {
            String name = settings.remove().get(i);
            if (name.endsWith("*")) {
                String prefix = name.substring(0, name.length() - 1).toLowerCase(Locale.ROOT);
                prefixes.add(prefix.getBytes(ISO_8859_1));
            } else {
                removed.add(OwnedFields.check("remove[" + i + "]", name));
            }
        }
        List<Edit> edits = new ArrayList<>();
        for (Map.Entry<String, String> entry : settings.set().entrySet()) {
            edits.add(edit("set." + entry.getKey(), entry, /* replaces= */ true));
        }
        for (Map.Entry<String, String> entry : settings.add().entrySet()) {
            edits.add(edit("add." + entry.getKey(), entry, /* replaces= */ false));
        }
        if (removed.isEmpty() && prefixes.isEmpty() && edits.isEmpty()) {
            throw new SettingsException("", "edits nothing: needs set, add or remove");
        }
        return new HeaderEdits(removed, prefixes, edits);
    }

    private static Edit edit(String key, Map.Entry<String, String> entry, boolean replaces)
            throws SettingsException {
        FieldName name = OwnedFields.check(key, entry.getKey());
        String value = entry.getValue().strip();
        if (!TextForm.FIELD_VALUE.accepts(value)) {
            throw new SettingsException(key, "must be " + TextForm.FIELD_VALUE.accepted());
        }
        try {
            return new Edit(name, Template.parse(value), replaces);
        } catch (TemplateException e) {
            throw new SettingsException(key, e.getMessage());
        }
    }

    /// Whether [#apply] would change these fields.
    boolean change(HeaderFields fields) {
        if (!edits.isEmpty()) {
            return true;
        }
        for (FieldName name : removed) {
            if (fields.contains(name)) {
                return true;
            }
        }
        return !removedPrefixes.isEmpty() && findRemovedPrefix(fields, 0) >= 0;
    }

    void apply(HttpExchange exchange, HeaderFields fields) {
        byte[][] values = new byte[edits.size()][];
        if (!literal) {
            // Before the fields change under the templates that read them.
            for (int i = 0; i < values.length; i++) {
                values[i] = edits.get(i).value.render(exchange);
            }
        }
        for (FieldName name : removed) {
            fields.remove(name);
        }
        if (!removedPrefixes.isEmpty()) {
            for (int i = findRemovedPrefix(fields, 0); i >= 0; i = findRemovedPrefix(fields, i)) {
                fields.removeAt(i);
            }
        }
        for (int i = 0; i < values.length; i++) {
            Edit edit = edits.get(i);
            edit.apply(fields, literal ? edit.value.render(exchange) : values[i]);
        }
    }

    /// The first field at or behind `from` whose name begins as a removal says, or -1. What frames
    /// the message stays.
    private int findRemovedPrefix(HeaderFields fields, int from) {
        for (int i = from; i < fields.size(); i++) {
            for (byte[] prefix : removedPrefixes) {
                if (begins(fields, i, prefix) && !OwnedFields.contain(fields.id(i))) {
                    return i;
                }
            }
        }
        return -1;
    }

    private static boolean begins(HeaderFields fields, int i, byte[] prefix) {
        int start = fields.nameStart(i);
        return fields.nameEnd(i) - start >= prefix.length
                && Ascii.equalsIgnoreCase(fields.bytes(), start, start + prefix.length, prefix);
    }

    private record Edit(FieldName name, Template<HttpExchange> value, boolean replaces) {
        void apply(HeaderFields fields, byte[] octets) {
            if (replaces) {
                fields.remove(name);
            }
            int from = 0;
            int to = octets.length;
            // White space around a value is no part of it (RFC 9110 §5.5).
            while (from < to && isSpace(octets[from])) {
                from++;
            }
            while (to > from && isSpace(octets[to - 1])) {
                to--;
            }
            if (from < to || value.isLiteral()) {
                fields.add(name, octets, from, to);
            }
        }

        private static boolean isSpace(byte b) {
            return b == ' ' || b == '\t';
        }
    }
}
