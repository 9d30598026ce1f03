package io.jadegate.proxy.observe;

import io.jadegate.api.filter.Reason;
import io.jadegate.api.filter.RequestValues;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.RequestHead;

/// The combined format of Apache and NGINX, which every log reader knows: `client - user [time]
/// "request line" status octets "referer" "user agent"`.
final class CombinedFormat implements LineFormat {
    private final Timestamps timestamps = new Timestamps();

    @Override
    public void write(ExchangeFacts facts, LogLine line) {
        line.text(facts.clientAddressText());
        String user = facts.get(RequestValues.USER);
        line.raw(" - ").text(user == null ? "-" : user);
        line.raw(" [").raw(timestamps.common(facts.startMillis())).raw("] \"");
        requestLine(facts, line);
        line.raw("\" ").number(status(facts)).raw(' ').number(facts.bytesSent());
        field(line, facts.received().fields(), FieldName.REFERER);
        field(line, facts.received().fields(), FieldName.USER_AGENT);
    }

    /// In the place of a request line stand protocol, upstream, or where the client wanted to go,
    /// and target.
    @Override
    public void write(ConnectionFacts facts, LogLine line) {
        line.text(facts.clientAddressText());
        line.raw(" - ").text(facts.user() == null ? "-" : facts.user());
        line.raw(" [").raw(timestamps.common(facts.startMillis())).raw("] \"");
        line.text(facts.protocol()).raw(' ').text(whereTo(facts)).raw(' ');
        line.text(facts.target() == null ? "-" : facts.target());
        Reason reason = facts.reason();
        line.raw("\" ").number(reason == null ? 200 : reason.status());
        line.raw(' ').number(facts.bytesSent()).raw(" \"-\" \"-\"");
    }

    private static String whereTo(ConnectionFacts facts) {
        return facts.destination() == null ? facts.upstream() : facts.destination();
    }

    private static void requestLine(ExchangeFacts facts, LogLine line) {
        RequestHead head = facts.received();
        byte[] bytes = head.fields().bytes();
        line.text(head.method().name()).raw(' ');
        String destination = facts.destination();
        if (destination != null) {
            boolean connect = head.method().equals(Method.CONNECT);
            line.raw(connect ? "" : "http://").text(destination);
        }
        line.text(bytes, head.pathStart(), head.pathEnd(), MAX_TARGET);
        if (head.queryStart() >= 0) {
            line.raw('?').text(bytes, head.queryStart(), head.queryEnd(), MAX_TARGET);
        }
        line.raw(' ').text(facts.protocol());
    }

    /// The status sent. Readers expect three digits; where none was sent, the reason's own tells
    /// more than a zero would.
    private static int status(ExchangeFacts facts) {
        Reason reason = facts.reason();
        if (facts.status() > 0) {
            return facts.status();
        }
        return reason != null ? reason.status() : 499;
    }

    private static void field(LogLine line, HeaderFields fields, FieldName name) {
        int i = fields.find(name);
        line.raw(" \"");
        if (i < 0) {
            line.raw('-');
        } else {
            line.text(fields.bytes(), fields.valueStart(i), fields.valueEnd(i), MAX_FIELD);
        }
        line.raw('"');
    }
}
