package io.jadegate.control.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jadegate.api.plane.ExplainRequest;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a person asks about a request, before it has the form of a head.
///
/// @param method GET when null
/// @param url absolute, `http://shop.example.com/orders?page=2`; or a path
/// @param headers lines `Name: value`; none when null
/// @param from the client's address; 127.0.0.1 when null
/// @param listener the listener it would come to; when null the data plane chooses
public record ExplainQuestion(
        @Nullable String method,
        @Nullable String url,
        @Nullable List<String> headers,
        @Nullable String from,
        @Nullable String listener) {

    /// The request asked about.
    ///
    /// @throws IllegalArgumentException with a sentence for the person when the question makes none
    public ExplainRequest request() {
        return new ExplainRequest(listener, address(from), head().getBytes(UTF_8));
    }

    static InetAddress address(@Nullable String from) {
        try {
            return InetAddress.ofLiteral(from == null ? "127.0.0.1" : from);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("from: no IP address: \"" + from + "\"", e);
        }
    }

    private String head() {
        if (url == null) {
            throw new IllegalArgumentException("url: is missing");
        }
        URI uri = uri(url);
        var head = new StringBuilder();
        head.append(line("method", method == null ? "GET" : method)).append(' ');
        head.append(target(url, uri)).append(" HTTP/1.1\r\n");
        List<String> lines = headers == null ? List.of() : headers;
        if (lines.stream().noneMatch(ExplainQuestion::isHost)) {
            head.append("Host: ")
                    .append(uri.getRawAuthority() == null ? "localhost" : uri.getRawAuthority());
            head.append("\r\n");
        }
        lines.forEach(each -> head.append(line("headers", each)).append("\r\n"));
        return head.append("\r\n").toString();
    }

    private static URI uri(String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("url: " + e.getMessage(), e);
        }
    }

    /// What stands in the request line: the path and query just as they were written.
    private static String target(String url, URI uri) {
        if (uri.getRawAuthority() == null) {
            return url;
        }
        int path = url.indexOf(uri.getRawAuthority()) + uri.getRawAuthority().length();
        String rest = url.substring(path);
        return rest.startsWith("/") ? rest : "/" + rest;
    }

    private static boolean isHost(String line) {
        return line.regionMatches(true, 0, "host:", 0, 5);
    }

    private static String line(String what, String text) {
        if (text.chars().anyMatch(c -> c == '\r' || c == '\n')) {
            throw new IllegalArgumentException(what + ": has a line break");
        }
        return text;
    }
}
