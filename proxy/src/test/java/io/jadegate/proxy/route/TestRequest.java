package io.jadegate.proxy.route;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.RequestHead;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/// Makes request heads as a codec would leave them.
final class TestRequest {
    private TestRequest() {}

    /// @param request `METHOD host/path?query`; without a method GET
    /// @param fields `name: value` each
    static RequestHead request(String request, String... fields) {
        int space = request.indexOf(' ');
        String target = request.substring(space + 1);
        int slash = target.indexOf('/');
        String pathAndQuery = target.substring(slash);
        int mark = pathAndQuery.indexOf('?');
        return head(
                space < 0 ? "GET" : request.substring(0, space),
                target.substring(0, slash),
                mark < 0 ? pathAndQuery : pathAndQuery.substring(0, mark),
                mark < 0 ? null : pathAndQuery.substring(mark + 1),
                fields);
    }

    static RequestHead head(
            String method, String host, String path, @Nullable String query, String... fields) {
        RequestHead head = new RequestHead();
        head.method(Method.of(method));
        int start = head.fields().append(host);
        int end = head.fields().limit();
        head.authority(start, end, start, end, -1);
        head.path(path);
        head.query(query);
        for (String field : fields) {
            int colon = field.indexOf(": ");
            head.fields().add(FieldName.of(field.substring(0, colon)), field.substring(colon + 2));
        }
        return head;
    }

    static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(literal, e);
        }
    }
}
