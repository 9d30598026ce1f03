package io.jadegate.proxy.exchange;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.RequestHead;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.OutgoingRequest;
import io.jadegate.proxy.stream.OutgoingResponse;
import java.nio.charset.StandardCharsets;

/// The rules of a forward proxy for heads that it passes on: they go as they came, less what is of
/// one connection or meant for a proxy. Nothing is added that tells of the client or of the proxy.
final class PlainForwarding {
    private static final byte[] TRAILERS = "trailers".getBytes(StandardCharsets.US_ASCII);

    private PlainForwarding() {}

    /// Makes the head that goes to a target, in origin-form.
    static void request(OutgoingRequest out, RequestHead head, long bodyLength) {
        HeaderFields fields = head.fields();
        boolean old = head.minorVersion() == 0;
        out.begin(head, ForwardedFields.ofPlainRequest(fields, old), "", bodyLength);
        out.acceptsTrailers(
                fields.contains(FieldName.TE) && fields.hasToken(FieldName.TE, TRAILERS));
    }

    /// Makes the head that goes to the client.
    static void response(OutgoingResponse out, ResponseHead head, long bodyLength) {
        int status = head.status();
        boolean length = status != 204 && status >= 200 && bodyLength != HttpStream.UNKNOWN_LENGTH;
        out.begin(head, ForwardedFields.ofPlainResponse(head.fields(), length), bodyLength);
    }
}
