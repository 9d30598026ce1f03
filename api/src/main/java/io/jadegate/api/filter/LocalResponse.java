package io.jadegate.api.filter;

import io.jadegate.api.http.FieldName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An answer that the gateway gives by itself, without an upstream. Immutable.
///
/// @param status 200 to 599
/// @param reason why, for log, metrics and `Proxy-Status`
/// @param detail more than the reason's title for this one occurrence, shown in the error body;
///   never holds what the client must not learn
/// @param fields fields of the answer besides framing, Date and what every answer carries
/// @param body the body with its media type; null stands for the error body that the route's
///   `errors` setting makes of reason and detail, or for none where the status has none
public record LocalResponse(
        int status,
        Reason reason,
        @Nullable String detail,
        List<Field> fields,
        @Nullable Body body) {

    public LocalResponse {
        fields = List.copyOf(fields);
    }

    /// One field of a local answer.
    public record Field(FieldName name, String value) {}

    /// The octets of a body, not to be modified, and their media type.
    public record Body(String contentType, byte[] bytes) {}

    /// The error answer that goes with a reason.
    public static LocalResponse of(Reason reason) {
        return new LocalResponse(reason.status(), reason, null, List.of(), null);
    }

    public static LocalResponse of(Reason reason, @Nullable String detail) {
        return new LocalResponse(reason.status(), reason, detail, List.of(), null);
    }
}
