package io.jadegate.api.config;

/// A part of something that has a size: a share of it or a size of its own. Written `25%` or
/// `64MiB`.
public sealed interface Portion {
    /// The pattern of the written form.
    String PATTERN = "(" + Share.PATTERN + ")|(" + ByteSize.PATTERN + ")";

    /// The written form, for people.
    String ACCEPTED = "a share such as 25%, or a size such as 64MiB";

    /// Reads the written form.
    ///
    /// @throws IllegalArgumentException when the text is neither a share nor a size
    static Portion parse(String text) {
        return text.endsWith("%")
                ? new OfWhole(Share.parse(text))
                : new Absolute(ByteSize.parse(text));
    }

    /// How much it is of a whole of so many bytes.
    long of(long whole);

    /// So much of whatever there is.
    record OfWhole(Share share) implements Portion {
        @Override
        public long of(long whole) {
            return (long) (whole * share.fraction());
        }

        @Override
        public String toString() {
            return share.toString();
        }
    }

    /// The same of anything.
    record Absolute(ByteSize size) implements Portion {
        @Override
        public long of(long whole) {
            return size.bytes();
        }

        @Override
        public String toString() {
            return size.toString();
        }
    }
}
