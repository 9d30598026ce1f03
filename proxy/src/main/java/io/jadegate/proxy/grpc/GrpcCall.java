package io.jadegate.proxy.grpc;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jadegate.api.http.Ascii;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.RequestHead;
import org.jspecify.annotations.Nullable;

/// How a gRPC call is spoken. Immutable.
public enum GrpcCall {
    /// gRPC over HTTP/2.
    NATIVE("application/grpc", "application/grpc"),
    /// gRPC-Web: its trailers are part of the body.
    WEB("application/grpc-web", "application/grpc-web+proto"),
    /// The same, its bodies in base64.
    WEB_TEXT("application/grpc-web-text", "application/grpc-web-text+proto");

    private final byte[] mediaType;

    private final String ownType;

    GrpcCall(String mediaType, String ownType) {
        this.mediaType = mediaType.getBytes(US_ASCII);
        this.ownType = ownType;
    }

    /// The call that a request is, or null when it is none: a POST whose content has one of the
    /// media types, with any `+format`.
    public static @Nullable GrpcCall of(RequestHead head) {
        return head.method().equals(Method.POST) ? of(head.fields()) : null;
    }

    /// What a content is by its `Content-Type`, or null.
    public static @Nullable GrpcCall of(HeaderFields fields) {
        int type = fields.find(FieldName.CONTENT_TYPE);
        if (type < 0) {
            return null;
        }
        for (GrpcCall call : values()) {
            if (call.formatStart(fields, type) >= 0) {
                return call;
            }
        }
        return null;
    }

    /// Where the format (`+proto`) and the parameters of a media type begin, or -1 when it is
    /// another one.
    int formatStart(HeaderFields fields, int type) {
        int start = fields.valueStart(type);
        int end = start + mediaType.length;
        if (end > fields.valueEnd(type)
                || !Ascii.equalsIgnoreCase(fields.bytes(), start, end, mediaType)) {
            return -1;
        }
        boolean whole = end == fields.valueEnd(type) || isDelimiter(fields.bytes()[end]);
        return whole ? end : -1;
    }

    /// This media type with the format and the parameters that stand behind `other`, if it is
    /// there.
    String typeLike(GrpcCall other, HeaderFields fields) {
        int type = fields.find(FieldName.CONTENT_TYPE);
        int format = type < 0 ? -1 : other.formatStart(fields, type);
        String rest = format < 0 ? "" : fields.text(format, fields.valueEnd(type));
        return new String(mediaType, US_ASCII) + rest;
    }

    private static boolean isDelimiter(byte octet) {
        return octet == '+' || octet == ';' || octet == ' ' || octet == '\t';
    }

    /// The media type of answers that the gateway gives by itself.
    public String ownType() {
        return ownType;
    }
}
