package io.jadegate.proxy.grpc;

import io.jadegate.api.filter.BodyTransform;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Between a caller that speaks gRPC-Web and an endpoint that speaks gRPC.
public final class GrpcWeb {
    private static final FieldName X_GRPC_WEB = FieldName.of("x-grpc-web");
    private static final String TEXT = "application/grpc-web-text";

    private final GrpcCall call;
    private final boolean textWanted;

    /// @param call not the native one
    /// @param request the fields of the caller's head
    public GrpcWeb(GrpcCall call, HeaderFields request) {
        this.call = call;
        String accept = request.get(FieldName.ACCEPT);
        this.textWanted =
                call == GrpcCall.WEB_TEXT
                        || (accept != null && accept.toLowerCase(Locale.ROOT).contains(TEXT));
    }

    /// What the body of the request goes through, or null.
    public @Nullable BodyTransform requestBody() {
        return call == GrpcCall.WEB_TEXT ? new Base64Decoding() : null;
    }

    /// Whether the body of the request has another length behind that.
    public boolean changesLength() {
        return call == GrpcCall.WEB_TEXT;
    }

    /// Makes the fields of a request those of a call.
    public void request(HeaderFields fields) {
        fields.set(FieldName.CONTENT_TYPE, GrpcCall.NATIVE.typeLike(call, fields));
        fields.remove(FieldName.ACCEPT);
        fields.remove(X_GRPC_WEB);
        if (call == GrpcCall.WEB_TEXT) {
            fields.remove(FieldName.CONTENT_LENGTH);
        }
    }

    /// Makes the fields of an answer those that the caller understands.
    ///
    /// @return what the body of the answer goes through; null when the answer is no gRPC and stays
    ///   as it is
    public @Nullable BodyTransform response(HeaderFields fields) {
        if (GrpcCall.of(fields) != GrpcCall.NATIVE) {
            return null;
        }
        GrpcCall answered = textWanted ? GrpcCall.WEB_TEXT : GrpcCall.WEB;
        fields.set(FieldName.CONTENT_TYPE, answered.typeLike(GrpcCall.NATIVE, fields));
        return new WebAnswer(textWanted);
    }
}
