package io.jadegate.control.binding;

import io.jadegate.api.config.Address;
import io.jadegate.api.config.ByteSize;
import io.jadegate.api.config.Cidr;
import io.jadegate.api.config.Portion;
import io.jadegate.api.config.Rate;
import io.jadegate.api.config.Share;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/// The types that are written as one text, number or truth value.
enum ScalarType {
    TEXT("a text", null),
    WHOLE("a whole number", null),
    TRUTH("true or false", null),
    DURATION(DurationText.ACCEPTED, DurationText.PATTERN),
    SIZE(ByteSize.ACCEPTED, ByteSize.PATTERN),
    RATE(Rate.ACCEPTED, Rate.PATTERN),
    SHARE(Share.ACCEPTED, Share.PATTERN),
    PORTION(Portion.ACCEPTED, Portion.PATTERN),
    ADDRESS(Address.ACCEPTED, Address.PATTERN),
    NETWORK(Cidr.ACCEPTED, Cidr.PATTERN),
    FILE("a path of a file or folder", "[\\s\\S]+"),
    ZONE("a time zone such as Europe/Berlin", "[A-Za-z0-9/_+:-]+");

    private final String accepted;
    private final @Nullable String pattern;

    ScalarType(String accepted, @Nullable String pattern) {
        this.accepted = accepted;
        this.pattern = pattern;
    }

    /// The scalar type of a Java type, or `null` when it is written otherwise.
    static @Nullable ScalarType of(Class<?> type) {
        if (type == String.class) {
            return TEXT;
        }
        if (type == int.class
                || type == Integer.class
                || type == long.class
                || type == Long.class) {
            return WHOLE;
        }
        if (type == boolean.class || type == Boolean.class) {
            return TRUTH;
        }
        if (type == Duration.class) {
            return DURATION;
        }
        if (type == ByteSize.class) {
            return SIZE;
        }
        if (type == Rate.class) {
            return RATE;
        }
        if (type == Share.class) {
            return SHARE;
        }
        if (type == Portion.class) {
            return PORTION;
        }
        if (type == Address.class) {
            return ADDRESS;
        }
        if (type == Cidr.class) {
            return NETWORK;
        }
        if (type == Path.class) {
            return FILE;
        }
        return type == ZoneId.class ? ZONE : null;
    }

    /// What is written, for people: completes "must be …".
    String accepted() {
        return accepted;
    }

    /// The regular expression of the written form; `null` when any value of the JSON type is.
    @Nullable String pattern() {
        return pattern;
    }

    /// The value a text stands for.
    ///
    /// @param directory where relative paths start
    /// @throws IllegalArgumentException when the text is not of this type
    Object parse(String text, Path directory) {
        return switch (this) {
            case TEXT -> text;
            case WHOLE -> Long.valueOf(text);
            case TRUTH -> Boolean.valueOf(text);
            case DURATION -> DurationText.parse(text);
            case SIZE -> ByteSize.parse(text);
            case RATE -> Rate.parse(text);
            case SHARE -> Share.parse(text);
            case PORTION -> Portion.parse(text);
            case ADDRESS ->
                    Address.parse(text) instanceof Address.Unix(var path)
                            ? new Address.Unix(directory.resolve(path).normalize())
                            : Address.parse(text);
            case NETWORK -> Cidr.parse(text);
            case FILE -> file(text, directory);
            case ZONE -> zone(text);
        };
    }

    private static Path file(String text, Path directory) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException(text);
        }
        return directory.resolve(text).normalize();
    }

    private static ZoneId zone(String text) {
        try {
            return ZoneId.of(text);
        } catch (java.time.DateTimeException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
