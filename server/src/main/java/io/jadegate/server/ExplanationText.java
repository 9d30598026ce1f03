package io.jadegate.server;

import io.jadegate.api.plane.ConnectExplanation;
import io.jadegate.api.plane.Explanation;
import io.jadegate.api.plane.TcpExplanation;
import org.jspecify.annotations.Nullable;

/// An explanation for a person to read.
final class ExplanationText {

    private ExplanationText() {}

    static String of(Explanation explanation) {
        var text = new StringBuilder();
        line(text, "listener", explanation.listener());
        line(text, "route", explanation.route() == null ? "none" : explanation.route());
        String label = "filters";
        for (var step : explanation.steps()) {
            line(text, label, step(step));
            label = "";
        }
        line(text, "verdict", verdict(explanation));
        if (explanation.detail() != null) {
            line(text, "", explanation.detail());
        }
        if (explanation.forwarded() != null) {
            text.append('\n').append(explanation.forwarded().replace("\r\n", "\n").stripTrailing());
            text.append('\n');
        }
        return text.toString();
    }

    static String of(TcpExplanation explanation) {
        var text = new StringBuilder();
        line(text, "listener", explanation.listener());
        String label = "filters";
        for (var step : explanation.steps()) {
            line(text, label, step(step));
            label = "";
        }
        if (explanation.tls() != null) {
            line(text, "tls", explanation.tls());
        }
        line(
                text,
                "verdict",
                switch (explanation.verdict()) {
                    case REFUSED ->
                            (explanation.protocol().equals("udp") ? "dropped, " : "reset, ")
                                    + explanation.reason()
                                    + unusable(explanation.upstream());
                    case ALERTED -> "ended by the TLS alert unrecognized_name";
                    case SERVED -> "served: requests are taken from it";
                    case CONNECTED ->
                            "connected to upstream "
                                    + explanation.upstream()
                                    + ": "
                                    + String.join(", ", explanation.endpoints());
                });
        return text.toString();
    }

    static String of(ConnectExplanation explanation) {
        var text = new StringBuilder();
        line(text, "listener", explanation.listener());
        line(text, "target", explanation.target());
        String label = "addresses";
        for (var address : explanation.addresses()) {
            line(
                    text,
                    label,
                    "%-39s %s"
                            .formatted(
                                    address.address(),
                                    address.reason() == null ? "allowed" : address.reason()));
            label = "";
        }
        line(
                text,
                "verdict",
                explanation.reason() == null
                        ? "allowed"
                        : "refused with " + explanation.status() + " " + explanation.reason());
        return text.toString();
    }

    private static String step(Explanation.Step step) {
        String name =
                step.filter().equals(step.kind())
                        ? step.kind()
                        : step.filter() + " (" + step.kind() + ")";
        String mode = step.mode().equals("enforce") ? "" : " [" + step.mode() + "]";
        return "%-24s %s".formatted(name + mode, step.decision());
    }

    private static String verdict(Explanation explanation) {
        String answer = explanation.status() == 0 ? "" : " with " + explanation.status();
        String reason = explanation.reason() == null ? "" : " " + explanation.reason();
        return switch (explanation.verdict()) {
            case REFUSED -> "refused" + answer + reason + unusable(explanation.upstream());
            case ANSWERED -> "answered" + answer + reason;
            case REDIRECTED -> "redirected" + answer + " to " + explanation.location();
            case FORWARDED ->
                    "forwarded to upstream "
                            + explanation.upstream()
                            + ": "
                            + String.join(", ", explanation.endpoints());
            case UNDECIDED -> "undecided: a filter has to ask somebody first";
        };
    }

    /// @param upstream that nobody can be led to; null for none
    private static String unusable(@Nullable String upstream) {
        return upstream == null ? "" : ": upstream " + upstream + " has no usable endpoint";
    }

    private static void line(StringBuilder text, String label, String value) {
        text.append("%-10s".formatted(label)).append(value).append('\n');
    }
}
