package io.jadegate.server.soak;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The head of a message as it stood on the wire.
///
/// @param text from the first line to the empty one
record Head(String text) {

    /// The parts of the path of a request's target, the empty one before the first slash left out.
    String[] path() {
        return text.split(" ", 3)[1].substring(1).split("/", -1);
    }

    boolean isHead() {
        return text.startsWith("HEAD ");
    }

    int status() {
        return Integer.parseInt(text.substring(9, 12));
    }

    /// The value of the first field of that name, which is written in lower case.
    @Nullable String field(String name) {
        int found = text.toLowerCase(Locale.ROOT).indexOf("\r\n" + name + ':');
        if (found < 0) {
            return null;
        }
        int from = found + name.length() + 3;
        return text.substring(from, text.indexOf('\r', from)).strip();
    }

    boolean isChunked() {
        return "chunked".equals(field("transfer-encoding"));
    }

    /// Whether the connection ends behind this message.
    boolean closes() {
        return "close".equalsIgnoreCase(field("connection"));
    }
}
