package io.jadegate.server;

import io.jadegate.api.plane.Holders;
import io.jadegate.api.plane.Stats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Statistics as tables for people.
final class StatsText {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

    private final StringBuilder text = new StringBuilder();

    private StatsText() {}

    static String of(Stats stats, @Nullable Holders holders) {
        StatsText text = new StatsText();
        text.totals(stats);
        if (holders != null) {
            text.holders(holders);
        }
        return text.text.toString();
    }

    private void totals(Stats stats) {
        Stats.Buffers buffers = stats.buffers();
        text.append(
                "buffers  %s held, soft line %s, hard line %s; %d exchanges shed, %d connections ended\n"
                        .formatted(
                                size(buffers.usedBytes()),
                                size(buffers.softBytes()),
                                size(buffers.hardBytes()),
                                buffers.shedExchanges(),
                                buffers.endedHolders()));
        text.append(
                "sockets  %d open, clients are let in up to %d\n"
                        .formatted(stats.sockets().open(), stats.sockets().acceptLimit()));
        table(
                List.of(
                        "listener",
                        "connections",
                        "accepted",
                        "refused",
                        "requests",
                        "tunnels",
                        "tunnel received",
                        "tunnel sent"),
                stats.listeners().stream()
                        .map(each ->
                                row(
                                        each.name(),
                                        each.connections(),
                                        each.accepted(),
                                        each.refused(),
                                        each.requests(),
                                        each.tunnels(),
                                        tunnel(each, each.tunnelReceivedBytes()),
                                        tunnel(each, each.tunnelSentBytes())))
                        .toList());
        table(
                List.of("route", "requests", "received", "sent"),
                stats.routes().stream()
                        .map(each ->
                                row(
                                        each.name(),
                                        each.requests(),
                                        size(each.receivedBytes()),
                                        size(each.sentBytes())))
                        .toList());
        table(
                List.of("upstream", "attempts", "failures", "in flight", "connections", "healthy"),
                stats.upstreams().stream()
                        .map(each ->
                                row(
                                        each.name(),
                                        each.attempts(),
                                        each.failures(),
                                        each.inFlight(),
                                        each.connections(),
                                        healthy(each)))
                        .toList());
    }

    private static String tunnel(Stats.ListenerStats listener, long octets) {
        return listener.tunnels() == 0 ? "-" : size(octets);
    }

    private static String healthy(Stats.UpstreamStats upstream) {
        return upstream.checked() == 0 ? "-" : upstream.healthy() + "/" + upstream.checked();
    }

    private void holders(Holders holders) {
        table(
                List.of("holder", "listener", "route", "of requests", "of answers", "age"),
                holders.connections().stream()
                        .map(each ->
                                row(
                                        each.client(),
                                        each.listener(),
                                        Objects.requireNonNullElse(each.route(), "-"),
                                        size(each.requestBytes()),
                                        size(each.responseBytes()),
                                        age(each.ageSeconds())))
                        .toList());
        table(
                List.of("held by route", "connections", "bytes"),
                holders.routes().stream()
                        .map(each -> row(each.name(), each.connections(), size(each.bytes())))
                        .toList());
    }

    private static List<String> row(Object... cells) {
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(cell.toString());
        }
        return row;
    }

    /// The first column stands left, the others right.
    private void table(List<String> head, List<List<String>> rows) {
        int[] widths = new int[head.size()];
        measure(widths, head);
        rows.forEach(row -> measure(widths, row));
        text.append('\n');
        line(widths, head);
        rows.forEach(row -> line(widths, row));
    }

    private static void measure(int[] widths, List<String> row) {
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], row.get(i).length());
        }
    }

    private void line(int[] widths, List<String> row) {
        text.append(row.getFirst()).repeat(' ', widths[0] - row.getFirst().length());
        for (int i = 1; i < widths.length; i++) {
            text.repeat(' ', 2 + widths[i] - row.get(i).length()).append(row.get(i));
        }
        text.append('\n');
    }

    private static String age(long seconds) {
        Duration age = Duration.ofSeconds(seconds);
        return age.toHours() > 0
                ? "%dh%02dm".formatted(age.toHours(), age.toMinutesPart())
                : age.toMinutes() > 0
                        ? "%dm%02ds".formatted(age.toMinutes(), age.toSecondsPart())
                        : seconds + "s";
    }

    private static String size(long bytes) {
        double size = bytes;
        int unit = 0;
        while (size >= 1024 && unit < UNITS.length - 1) {
            size /= 1024;
            unit++;
        }
        return unit == 0
                ? bytes + " B"
                : String.format(Locale.ROOT, size < 10 ? "%.1f %s" : "%.0f %s", size, UNITS[unit]);
    }
}
