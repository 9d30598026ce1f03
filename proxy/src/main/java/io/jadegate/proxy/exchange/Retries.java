package io.jadegate.proxy.exchange;

import io.jadegate.api.config.RetryConfig;
import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HttpStream;

/// Which requests may be sent once more, by the rules of their route.
final class Retries {
    private Retries() {}

    /// Whether the body of a request that goes out by this stream may be needed again.
    static boolean mayFollow(Route route, RequestHead head, HttpStream.Client stream) {
        if (stream.refusable() && route.retriesOn(RetryConfig.Condition.REFUSED_STREAM)) {
            return true;
        }
        return head.method().idempotent()
                && (route.perTryNanos() > 0
                        || route.retriesOn(RetryConfig.Condition.RESET_BEFORE_RESPONSE)
                        || (stream.reused()
                                && route.retriesOn(RetryConfig.Condition.RESET_REUSED)));
    }

    /// Whether a request may be sent again that has broken by a failure of this kind.
    ///
    /// @param reused whether it went by a connection that had served others before
    static boolean follow(Route route, RequestHead head, Failure.Kind kind, boolean reused) {
        return switch (kind) {
            case STREAM_REFUSED, HTTP1_REQUIRED ->
                    route.retriesOn(RetryConfig.Condition.REFUSED_STREAM);
            case STREAM_RESET ->
                    head.method().idempotent()
                            && route.retriesOn(RetryConfig.Condition.RESET_BEFORE_RESPONSE);
            case RESET_BEFORE_RESPONSE ->
                    head.method().idempotent()
                            && (route.retriesOn(RetryConfig.Condition.RESET_BEFORE_RESPONSE)
                                    || (reused
                                            && route.retriesOn(
                                                    RetryConfig.Condition.RESET_REUSED)));
            default -> false;
        };
    }

    /// Whether such a failure says something about the endpoint, so that another one is better. A
    /// connection that had stood for long says nothing.
    static boolean blame(Failure.Kind kind, boolean reused) {
        return switch (kind) {
            case RESET_BEFORE_RESPONSE -> !reused;
            case HTTP1_REQUIRED -> false;
            default -> true;
        };
    }
}
