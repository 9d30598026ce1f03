package io.jadegate.server.golden;

import io.jadegate.api.plane.ExplainRequest;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A request as a person writes it down: `GET https://shop.example.com/orders?v=1` and fields.
/// Everything behind the authority goes into the head as it stands, so that odd targets can be
/// asked about too.
///
/// @param method as written
/// @param url with `http://` or `https://`, or without a scheme
/// @param fields lines `name: value`
/// @param from the address of the client
/// @param listener the listener it comes to, or null for the first that serves HTTP
public record RequestText(
        String method,
        String url,
        List<String> fields,
        InetAddress from,
        @Nullable String listener) {

    public RequestText {
        fields = List.copyOf(fields);
    }

    /// The request in the form that the data plane explains.
    public ExplainRequest toExplain() {
        String rest = url;
        for (String scheme : List.of("http://", "https://")) {
            if (url.regionMatches(/* ignoreCase= */ true, 0, scheme, 0, scheme.length())) {
                rest = url.substring(scheme.length());
            }
        }
        int end = endOfAuthority(rest);
        String authority = rest.substring(0, end);
        String target = rest.substring(end);
        if (!target.startsWith("/")) {
            target = "/" + target;
        }
        var head = new StringBuilder();
        head.append(method).append(' ').append(target).append(" HTTP/1.1\r\n");
        if (fields.stream().noneMatch(RequestText::isHost)) {
            head.append("Host: ").append(authority).append("\r\n");
        }
        fields.forEach(field -> head.append(field).append("\r\n"));
        head.append("\r\n");
        return new ExplainRequest(listener, from, head.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static boolean isHost(String field) {
        return field.regionMatches(/* ignoreCase= */ true, 0, "host:", 0, "host:".length());
    }

    private static int endOfAuthority(String rest) {
        for (int i = 0; i < rest.length(); i++) {
            if (rest.charAt(i) == '/' || rest.charAt(i) == '?' || rest.charAt(i) == '#') {
                return i;
            }
        }
        return rest.length();
    }
}
