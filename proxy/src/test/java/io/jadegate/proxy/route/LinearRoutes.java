package io.jadegate.proxy.route;

import io.jadegate.api.config.MatchConfig;
import io.jadegate.api.config.PathMatchConfig;
import io.jadegate.api.config.ValueMatchConfig;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.RequestHead;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The rules of routing written down a second time, as plainly as possible: every pattern of every
/// route is tried on Strings, and those that match are compared.
final class LinearRoutes {
    private final List<RouteEntry<String>> routes;

    LinearRoutes(List<RouteEntry<String>> routes) {
        this.routes = routes;
    }

    /// A pattern that matched.
    ///
    /// @param host `*`, `*.domain` or a host
    /// @param path null for any path
    record Match(RouteEntry<String> route, String host, @Nullable PathMatchConfig path) {
        int methods() {
            return route.match().methods().isEmpty() ? 0 : 1;
        }

        int conditions() {
            MatchConfig match = route.match();
            return match.headers().size()
                    + match.query().size()
                    + match.cookies().size()
                    + (match.sources().isEmpty() ? 0 : 1);
        }
    }

    /// All that match, the preferred first.
    List<Match> matches(RequestHead head) {
        List<Match> matches = new ArrayList<>();
        for (RouteEntry<String> route : routes) {
            if (!conditionsHold(route.match(), head)) {
                continue;
            }
            List<String> hosts =
                    route.match().hosts().isEmpty() ? List.of("*") : route.match().hosts();
            for (String host : hosts) {
                if (!hostMatches(host, head.host())) {
                    continue;
                }
                if (route.match().path().isEmpty()) {
                    matches.add(new Match(route, host, null));
                }
                for (PathMatchConfig path : route.match().path()) {
                    if (pathMatches(path, head.path())) {
                        matches.add(new Match(route, host, path));
                    }
                }
            }
        }
        matches.sort(preference().thenComparing(match -> match.route.name()));
        return matches;
    }

    static Comparator<Match> preference() {
        return Comparator.<Match>comparingInt(match -> -match.route.priority())
                .thenComparingInt(
                        match -> match.host.equals("*") ? 2 : match.host.startsWith("*.") ? 1 : 0)
                .thenComparingInt(match -> -match.host.length())
                .thenComparing(Match::path, LinearRoutes::comparePaths)
                .thenComparingInt(match -> -match.methods())
                .thenComparingInt(match -> -match.conditions());
    }

    /// Of two paths that match one request.
    private static int comparePaths(@Nullable PathMatchConfig a, @Nullable PathMatchConfig b) {
        int byKind = Integer.compare(kind(a), kind(b));
        return byKind != 0 || a == null || b == null ? byKind : compareWithinKind(a, b);
    }

    private static int compareWithinKind(PathMatchConfig a, PathMatchConfig b) {
        return switch (a) {
            case PathMatchConfig.Exact _ -> 0;
            case PathMatchConfig.Template(String template) ->
                    compareTemplates(template, ((PathMatchConfig.Template) b).template());
            case PathMatchConfig.Prefix _, PathMatchConfig.TextPrefix _ -> {
                int byLength = Integer.compare(prefix(b).length(), prefix(a).length());
                yield byLength != 0
                        ? byLength
                        : Boolean.compare(
                                a instanceof PathMatchConfig.TextPrefix,
                                b instanceof PathMatchConfig.TextPrefix);
            }
            case PathMatchConfig.Regex(String regex) -> {
                String other = ((PathMatchConfig.Regex) b).regex();
                yield regex.length() != other.length()
                        ? Integer.compare(other.length(), regex.length())
                        : regex.compareTo(other);
            }
        };
    }

    private static int kind(@Nullable PathMatchConfig path) {
        return switch (path) {
            case null -> 5;
            case PathMatchConfig.Exact _ -> 1;
            case PathMatchConfig.Template _ -> 2;
            case PathMatchConfig.Prefix _, PathMatchConfig.TextPrefix _ -> 3;
            case PathMatchConfig.Regex _ -> 4;
        };
    }

    private static String prefix(PathMatchConfig path) {
        return path instanceof PathMatchConfig.Prefix(String text)
                ? text.replaceAll("/$", "")
                : ((PathMatchConfig.TextPrefix) path).prefix();
    }

    private static int compareTemplates(String a, String b) {
        String[] first = a.split("/", -1);
        String[] second = b.split("/", -1);
        for (int i = 0; i < Math.max(first.length, second.length); i++) {
            int order = Integer.compare(generality(first, i), generality(second, i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static int generality(String[] segments, int i) {
        if (i >= segments.length || !segments[i].startsWith("{")) {
            return 0;
        }
        return segments[i].endsWith("...}") ? 2 : 1;
    }

    static boolean hostMatches(String pattern, String received) {
        String host = received.replaceAll("\\.$", "");
        String lower = pattern.toLowerCase(Locale.ROOT);
        if (lower.startsWith("*.")) {
            return host.length() > lower.length() - 1 && host.endsWith(lower.substring(1));
        }
        return lower.equals("*") || lower.equals(host);
    }

    static boolean pathMatches(PathMatchConfig pattern, String path) {
        return switch (pattern) {
            case PathMatchConfig.Exact(String text) -> path.equals(text);
            case PathMatchConfig.Prefix(String text) ->
                    (path + "/").startsWith(text.endsWith("/") ? text : text + "/");
            case PathMatchConfig.TextPrefix(String text) -> path.startsWith(text);
            case PathMatchConfig.Regex(String regex) -> path.matches(regex);
            case PathMatchConfig.Template(String template) ->
                    path.matches(
                            template.replaceAll("/\\{\\w+\\.\\.\\.}$", "(/.*)?")
                                    .replaceAll("\\{\\w+}", "[^/]+"));
        };
    }

    private static boolean conditionsHold(MatchConfig match, RequestHead head) {
        if (!match.methods().isEmpty() && !match.methods().contains(head.method().name())) {
            return false;
        }
        for (Map.Entry<String, ValueMatchConfig> header : match.headers().entrySet()) {
            if (!holds(header.getValue(), head.fields().all(FieldName.of(header.getKey())))) {
                return false;
            }
        }
        for (Map.Entry<String, ValueMatchConfig> parameter : match.query().entrySet()) {
            if (!holds(parameter.getValue(), parameters(head.query(), parameter.getKey()))) {
                return false;
            }
        }
        for (Map.Entry<String, ValueMatchConfig> cookie : match.cookies().entrySet()) {
            if (!holds(cookie.getValue(), cookies(head, cookie.getKey()))) {
                return false;
            }
        }
        return true;
    }

    static List<String> cookies(RequestHead head, String name) {
        return head.fields().all(FieldName.COOKIE).stream()
                .flatMap(line -> Stream.of(line.split(";", -1)))
                .map(String::strip)
                .filter(cookie -> cookie.startsWith(name + "="))
                .map(cookie -> cookie.substring(name.length() + 1))
                .toList();
    }

    static List<String> parameters(@Nullable String query, String name) {
        List<String> values = new ArrayList<>();
        for (String parameter : query == null ? new String[0] : query.split("&", -1)) {
            String[] parts = parameter.split("=", 2);
            if (decoded(parts[0]).equals(name)) {
                values.add(parts.length == 1 ? "" : decoded(parts[1]));
            }
        }
        return values;
    }

    private static String decoded(String text) {
        return Pattern.compile("%([0-9A-Fa-f]{2})")
                .matcher(text)
                .replaceAll(escape ->
                        Matcher.quoteReplacement(
                                Character.toString(Integer.parseInt(escape.group(1), 16))));
    }

    private static boolean holds(ValueMatchConfig matcher, List<String> values) {
        return switch (matcher) {
            case ValueMatchConfig.Values(List<String> texts) ->
                    values.stream().anyMatch(texts::contains);
            case ValueMatchConfig.Prefix(String text) ->
                    values.stream().anyMatch(value -> value.startsWith(text));
            case ValueMatchConfig.Suffix(String text) ->
                    values.stream().anyMatch(value -> value.endsWith(text));
            case ValueMatchConfig.Regex(String regex) ->
                    values.stream().anyMatch(value -> value.matches(regex));
            case ValueMatchConfig.Present(boolean present) -> values.isEmpty() != present;
            case ValueMatchConfig.Not(ValueMatchConfig inner) -> !holds(inner, values);
        };
    }
}
