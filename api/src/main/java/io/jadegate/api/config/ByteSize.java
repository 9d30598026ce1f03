package io.jadegate.api.config;

/// A number of bytes. Written with a unit: `512B`, `64KiB`, `10MB`, `1GiB` (KiB is 1024 bytes, KB
/// is 1000).
public record ByteSize(long bytes) implements Comparable<ByteSize> {

    /// No limit, written `off`: larger than anything.
    public static final ByteSize UNLIMITED = new ByteSize(Long.MAX_VALUE);

    /// The pattern of the written form.
    public static final String PATTERN = "[0-9]{1,15}(B|KB|KiB|MB|MiB|GB|GiB)";

    /// The written form, for people.
    public static final String ACCEPTED = "a size such as 64KiB or 10MB";

    /// Reads the written form, without `off`.
    ///
    /// @throws IllegalArgumentException when the text is not a size or is larger than 2^63-1 bytes
    public static ByteSize parse(String text) {
        var unitStart = 0;
        while (unitStart < text.length()
                && text.charAt(unitStart) >= '0'
                && text.charAt(unitStart) <= '9') {
            unitStart++;
        }
        var unit = unit(text.substring(unitStart));
        if (unitStart == 0 || unitStart > 15 || unit == 0) {
            throw new IllegalArgumentException(text);
        }
        try {
            return new ByteSize(
                    Math.multiplyExact(Long.parseLong(text.substring(0, unitStart)), unit));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    private static long unit(String name) {
        return switch (name) {
            case "B" -> 1;
            case "KB" -> 1_000;
            case "KiB" -> 1 << 10;
            case "MB" -> 1_000_000;
            case "MiB" -> 1 << 20;
            case "GB" -> 1_000_000_000;
            case "GiB" -> 1 << 30;
            default -> 0;
        };
    }

    @Override
    public int compareTo(ByteSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /// The shortest written form.
    @Override
    public String toString() {
        if (equals(UNLIMITED)) {
            return "off";
        }
        for (var name : new String[] {"GiB", "GB", "MiB", "MB", "KiB", "KB"}) {
            if (bytes > 0 && bytes % unit(name) == 0) {
                return bytes / unit(name) + name;
            }
        }
        return bytes + "B";
    }
}
