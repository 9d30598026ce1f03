package io.jadegate.testkit;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A request or response as it stood on the wire.
///
/// @param startLine its first line
/// @param fields the fields of its head in order, names as they were written
/// @param body its body without framing
/// @param trailers the fields behind a chunked body
public record Message(String startLine, List<Field> fields, String body, List<Field> trailers) {
    public Message {
        fields = List.copyOf(fields);
        trailers = List.copyOf(trailers);
    }

    /// A field line.
    public record Field(String name, String value) {
        @Override
        public String toString() {
            return name + ": " + value;
        }
    }

    /// The status code of a response.
    public int status() {
        return Integer.parseInt(startLine.substring(9, 12));
    }

    /// The target of a request.
    public String target() {
        return startLine.split(" ", -1)[1];
    }

    public boolean has(String name) {
        return !all(name).isEmpty();
    }

    /// The value of the only field of that name, or null when there is none.
    public @Nullable String field(String name) {
        List<String> values = all(name);
        if (values.size() > 1) {
            throw new AssertionError(name + " stands " + values.size() + " times: " + values);
        }
        return values.isEmpty() ? null : values.getFirst();
    }

    /// The values of all fields of that name.
    public List<String> all(String name) {
        return fields.stream()
                .filter(field -> field.name().equalsIgnoreCase(name))
                .map(Field::value)
                .toList();
    }

    /// The names of all fields in lower case.
    public List<String> names() {
        return fields.stream().map(field -> field.name().toLowerCase(Locale.ROOT)).toList();
    }
}
