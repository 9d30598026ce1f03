package io.jadegate.api.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The fields of one message head (or trailer section), over one array of bytes.
///
/// A codec puts the head's octets into [#bytes()] once and registers each field it finds there;
/// nobody copies a field afterwards. An edit appends a line `Name: value CRLF` behind what is
/// there, so every field's line, scanned or added, lies in the same array and an HTTP/1 encoder can
/// copy neighbouring lines that survived in one run ([#writeTo]).
///
/// Values are octets, read as ISO 8859-1 (RFC 9110 §5.5). Fields keep their order; an edited field
/// moves to the end. Positions given out (`index`) hold until the next removal. For one thread at a
/// time; not synchronised. The owner may [#clear(int)] and reuse an instance, so nobody keeps one
/// past the exchange it belongs to.
public final class HeaderFields {
    private static final int KEY = 0;
    private static final int NAME_START = 1;
    private static final int NAME_END = 2;
    private static final int VALUE_START = 3;
    private static final int VALUE_END = 4;
    private static final int SLOT = 5;

    private byte[] bytes;
    private int limit;
    private int[] index;
    private int size;

    // A bit for each known name that has been here since the last clear: most that are asked for
    // have not.
    private long known;

    public HeaderFields() {
        this(512, 24);
    }

    /// @param capacityBytes room for this many octets before the array grows
    /// @param capacityFields room for this many fields before the index grows
    public HeaderFields(int capacityBytes, int capacityFields) {
        bytes = new byte[capacityBytes];
        index = new int[capacityFields * SLOT];
    }

    // ---- reading

    /// The number of fields; equal names count each time.
    public int size() {
        return size;
    }

    public boolean contains(FieldName name) {
        return find(name) >= 0;
    }

    /// The position of the first field of that name, or -1.
    public int find(FieldName name) {
        return find(name, 0);
    }

    /// The position of the first field of that name at or behind `from`, or -1.
    public int find(FieldName name, int from) {
        int key = name.key();
        if (key >= 0 && (known & 1L << key) == 0) {
            return -1;
        }
        for (int i = from, slot = from * SLOT; i < size; i++, slot += SLOT) {
            if (index[slot + KEY] == key && (key >= 0 || nameIs(slot, name))) {
                return i;
            }
        }
        return -1;
    }

    private boolean nameIs(int slot, FieldName name) {
        return Ascii.equalsIgnoreCase(
                bytes, index[slot + NAME_START], index[slot + NAME_END], name.lower());
    }

    public int count(FieldName name) {
        int found = 0;
        for (int i = find(name); i >= 0; i = find(name, i + 1)) {
            found++;
        }
        return found;
    }

    /// The value of the first field of that name, or null when there is none.
    public @Nullable String get(FieldName name) {
        int i = find(name);
        return i < 0 ? null : value(i);
    }

    /// The values of all fields of that name, in order.
    public List<String> all(FieldName name) {
        List<String> values = new ArrayList<>(2);
        for (int i = find(name); i >= 0; i = find(name, i + 1)) {
            values.add(value(i));
        }
        return values;
    }

    /// The name at a position as it was spelt.
    public String name(int i) {
        return text(index[i * SLOT + NAME_START], index[i * SLOT + NAME_END]);
    }

    public String value(int i) {
        return text(valueStart(i), valueEnd(i));
    }

    /// The [FieldName#id()] of the name at a position: negative when it is no known one.
    public int id(int i) {
        return index[i * SLOT + KEY];
    }

    /// Whether the field at a position has that name.
    public boolean is(int i, FieldName name) {
        int slot = i * SLOT;
        int key = name.key();
        return index[slot + KEY] == key && (key >= 0 || nameIs(slot, name));
    }

    public int nameStart(int i) {
        return index[i * SLOT + NAME_START];
    }

    public int nameEnd(int i) {
        return index[i * SLOT + NAME_END];
    }

    /// Where the value at a position begins in [#bytes()], without leading white space.
    public int valueStart(int i) {
        return index[i * SLOT + VALUE_START];
    }

    public int valueEnd(int i) {
        return index[i * SLOT + VALUE_END];
    }

    /// Whether the value at a position equals `lower` (in lower case), ignoring its case.
    public boolean valueIs(int i, byte[] lower) {
        return Ascii.equalsIgnoreCase(bytes, valueStart(i), valueEnd(i), lower);
    }

    /// Whether a comma-separated list field has the token `lower` (in lower case) among its
    /// members, over all fields of the name and without regard to case; parameters are not looked
    /// at.
    public boolean hasToken(FieldName name, byte[] lower) {
        for (int i = find(name); i >= 0; i = find(name, i + 1)) {
            if (hasToken(i, lower)) {
                return true;
            }
        }
        return false;
    }

    private boolean hasToken(int i, byte[] lower) {
        int end = valueEnd(i);
        int at = valueStart(i);
        while (at < end) {
            int comma = at;
            while (comma < end && bytes[comma] != ',') {
                comma++;
            }
            int from = at;
            int to = comma;
            while (from < to && isSpace(bytes[from])) {
                from++;
            }
            while (to > from && isSpace(bytes[to - 1])) {
                to--;
            }
            if (Ascii.equalsIgnoreCase(bytes, from, to, lower)) {
                return true;
            }
            at = comma + 1;
        }
        return false;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t';
    }

    // ---- editing

    /// Appends a field.
    ///
    /// @throws IllegalArgumentException when `value` is no legal field value: nothing that reaches
    ///   a head through this door can end a line
    public void add(FieldName name, String value) {
        if (!Ascii.isFieldValue(value)) {
            throw new IllegalArgumentException(
                    "not a field value for " + name + ": control character or beyond U+00FF");
        }
        addChecked(name, value);
    }

    /// Appends a field whose value is known to be legal: made by the gateway itself, or looked at
    /// before.
    public void addChecked(FieldName name, String value) {
        int start = beginLine(name, value.length());
        copyLatin1(value);
        endLine(name, start);
    }

    /// Appends a field whose value is `source[from, to)`, octets that were checked before.
    public void add(FieldName name, byte[] source, int from, int to) {
        int start = beginLine(name, to - from);
        System.arraycopy(source, from, bytes, limit, to - from);
        limit += to - from;
        endLine(name, start);
    }

    /// Replaces all fields of that name by one.
    public void set(FieldName name, String value) {
        remove(name);
        add(name, value);
    }

    /// Removes all fields of that name and says how many there were.
    public int remove(FieldName name) {
        int removed = 0;
        for (int i = find(name); i >= 0; i = find(name, i)) {
            removeAt(i);
            removed++;
        }
        return removed;
    }

    public void removeAt(int i) {
        System.arraycopy(index, (i + 1) * SLOT, index, i * SLOT, (size - i - 1) * SLOT);
        size--;
    }

    private int beginLine(FieldName name, int valueLength) {
        byte[] display = name.display();
        reserve(display.length + valueLength + 4);
        int start = limit;
        System.arraycopy(display, 0, bytes, limit, display.length);
        limit += display.length;
        bytes[limit++] = ':';
        bytes[limit++] = ' ';
        return start;
    }

    private void endLine(FieldName name, int start) {
        int nameEnd = start + name.display().length;
        register(name.key(), start, nameEnd, nameEnd + 2, limit);
        bytes[limit++] = '\r';
        bytes[limit++] = '\n';
    }

    // ---- for codecs

    /// The backing array: valid up to [#limit()], replaced when it grows.
    public byte[] bytes() {
        return bytes;
    }

    /// The end of what has been put into [#bytes()].
    public int limit() {
        return limit;
    }

    /// Makes room for `more` octets behind [#limit()] and returns the (perhaps new) backing array.
    public byte[] reserve(int more) {
        if (bytes.length - limit < more) {
            bytes = Arrays.copyOf(bytes, Math.max(limit + more, bytes.length * 2));
        }
        return bytes;
    }

    /// Declares that octets up to `limit` have been put into the array, or takes some back.
    public void limit(int limit) {
        this.limit = limit;
    }

    /// Appends the text's characters as octets and returns where they begin.
    public int append(String latin1) {
        reserve(latin1.length());
        int start = limit;
        copyLatin1(latin1);
        return start;
    }

    @SuppressWarnings("deprecation") // the one copy of Latin-1 text that needs no array in between
    private void copyLatin1(String text) {
        text.getBytes(0, text.length(), bytes, limit);
        limit += text.length();
    }

    /// Registers a field whose line lies in the array already.
    ///
    /// @param foldedHash the sum of [#hashStep] over the name's lower-case octets
    public void addScanned(
            int nameStart, int nameEnd, int valueStart, int valueEnd, int foldedHash) {
        int key = FieldName.keyOf(bytes, nameStart, nameEnd, FieldName.hashEnd(foldedHash));
        register(key, nameStart, nameEnd, valueStart, valueEnd);
    }

    /// One step of the hash that [#addScanned] expects, beginning with 0.
    public static int hashStep(int hash, int lowerOctet) {
        return FieldName.hashStep(hash, lowerOctet);
    }

    private void register(int key, int nameStart, int nameEnd, int valueStart, int valueEnd) {
        known |= key < 0 ? 0 : 1L << key;
        int slot = size * SLOT;
        if (slot == index.length) {
            index = Arrays.copyOf(index, index.length * 2);
        }
        index[slot + KEY] = key;
        index[slot + NAME_START] = nameStart;
        index[slot + NAME_END] = nameEnd;
        index[slot + VALUE_START] = valueStart;
        index[slot + VALUE_END] = valueEnd;
        size++;
    }

    /// The octets of a range of [#bytes()] as text.
    public String text(int start, int end) {
        return new String(bytes, start, end - start, ISO_8859_1);
    }

    /// Forgets every field and octet, keeping the arrays unless they grew past `keepBytes`.
    public void clear(int keepBytes) {
        size = 0;
        limit = 0;
        known = 0;
        if (bytes.length > keepBytes) {
            bytes = new byte[512];
        }
        if (index.length > 128 * SLOT) {
            index = new int[24 * SLOT];
        }
    }

    /// Becomes a copy of `other`, positions in the array included.
    public void copyFrom(HeaderFields other) {
        if (bytes.length < other.limit) {
            bytes = new byte[other.bytes.length];
        }
        System.arraycopy(other.bytes, 0, bytes, 0, other.limit);
        limit = other.limit;
        if (index.length < other.size * SLOT) {
            index = new int[other.index.length];
        }
        System.arraycopy(other.index, 0, index, 0, other.size * SLOT);
        size = other.size;
        known = other.known;
    }

    /// Writes the lines of the fields that `selection` keeps in HTTP/1 form, each ended by CRLF,
    /// without the empty line that ends a head. Neighbouring lines are copied in one run.
    public void writeTo(Octets out, Selection selection) {
        int runStart = 0;
        int runEnd = 0;
        for (int i = 0, slot = 0; i < size; i++, slot += SLOT) {
            if (!selection.keeps(this, i)) {
                continue;
            }
            int nameStart = index[slot + NAME_START];
            int nameEnd = index[slot + NAME_END];
            int valueStart = index[slot + VALUE_START];
            int valueEnd = index[slot + VALUE_END];
            boolean plain = isPlainLine(nameEnd, valueStart, valueEnd);
            if (plain && nameStart == runEnd) {
                runEnd = valueEnd + 2;
                continue;
            }
            out.put(bytes, runStart, runEnd);
            if (plain) {
                runStart = nameStart;
                runEnd = valueEnd + 2;
            } else {
                runStart = 0;
                runEnd = 0;
                out.put(bytes, nameStart, nameEnd).put(':').put(' ');
                out.put(bytes, valueStart, valueEnd).put('\r').put('\n');
            }
        }
        out.put(bytes, runStart, runEnd);
    }

    /// Whether the line is spelt `Name: value CRLF` in the array, with no other white space.
    private boolean isPlainLine(int nameEnd, int valueStart, int valueEnd) {
        return valueStart == nameEnd + 2
                && bytes[nameEnd + 1] == ' '
                && valueEnd + 1 < limit
                && bytes[valueEnd] == '\r'
                && bytes[valueEnd + 1] == '\n';
    }

    /// Which fields [#writeTo] writes: all but those of some names. Immutable.
    public static final class Selection {
        public static final Selection ALL =
                new Selection(new boolean[FieldName.KNOWN_NAMES], List.of());

        private final boolean[] droppedIds;
        private final List<FieldName> droppedOthers;

        private Selection(boolean[] droppedIds, List<FieldName> droppedOthers) {
            this.droppedIds = droppedIds;
            this.droppedOthers = droppedOthers;
        }

        /// All fields but those of `names`.
        public static Selection allBut(FieldName... names) {
            return ALL.without(List.of(names));
        }

        /// This without the fields of `names`.
        public Selection without(Collection<FieldName> names) {
            boolean[] ids = droppedIds.clone();
            List<FieldName> others = new ArrayList<>(droppedOthers);
            for (FieldName name : names) {
                if (name.id() >= 0) {
                    ids[name.id()] = true;
                } else {
                    others.add(name);
                }
            }
            return new Selection(ids, List.copyOf(others));
        }

        /// What both this and `other` keep.
        public Selection and(Selection other) {
            boolean[] ids = droppedIds.clone();
            for (int id = 0; id < ids.length; id++) {
                ids[id] |= other.droppedIds[id];
            }
            return new Selection(ids, droppedOthers).without(other.droppedOthers);
        }

        /// Whether fields of a known name are kept.
        public boolean keeps(FieldName known) {
            return !droppedIds[known.id()];
        }

        /// Whether the field at a position is kept.
        public boolean keeps(HeaderFields fields, int i) {
            int id = fields.id(i);
            return id >= 0
                    ? !droppedIds[id]
                    : droppedOthers.isEmpty() || !isDroppedOther(fields, i);
        }

        private boolean isDroppedOther(HeaderFields fields, int i) {
            for (FieldName name : droppedOthers) {
                if (fields.is(i, name)) {
                    return true;
                }
            }
            return false;
        }
    }

    /// The fields, a line each; for logs and tests.
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < size; i++) {
            text.append(name(i)).append(": ").append(value(i)).append('\n');
        }
        return text.toString();
    }
}
