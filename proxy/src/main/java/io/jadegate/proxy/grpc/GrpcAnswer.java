package io.jadegate.proxy.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jadegate.api.filter.LocalResponse;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the gateway says by itself to those who call by gRPC.
public final class GrpcAnswer {
    /// The longest text of a fixed answer that goes along as message.
    private static final int MAX_TEXT = 1024;

    private GrpcAnswer() {}

    /// The answer as the caller understands it: a failure becomes a head with the status and the
    /// message in it and nothing behind ("trailers-only"). What is no failure stays, and so does
    /// 421, which tells the HTTP client beneath to take another connection.
    public static LocalResponse to(@Nullable GrpcCall call, LocalResponse response) {
        return to(call, response, null);
    }

    /// The same, where more may be known than the answer says.
    ///
    /// @param known what a failure becomes, or null
    public static LocalResponse to(
            @Nullable GrpcCall call, LocalResponse response, @Nullable GrpcStatus known) {
        if (call == null || response.status() < 400 || response.status() == 421) {
            return response;
        }
        Reason reason = response.reason();
        List<LocalResponse.Field> fields = new ArrayList<>(response.fields().size() + 3);
        for (LocalResponse.Field field : response.fields()) {
            if (!field.name().equals(FieldName.CONTENT_TYPE)) {
                fields.add(field);
            }
        }
        fields.add(new LocalResponse.Field(FieldName.CONTENT_TYPE, call.ownType()));
        GrpcStatus status = known == null ? GrpcStatus.of(reason, response.status()) : known;
        fields.add(
                new LocalResponse.Field(FieldName.GRPC_STATUS, Integer.toString(status.number())));
        fields.add(
                new LocalResponse.Field(
                        FieldName.GRPC_MESSAGE, GrpcMessage.encode(message(response))));
        return new LocalResponse(
                200,
                reason,
                response.detail(),
                fields,
                new LocalResponse.Body(call.ownType(), new byte[0]));
    }

    private static String message(LocalResponse response) {
        LocalResponse.Body body = response.body();
        if (body != null
                && body.contentType().startsWith("text/plain")
                && body.bytes().length > 0
                && body.bytes().length <= MAX_TEXT) {
            return new String(body.bytes(), UTF_8).strip();
        }
        return message(response.reason(), response.detail());
    }

    private static String message(Reason reason, @Nullable String detail) {
        String text = reason.code() + ": " + reason.title();
        return detail == null ? text : text + " (" + detail + ")";
    }

    /// The trailers of an answer that cannot be brought to a better end.
    ///
    /// @param known what the call ends in, or null when the reason says it
    public static HeaderFields trailers(Reason reason, @Nullable GrpcStatus known) {
        HeaderFields trailers = new HeaderFields(128, 4);
        GrpcStatus status = known == null ? GrpcStatus.of(reason, reason.status()) : known;
        trailers.addChecked(FieldName.GRPC_STATUS, Integer.toString(status.number()));
        trailers.add(FieldName.GRPC_MESSAGE, GrpcMessage.encode(message(reason, null)));
        return trailers;
    }
}
