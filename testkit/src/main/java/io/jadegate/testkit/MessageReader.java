package io.jadegate.testkit;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Reads messages and believes nothing: what RFC 9112 does not let a sender write fails the test.
final class MessageReader {
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

    private final Wire wire;

    MessageReader(Wire wire) {
        this.wire = wire;
    }

    Message request() throws IOException {
        String start = line();
        check(start.matches(TOKEN + " \\S+ HTTP/1\\.[01]"), "a request line", start);
        List<Message.Field> fields = fields();
        Message head = new Message(start, fields, "", List.of());
        return head.has("transfer-encoding") || head.has("content-length") ? withBody(head) : head;
    }

    Message response(boolean headOnly) throws IOException {
        String start = line();
        check(start.matches("HTTP/1\\.1 \\d{3} .*"), "a status line", start);
        Message head = new Message(start, fields(), "", List.of());
        int status = head.status();
        if (headOnly || status < 200 || status == 204 || status == 304) {
            return head;
        }
        return withBody(head);
    }

    private Message withBody(Message head) throws IOException {
        String encoding = head.field("transfer-encoding");
        String length = head.field("content-length");
        if (encoding != null) {
            check(encoding.equals("chunked"), "chunked", encoding);
            check(length == null, "no Content-Length beside Transfer-Encoding", head);
            return chunked(head);
        }
        if (length != null) {
            check(length.matches("0|[1-9]\\d*"), "a length", length);
            return new Message(
                    head.startLine(),
                    head.fields(),
                    wire.read(Integer.parseInt(length)),
                    List.of());
        }
        return new Message(head.startLine(), head.fields(), wire.readToEnd(), List.of());
    }

    private Message chunked(Message head) throws IOException {
        StringBuilder body = new StringBuilder();
        while (true) {
            String size = line();
            check(size.matches("0|[1-9a-fA-F][0-9a-fA-F]*"), "a chunk size", size);
            int octets = Integer.parseInt(size, 16);
            if (octets == 0) {
                return new Message(head.startLine(), head.fields(), body.toString(), fields());
            }
            body.append(wire.read(octets));
            check(line().isEmpty(), "the end of a chunk", size);
        }
    }

    private List<Message.Field> fields() throws IOException {
        List<Message.Field> fields = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            check(colon > 0 && line.substring(0, colon).matches(TOKEN), "a field line", line);
            fields.add(
                    new Message.Field(line.substring(0, colon), line.substring(colon + 1).strip()));
        }
        return fields;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        try {
            while (true) {
                int octet = wire.octet();
                if (octet == '\n') {
                    break;
                }
                line.append((char) octet);
            }
        } catch (EOFException e) {
            throw new EOFException("the other side has ended inside a message, behind: " + line);
        }
        int last = line.length() - 1;
        check(last >= 0 && line.charAt(last) == '\r', "CRLF", line);
        line.setLength(last);
        check(line.indexOf("\r") < 0, "no bare CR", line);
        return line.toString();
    }

    private static void check(boolean holds, String expected, Object found) {
        if (!holds) {
            throw new AssertionError("expected " + expected + ", found: " + found);
        }
    }
}
