package io.jadegate.proxy.exchange;

import io.jadegate.api.config.UpstreamConfig;
import io.jadegate.api.filter.Decision;
import io.jadegate.api.filter.LocalResponse;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.Octets;
import io.jadegate.api.http.RequestHead;
import io.jadegate.api.plane.Explanation;
import io.jadegate.api.plane.Explanation.Verdict;
import io.jadegate.proxy.forward.Destination;
import io.jadegate.proxy.forward.ForwardService;
import io.jadegate.proxy.grpc.GrpcAnswer;
import io.jadegate.proxy.grpc.GrpcWeb;
import io.jadegate.proxy.http1.HeadReader;
import io.jadegate.proxy.http1.HeadWriter;
import io.jadegate.proxy.http2.HeadText;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.OutgoingRequest;
import io.jadegate.proxy.stream.Peer;
import io.jadegate.proxy.upstream.Upstream;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Runs a request through the decisions of the data path and writes down what they were, without an
/// upstream call and without a counter moving.
public final class Explainer {
    private final Serving serving;
    private final List<Explanation.Step> steps = new ArrayList<>();

    private Explainer(Serving serving) {
        this.serving = serving;
    }

    /// @param localPort the port the request would come to
    public static Explanation explain(
            Serving serving, InetAddress from, int localPort, byte[] octets) {
        return new Explainer(serving).explain(from, localPort, octets);
    }

    private Explanation explain(InetAddress from, int localPort, byte[] octets) {
        RequestHead head = new RequestHead();
        HeadReader.Result read = HeadReader.read(octets, head, serving.limits());
        Peer peer = new Peer(from, Peer.text(from), 0, null, localPort, /* tls= */ null);
        RequestContext context = new RequestContext(serving, peer, head, new SplittableRandom());
        return switch (read) {
            case HeadReader.Result.Refused(Failure failure) ->
                    answered(context, LocalResponse.of(failure.reason(), failure.detail()));
            case HeadReader.Result.Read(long bodyLength) -> decide(context, bodyLength);
        };
    }

    private Explanation decide(RequestContext context, long bodyLength) {
        LocalResponse refusal = context.admit();
        if (refusal != null) {
            return answered(context, refusal);
        }
        Route route = route(context);
        if (bodyLength > route.bodyLimit()) {
            return answered(context, LocalResponse.of(Reason.REQUEST_BODY_TOO_LARGE));
        }
        Decision decision = context.decide(/* commit= */ false, this::note);
        return switch (decision) {
            case Decision.Respond(LocalResponse response) -> answered(context, response);
            case Decision.Await(String what, Decision.Work _) ->
                    explanation(context, Verdict.UNDECIDED, 0, null, what);
            case Decision.Proceed _ -> act(context, route, bodyLength);
        };
    }

    private void note(FilterStep step, String mode, Decision decision) {
        String said =
                switch (decision) {
                    case Decision.Proceed _ -> "proceed";
                    case Decision.Respond(LocalResponse response) ->
                            "respond " + response.status() + " " + response.reason().code();
                    case Decision.Await(String what, Decision.Work _) -> "wait for " + what;
                };
        steps.add(new Explanation.Step(step.name(), step.kind(), mode, said));
    }

    private Explanation act(RequestContext context, Route route, long bodyLength) {
        LocalResponse refusal = context.refusedByAction();
        if (refusal != null) {
            return answered(context, refusal);
        }
        return switch (route.action()) {
            case Route.Action.Redirect redirect ->
                    answered(context, LocalActions.redirect(redirect, context));
            case Route.Action.Respond respond ->
                    answered(context, LocalActions.respond(respond, context));
            case Route.Action.Pass(Upstream upstream) ->
                    forwarded(context, route, upstream, bodyLength);
            case Route.Action.Forward(ForwardService service) ->
                    toTarget(context, service, bodyLength);
        };
    }

    /// Asks no name server: `explain connect` does.
    private Explanation toTarget(RequestContext context, ForwardService service, long bodyLength) {
        Destination destination = context.destination();
        Reason refusal = service.rules().refusal(destination);
        if (refusal != null) {
            return answered(context, LocalResponse.of(refusal));
        }
        if (destination.literal() == null) {
            return explanation(
                    context, Verdict.UNDECIDED, 0, null, "the addresses of " + destination.host());
        }
        OutgoingRequest out = new OutgoingRequest();
        Forwarding.request(out, context, service.upstream(), null, bodyLength, false);
        return explanation(
                context,
                Verdict.FORWARDED,
                0,
                null,
                null,
                service.upstream(),
                List.of(destination.toString()),
                http1(out));
    }

    private Explanation forwarded(
            RequestContext context, Route route, Upstream upstream, long bodyLength) {
        boolean upgrade = context.wantsWebSocket();
        boolean http2 = upstream.config().protocol() == UpstreamConfig.Protocol.HTTP2;
        if (upgrade && route.websocket() == null) {
            return answered(context, LocalResponse.of(Reason.UPGRADE_REFUSED));
        }
        List<String> endpoints = upstream.usableEndpoints();
        if (endpoints.isEmpty()) {
            return refused(context, upstream);
        }
        GrpcWeb web = context.web();
        long length = Forwarding.requestLength(web, bodyLength);
        if (web != null) {
            web.request(context.edit().fields());
        }
        OutgoingRequest out = new OutgoingRequest();
        Forwarding.request(out, context, upstream, upstream.onlyTarget(), length, upgrade);
        CallDeadline deadline = CallDeadline.of(context);
        if (context.call() != null && deadline != null) {
            Forwarding.deadline(out, deadline.nanos());
        }
        String sent = http2 ? HeadText.of(out, upstream.tls() != null) : http1(out);
        return explanation(context, Verdict.FORWARDED, 0, null, null, upstream, endpoints, sent);
    }

    private Explanation refused(RequestContext context, Upstream upstream) {
        LocalResponse response =
                GrpcAnswer.to(context.call(), LocalResponse.of(Reason.UPSTREAM_NO_ENDPOINT));
        return explanation(
                context,
                Verdict.REFUSED,
                response.status(),
                response,
                response.detail(),
                upstream,
                List.of(),
                null);
    }

    private static String http1(OutgoingRequest out) {
        Octets octets = new Octets(1024);
        HeadWriter.request(octets, out);
        return octets.toString();
    }

    private Explanation answered(RequestContext context, LocalResponse given) {
        LocalResponse response = GrpcAnswer.to(context.call(), given);
        Verdict verdict = Verdict.ANSWERED;
        if (response.reason().equals(Reason.ROUTE_REDIRECT)
                || response.reason().equals(Reason.HTTPS_REDIRECT)) {
            verdict = Verdict.REDIRECTED;
        } else if (response.reason().proxyError() != null) {
            verdict = Verdict.REFUSED;
        }
        return explanation(context, verdict, response.status(), response, response.detail());
    }

    private Explanation explanation(
            RequestContext context,
            Verdict verdict,
            int status,
            @Nullable LocalResponse response,
            @Nullable String detail) {
        return explanation(
                context,
                verdict,
                status,
                response,
                detail,
                /* upstream= */ null,
                /* endpoints= */ List.of(),
                /* forwarded= */ null);
    }

    private Explanation explanation(
            RequestContext context,
            Verdict verdict,
            int status,
            @Nullable LocalResponse response,
            @Nullable String detail,
            @Nullable Upstream upstream,
            List<String> endpoints,
            @Nullable String forwarded) {
        Route route = context.routeOrNull();
        return new Explanation(
                serving.listener(),
                route == null ? null : route.name(),
                List.copyOf(steps),
                verdict,
                status,
                response == null ? null : response.reason().code(),
                detail,
                response == null ? null : location(response),
                upstream == null ? null : upstream.name(),
                endpoints,
                forwarded);
    }

    private static @Nullable String location(LocalResponse response) {
        return response.fields().stream()
                .filter(field -> field.name().equals(FieldName.LOCATION))
                .map(LocalResponse.Field::value)
                .findFirst()
                .orElse(null);
    }

    private static Route route(RequestContext context) {
        Route route = context.routeOrNull();
        if (route == null) {
            throw new IllegalStateException("admitted without a route");
        }
        return route;
    }
}
