package io.jadegate.control.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;

/// An answer of the admin address.
///
/// @param fields what it says besides content type, length and what every answer carries
record Answer(int status, String contentType, byte[] body, Map<String, String> fields) {

    static Answer text(int status, String text) {
        return new Answer(status, "text/plain; charset=utf-8", text.getBytes(UTF_8), Map.of());
    }

    static Answer json(int status, byte[] body) {
        return new Answer(status, "application/json", body, Map.of());
    }

    /// An error after RFC 9457, written without a JSON library because a guard refuses before
    /// anything else is loaded.
    ///
    /// @param title ASCII without quotes
    /// @param detail ASCII without quotes
    static Answer problem(int status, String title, String detail) {
        String body =
                "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\"}\n"
                        .formatted(title, status, detail);
        return problem(status, body.getBytes(UTF_8));
    }

    static Answer problem(int status, byte[] body) {
        return new Answer(status, "application/problem+json", body, Map.of());
    }

    Answer with(String field, String value) {
        return new Answer(status, contentType, body, Map.of(field, value));
    }
}
