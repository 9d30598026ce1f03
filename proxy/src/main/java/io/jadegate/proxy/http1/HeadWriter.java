package io.jadegate.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Octets;
import io.jadegate.api.http.RequestHead;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.OutgoingRequest;
import io.jadegate.proxy.stream.OutgoingResponse;
import org.jspecify.annotations.Nullable;

/// Writes HTTP/1.1 heads (RFC 9112 §3-6), framing included.
public final class HeadWriter {
    private static final byte[] HTTP_1_1_HOST = ascii(" HTTP/1.1\r\nHost: ");
    private static final byte[] STATUS_LINE = ascii("HTTP/1.1 ");
    private static final byte[] CRLF = ascii("\r\n");
    private static final byte[] CHUNKED = ascii("Transfer-Encoding: chunked\r\n");
    private static final byte[] UPGRADE = ascii("Connection: Upgrade\r\nUpgrade: websocket\r\n");
    private static final byte[] CONNECTION_TE = ascii("Connection: TE\r\nTE: trailers\r\n");
    private static final byte[] CLOSE = ascii("Connection: close\r\n");
    private static final byte[] KEEP_ALIVE = ascii("Connection: keep-alive\r\n");
    private static final byte[] OK = ascii("HTTP/1.1 200 OK\r\n");

    private static final byte[] EMPTY = ascii("Content-Length: 0\r\n");
    private static final byte[] LAST_CHUNK = ascii("0\r\n");

    private HeadWriter() {}

    /// What a response head says about the connection.
    enum Connection {
        /// Nothing: HTTP/1.1 stays open.
        SILENT,
        KEEP_ALIVE,
        CLOSE
    }

    /// Writes a request head.
    public static void request(Octets out, OutgoingRequest request) {
        RequestHead head = request.head();
        byte[] bytes = head.fields().bytes();
        out.put(head.method().name()).put(' ').put(bytes, head.pathStart(), head.pathEnd());
        if (head.queryStart() >= 0) {
            out.put('?').put(bytes, head.queryStart(), head.queryEnd());
        }
        out.put(HTTP_1_1_HOST);
        if (request.authority().isEmpty()) {
            out.put(bytes, head.authorityStart(), head.authorityEnd());
        } else {
            out.put(request.authority());
        }
        out.put(CRLF);
        head.fields().writeTo(out, request.selection());
        request.extra().writeTo(out, HeaderFields.Selection.ALL);
        if (request.upgrade()) {
            out.put(UPGRADE);
        } else if (request.acceptsTrailers()) {
            out.put(CONNECTION_TE);
        }
        if (request.bodyLength() == HttpStream.UNKNOWN_LENGTH) {
            out.put(CHUNKED);
        }
        out.put(CRLF);
    }

    /// Writes a response head.
    ///
    /// @param chunked whether the body goes out in chunks
    static void response(
            Octets out, OutgoingResponse response, boolean chunked, Connection connection) {
        ResponseHead head = response.head();
        HeaderFields fields = head.fields();
        int status = head.status();
        if (status == 200) {
            out.put(OK);
        } else {
            out.put(STATUS_LINE);
            out.put('0' + status / 100).put('0' + status / 10 % 10).put('0' + status % 10);
            out.put(' ');
            if (head.reasonEnd() > head.reasonStart()) {
                out.put(fields.bytes(), head.reasonStart(), head.reasonEnd());
            } else {
                out.put(ResponseHead.reasonPhrase(status));
            }
            out.put(CRLF);
        }
        fields.writeTo(out, response.selection());
        response.extra().writeTo(out, HeaderFields.Selection.ALL);
        if (chunked) {
            out.put(CHUNKED);
        } else if (response.bodyLength() == 0 && !declaresLength(response)) {
            // An answer of another version needs no length to end.
            out.put(EMPTY);
        }
        if (status == 101) {
            out.put(UPGRADE);
        } else {
            switch (connection) {
                case SILENT -> {}
                case KEEP_ALIVE -> out.put(KEEP_ALIVE);
                case CLOSE -> out.put(CLOSE);
            }
        }
        out.put(CRLF);
    }

    private static boolean declaresLength(OutgoingResponse response) {
        HeaderFields fields = response.head().fields();
        return response.extra().contains(FieldName.CONTENT_LENGTH)
                || (fields.contains(FieldName.CONTENT_LENGTH)
                        && response.selection().keeps(FieldName.CONTENT_LENGTH));
    }

    /// Writes the line before a chunk's data.
    static void chunkSize(Octets out, int octets) {
        int shift = 28 - (Integer.numberOfLeadingZeros(octets) & ~3);
        for (; shift >= 0; shift -= 4) {
            int digit = octets >>> shift & 15;
            out.put(digit < 10 ? '0' + digit : 'a' + digit - 10);
        }
        out.put(CRLF);
    }

    /// Writes the end of a chunked body, with trailer fields if there are any.
    static void lastChunk(Octets out, @Nullable HeaderFields trailers) {
        out.put(LAST_CHUNK);
        if (trailers != null) {
            trailers.writeTo(out, HeaderFields.Selection.ALL);
        }
        out.put(CRLF);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
