package io.jadegate.proxy.exchange;

import io.jadegate.api.filter.LocalResponse;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.http.Ascii;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.ResponseHead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answers that the gateway gives by itself. Pure functions, for the data path and explain.
final class LocalActions {
    private LocalActions() {}

    static LocalResponse redirect(Route.Action.Redirect redirect, RequestContext context) {
        String location = redirect.location().renderText(context);
        return new LocalResponse(
                redirect.status(),
                Reason.ROUTE_REDIRECT,
                null,
                List.of(new LocalResponse.Field(FieldName.LOCATION, location)),
                new LocalResponse.Body("text/plain", new byte[0]));
    }

    static LocalResponse respond(Route.Action.Respond respond, RequestContext context) {
        return new LocalResponse(
                respond.status(),
                Reason.ROUTE_RESPONSE,
                null,
                respond.fields(),
                new LocalResponse.Body(respond.contentType(), respond.body().render(context)));
    }

    /// The body an answer has: its own, or the error page that goes with its reason.
    static LocalResponse.@Nullable Body body(LocalResponse response, RequestContext context) {
        if (response.body() != null) {
            return response.body();
        }
        if (response.status() < 400) {
            return null;
        }
        return context.serving().errors().body(response, response.detail(), context);
    }

    /// Fills the head of an answer, all but what every answer carries.
    static void fill(
            ResponseHead head,
            LocalResponse response,
            LocalResponse.@Nullable Body body,
            RequestContext context) {
        head.status(response.status());
        boolean typed = false;
        for (LocalResponse.Field field : response.fields()) {
            typed |= field.name().equals(FieldName.CONTENT_TYPE);
            head.fields().add(field.name(), field.value());
        }
        if (!typed && body != null && body.bytes().length > 0) {
            head.fields().add(FieldName.CONTENT_TYPE, body.contentType());
        }
        String error = response.reason().proxyError();
        String via = context.serving().via().name();
        if (error != null && !via.isEmpty()) {
            head.fields().add(FieldName.PROXY_STATUS, proxyStatus(via, error, response.detail()));
        }
    }

    /// RFC 9209 §2, as a structured field.
    private static String proxyStatus(String via, String error, @Nullable String detail) {
        String status = via + "; error=" + error;
        if (detail == null || !Ascii.isFieldValue(detail)) {
            return status;
        }
        return status + "; details=\"" + detail.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
