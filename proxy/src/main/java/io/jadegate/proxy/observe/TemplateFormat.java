package io.jadegate.proxy.observe;

import io.jadegate.api.filter.Reason;
import io.jadegate.api.filter.RequestValues;
import io.jadegate.api.filter.Template;
import io.jadegate.api.filter.TemplateException;
import io.jadegate.api.filter.Vocabulary;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.proxy.grpc.GrpcStatus;
import org.jspecify.annotations.Nullable;

/// A line of the user's own: the request values that templates know everywhere, taken from the
/// request as it was received, and what only the end of an exchange tells.
final class TemplateFormat implements LineFormat {
    /// What a template describes: the facts, and the means to write them without a String.
    private record Story(ExchangeFacts facts, LogLine line, Timestamps timestamps) {}

    private static final Vocabulary<Story> VALUES =
            Vocabulary.<Story>builder()
                    .include(RequestValues.head(), story -> story.facts.received())
                    .family(
                            "path",
                            name ->
                                    (story, sink) -> {
                                        String value = story.facts.pathParameter(name);
                                        if (value != null) {
                                            sink.value(value);
                                        }
                                    })
                    .text("client.address", story -> story.facts.clientAddressText())
                    .text("request.id", story -> story.facts.requestId())
                    .text("tenant.id", story -> story.facts.get(RequestValues.TENANT_ID))
                    .text("user", story -> story.facts.get(RequestValues.USER))
                    .text("route", story -> story.facts.routeName())
                    .text("upstream", story -> story.facts.upstream())
                    .text("destination", story -> story.facts.destination())
                    .text("target", story -> story.facts.target())
                    .text("listener", story -> story.facts.listener())
                    .text("protocol", story -> story.facts.protocol())
                    .word("trace.id", (story, _) -> traceId(story))
                    .word("time", (story, _) -> time(story))
                    .word("time.common", (story, _) -> commonTime(story))
                    .word("status", (story, _) -> story.line.number(story.facts.status()))
                    .text("reason", story -> code(story.facts.reason()))
                    .text("grpc.status", story -> name(story.facts.grpcStatus()))
                    .text("detail", story -> story.facts.detail())
                    .word("attempts", (story, _) -> story.line.number(story.facts.attempts()))
                    .text("reused", story -> Boolean.toString(story.facts.connectionReused()))
                    .text("upstream.protocol", story -> story.facts.upstreamProtocol())
                    .text("cut", story -> Boolean.toString(story.facts.cut()))
                    .text("tunnel", story -> Boolean.toString(story.facts.tunnel()))
                    .word(
                            "bytes.received",
                            (story, _) -> story.line.number(story.facts.bytesReceived()))
                    .word("bytes.sent", (story, _) -> story.line.number(story.facts.bytesSent()))
                    .word("duration", (story, _) -> story.line.millis(story.facts.durationNanos()))
                    .word("first-byte", (story, _) -> firstByte(story))
                    .build();

    private final Template<Story> template;
    private final Timestamps timestamps = new Timestamps();

    /// @throws TemplateException when the text is no template
    TemplateFormat(String text) throws TemplateException {
        template = Template.parse(text, VALUES);
    }

    @Override
    public void write(ExchangeFacts facts, LogLine line) {
        template.renderTo(new Story(facts, line, timestamps), line);
    }

    @Override
    public void write(ConnectionFacts facts, LogLine line) {
        write(new ConnectionStory(facts), line);
    }

    private static void time(Story story) {
        story.line.raw(story.timestamps.rfc3339(story.facts.startMillis()));
    }

    private static void commonTime(Story story) {
        story.line.raw(story.timestamps.common(story.facts.startMillis()));
    }

    private static void firstByte(Story story) {
        if (story.facts.firstByteNanos() >= 0) {
            story.line.millis(story.facts.firstByteNanos());
        }
    }

    private static void traceId(Story story) {
        HeaderFields fields = story.facts.received().fields();
        int start = TraceParent.traceIdStart(fields);
        if (start >= 0) {
            story.line.raw(fields.bytes(), start, start + TraceParent.TRACE_ID_LENGTH);
        }
    }

    private static String name(@Nullable GrpcStatus status) {
        return status == null ? "" : status.name();
    }

    private static String code(@Nullable Reason reason) {
        return reason == null ? "" : reason.code();
    }
}
