package io.jadegate.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.RequestHead;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.OutgoingRequest;
import io.jadegate.proxy.stream.OutgoingResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;

/// Writes HTTP/1.1 heads (RFC 9112 §3-6), framing included.
public final class HeadWriter {
    private static final byte[] HTTP_1_1 = ascii(" HTTP/1.1\r\n");
    private static final byte[] STATUS_LINE = ascii("HTTP/1.1 ");
    private static final byte[] HOST = ascii("Host: ");
    private static final byte[] CRLF = ascii("\r\n");
    private static final byte[] CHUNKED = ascii("Transfer-Encoding: chunked\r\n");
    private static final byte[] UPGRADE = ascii("Connection: Upgrade\r\nUpgrade: websocket\r\n");
    private static final byte[] CONNECTION_TE = ascii("Connection: TE\r\nTE: trailers\r\n");
    private static final byte[] CLOSE = ascii("Connection: close\r\n");
    private static final byte[] KEEP_ALIVE = ascii("Connection: keep-alive\r\n");
    private static final byte[] OK = ascii("HTTP/1.1 200 OK\r\n");

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
    public static void request(ByteBuf out, OutgoingRequest request) {
        RequestHead head = request.head();
        HeaderFields fields = head.fields();
        byte[] bytes = fields.bytes();
        out.writeCharSequence(head.method().name(), ISO_8859_1);
        out.writeByte(' ');
        out.writeBytes(bytes, head.pathStart(), head.pathEnd() - head.pathStart());
        if (head.queryStart() >= 0) {
            out.writeByte('?');
            out.writeBytes(bytes, head.queryStart(), head.queryEnd() - head.queryStart());
        }
        out.writeBytes(HTTP_1_1);
        out.writeBytes(HOST);
        if (request.authority().isEmpty()) {
            out.writeBytes(
                    bytes, head.authorityStart(), head.authorityEnd() - head.authorityStart());
        } else {
            ByteBufUtil.writeAscii(out, request.authority());
        }
        out.writeBytes(CRLF);
        fields.writeTo(out, request.selection());
        request.extra().writeTo(out, HeaderFields.Selection.ALL);
        if (request.upgrade()) {
            out.writeBytes(UPGRADE);
        } else if (request.acceptsTrailers()) {
            out.writeBytes(CONNECTION_TE);
        }
        if (request.bodyLength() == HttpStream.UNKNOWN_LENGTH) {
            out.writeBytes(CHUNKED);
        }
        out.writeBytes(CRLF);
    }

    /// Writes a response head.
    ///
    /// @param chunked whether the body goes out in chunks
    static void response(
            ByteBuf out, OutgoingResponse response, boolean chunked, Connection connection) {
        ResponseHead head = response.head();
        HeaderFields fields = head.fields();
        int status = head.status();
        if (status == 200) {
            out.writeBytes(OK);
        } else {
            out.writeBytes(STATUS_LINE);
            out.writeByte('0' + status / 100);
            out.writeByte('0' + status / 10 % 10);
            out.writeByte('0' + status % 10);
            out.writeByte(' ');
            if (head.reasonEnd() > head.reasonStart()) {
                out.writeBytes(
                        fields.bytes(), head.reasonStart(), head.reasonEnd() - head.reasonStart());
            } else {
                out.writeBytes(ResponseHead.reasonPhrase(status));
            }
            out.writeBytes(CRLF);
        }
        fields.writeTo(out, response.selection());
        response.extra().writeTo(out, HeaderFields.Selection.ALL);
        if (chunked) {
            out.writeBytes(CHUNKED);
        }
        if (status == 101) {
            out.writeBytes(UPGRADE);
        } else {
            switch (connection) {
                case SILENT -> {}
                case KEEP_ALIVE -> out.writeBytes(KEEP_ALIVE);
                case CLOSE -> out.writeBytes(CLOSE);
            }
        }
        out.writeBytes(CRLF);
    }

    /// Writes the line before a chunk's data.
    static void chunkSize(ByteBuf out, int octets) {
        int shift = 28 - (Integer.numberOfLeadingZeros(octets) & ~3);
        for (; shift >= 0; shift -= 4) {
            int digit = octets >>> shift & 15;
            out.writeByte(digit < 10 ? '0' + digit : 'a' + digit - 10);
        }
        out.writeBytes(CRLF);
    }

    /// Writes the end of a chunked body, with trailer fields if there are any.
    static void lastChunk(ByteBuf out, @Nullable HeaderFields trailers) {
        out.writeBytes(LAST_CHUNK);
        if (trailers != null) {
            trailers.writeTo(out, HeaderFields.Selection.ALL);
        }
        out.writeBytes(CRLF);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
