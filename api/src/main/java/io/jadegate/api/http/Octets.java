package io.jadegate.api.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A growing array of octets, written from front to back and used again. Where a head is put
/// together before it is sent: many small pieces cost less here than in a buffer outside the heap.
/// For one thread at a time.
public final class Octets {
    private byte[] array;
    private int size;

    /// @param capacity room before the array grows
    public Octets(int capacity) {
        array = new byte[capacity];
    }

    /// The backing array: valid up to [#size()], replaced when it grows.
    public byte[] array() {
        return array;
    }

    public int size() {
        return size;
    }

    /// Forgets what was written, and the array too when it has grown past `keep`.
    public void clear(int keep) {
        size = 0;
        if (array.length > keep) {
            array = new byte[keep];
        }
    }

    public Octets put(int octet) {
        reserve(1);
        array[size++] = (byte) octet;
        return this;
    }

    public Octets put(byte[] source) {
        return put(source, 0, source.length);
    }

    /// Appends `source[from, to)`.
    public Octets put(byte[] source, int from, int to) {
        int more = to - from;
        reserve(more);
        System.arraycopy(source, from, array, size, more);
        size += more;
        return this;
    }

    /// Appends a text's characters, none beyond U+00FF, as octets.
    @SuppressWarnings("deprecation") // the one copy of Latin-1 text that needs no array in between
    public Octets put(String latin1) {
        int more = latin1.length();
        reserve(more);
        latin1.getBytes(0, more, array, size);
        size += more;
        return this;
    }

    private void reserve(int more) {
        if (array.length - size < more) {
            array = Arrays.copyOf(array, Math.max(size + more, array.length * 2));
        }
    }

    /// What was written, read as ISO 8859-1.
    @Override
    public String toString() {
        return new String(array, 0, size, StandardCharsets.ISO_8859_1);
    }
}
