package io.jadegate.proxy.upstream;

import io.jadegate.api.config.HealthConfig;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.RequestHead;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.OutgoingRequest;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Asks for a path. The status alone decides, so that no body is ever waited for.
final class HttpHealthQuestion implements HealthQuestion {
    private final HealthConfig.HttpConfig config;

    HttpHealthQuestion(HealthConfig.HttpConfig config) {
        this.config = config;
    }

    @Override
    public void ask(HttpStream.Client stream, Loop loop, String authority, boolean secure) {
        RequestHead head = loop.takeRequestHead();
        head.method(Method.GET);
        head.scheme(secure ? RequestHead.Scheme.HTTPS : RequestHead.Scheme.HTTP);
        head.path(config.path());
        head.fields().add(FieldName.USER_AGENT, HealthProbe.USER_AGENT);
        OutgoingRequest request = new OutgoingRequest();
        request.begin(head, HeaderFields.Selection.ALL, authority, HttpStream.NO_BODY);
        stream.sendRequest(request);
        stream.flush();
        loop.giveBack(head);
    }

    @Override
    public HealthResult head(ResponseHead head) {
        return isWell(head.status(), config.status())
                ? HealthResult.PASSED
                : HealthResult.failed("answered " + head.status());
    }

    /// @param ranges each a status, or two with a dash between them
    static boolean isWell(int status, List<String> ranges) {
        return ranges.stream()
                .anyMatch(range -> {
                    int dash = range.indexOf('-');
                    int from = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
                    int to = Integer.parseInt(range.substring(dash + 1));
                    return status >= from && status <= to;
                });
    }

    @Override
    public @Nullable HealthResult data(ByteBuf data) {
        return null;
    }

    @Override
    public HealthResult end(@Nullable HeaderFields trailers) {
        throw new IllegalStateException("the head has decided");
    }
}
