package io.jadegate.proxy.observe;

import io.jadegate.api.filter.Reason;
import io.jadegate.api.filter.RequestValues;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.RequestHead;
import org.jspecify.annotations.Nullable;

/// One JSON object per exchange, members always in the same order, absent ones left out.
final class JsonFormat implements LineFormat {
    private final Timestamps timestamps = new Timestamps();

    @Override
    public void write(ExchangeFacts facts, LogLine line) {
        line.raw("{\"time\":\"").raw(timestamps.rfc3339(facts.startMillis())).raw('"');
        origin(facts, line);
        request(facts, line);
        answer(facts, line);
        upstream(facts, line);
        line.raw('}');
    }

    @Override
    public void write(ConnectionFacts facts, LogLine line) {
        line.raw("{\"time\":\"").raw(timestamps.rfc3339(facts.startMillis())).raw('"');
        optional(line, ",\"connection_id\":\"", facts.uniqueId());
        text(line, ",\"client\":\"", facts.clientAddressText());
        optional(line, ",\"user\":\"", facts.user());
        text(line, ",\"listener\":\"", facts.listener());
        text(line, ",\"protocol\":\"", facts.protocol());
        optional(line, ",\"server_name\":\"", facts.serverName());
        optional(line, ",\"destination\":\"", facts.destination());
        Reason reason = facts.reason();
        if (reason != null) {
            text(line, ",\"reason\":\"", reason.code());
            optional(line, ",\"detail\":\"", facts.detail());
        }
        line.raw(",\"bytes_received\":").number(facts.bytesReceived());
        line.raw(",\"bytes_sent\":").number(facts.bytesSent());
        if (facts.datagramsReceived() >= 0) {
            line.raw(",\"datagrams_received\":").number(facts.datagramsReceived());
            line.raw(",\"datagrams_sent\":").number(facts.datagramsSent());
        }
        line.raw(",\"duration_ms\":").millis(facts.durationNanos());
        text(line, ",\"upstream\":\"", facts.upstream());
        optional(line, ",\"target\":\"", facts.target());
        line.raw(",\"attempts\":").number(facts.attempts());
        if (facts.connectNanos() >= 0) {
            line.raw(",\"connect_ms\":").millis(facts.connectNanos());
        }
        line.raw('}');
    }

    private static void origin(ExchangeFacts facts, LogLine line) {
        text(line, ",\"request_id\":\"", facts.requestId());
        traceId(facts.received().fields(), line);
        text(line, ",\"client\":\"", facts.clientAddressText());
        optional(line, ",\"tenant\":\"", facts.get(RequestValues.TENANT_ID));
        optional(line, ",\"user\":\"", facts.get(RequestValues.USER));
        text(line, ",\"listener\":\"", facts.listener());
        text(line, ",\"protocol\":\"", facts.protocol());
    }

    private static void traceId(HeaderFields fields, LogLine line) {
        int start = TraceParent.traceIdStart(fields);
        if (start >= 0) {
            line.raw(",\"trace_id\":\"");
            line.raw(fields.bytes(), start, start + TraceParent.TRACE_ID_LENGTH).raw('"');
        }
    }

    private static void request(ExchangeFacts facts, LogLine line) {
        RequestHead head = facts.received();
        HeaderFields fields = head.fields();
        text(line, ",\"method\":\"", head.method().name());
        text(line, ",\"scheme\":\"", head.scheme().text());
        octets(line, ",\"host\":\"", fields, head.hostStart(), head.hostEnd(), MAX_WORD);
        octets(line, ",\"path\":\"", fields, head.pathStart(), head.pathEnd(), MAX_TARGET);
        if (head.queryStart() >= 0) {
            octets(line, ",\"query\":\"", fields, head.queryStart(), head.queryEnd(), MAX_TARGET);
        }
        optional(line, ",\"destination\":\"", facts.destination());
        field(line, ",\"referer\":\"", fields, FieldName.REFERER);
        field(line, ",\"user_agent\":\"", fields, FieldName.USER_AGENT);
    }

    private static void answer(ExchangeFacts facts, LogLine line) {
        line.raw(",\"status\":").number(facts.status());
        Reason reason = facts.reason();
        if (reason != null) {
            text(line, ",\"reason\":\"", reason.code());
            if (facts.detail() != null) {
                text(line, ",\"detail\":\"", facts.detail());
            }
        }
        if (facts.grpcStatus() != null) {
            text(line, ",\"grpc_status\":\"", facts.grpcStatus().name());
        }
        if (facts.cut()) {
            line.raw(",\"cut\":true");
        }
        if (facts.tunnel()) {
            line.raw(",\"tunnel\":true");
        }
        line.raw(",\"bytes_received\":").number(facts.bytesReceived());
        line.raw(",\"bytes_sent\":").number(facts.bytesSent());
        line.raw(",\"duration_ms\":").millis(facts.durationNanos());
    }

    private static void upstream(ExchangeFacts facts, LogLine line) {
        optional(line, ",\"route\":\"", facts.routeName());
        optional(line, ",\"upstream\":\"", facts.upstream());
        if (facts.attempts() == 0) {
            return;
        }
        optional(line, ",\"target\":\"", facts.target());
        line.raw(",\"attempts\":").number(facts.attempts());
        line.raw(",\"reused\":").raw(facts.connectionReused() ? "true" : "false");
        optional(line, ",\"upstream_protocol\":\"", facts.upstreamProtocol());
        if (facts.firstByteNanos() >= 0) {
            line.raw(",\"first_byte_ms\":").millis(facts.firstByteNanos());
        }
    }

    private static void text(LogLine line, String opening, String value) {
        line.raw(opening).json(value).raw('"');
    }

    private static void optional(LogLine line, String opening, @Nullable String value) {
        if (value != null) {
            text(line, opening, value);
        }
    }

    private static void field(LogLine line, String opening, HeaderFields fields, FieldName name) {
        int i = fields.find(name);
        if (i >= 0) {
            octets(line, opening, fields, fields.valueStart(i), fields.valueEnd(i), MAX_FIELD);
        }
    }

    private static void octets(
            LogLine line, String opening, HeaderFields fields, int from, int to, int max) {
        line.raw(opening).json(fields.bytes(), from, to, max).raw('"');
    }
}
