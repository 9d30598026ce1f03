package io.jadegate.proxy.route;

import io.jadegate.api.config.Cidr;
import io.jadegate.api.config.MatchConfig;
import io.jadegate.api.config.PathMatchConfig;
import io.jadegate.api.config.ValueMatchConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Builds routes for tests; the route's value is its name.
final class TestRoute {
    private final String name;
    private int priority;
    private final List<String> listeners = new ArrayList<>();
    private final List<String> hosts = new ArrayList<>();
    private final List<PathMatchConfig> paths = new ArrayList<>();
    private final List<String> methods = new ArrayList<>();
    private final Map<String, ValueMatchConfig> headers = new LinkedHashMap<>();
    private final Map<String, ValueMatchConfig> query = new LinkedHashMap<>();
    private final Map<String, ValueMatchConfig> cookies = new LinkedHashMap<>();
    private final List<Cidr> sources = new ArrayList<>();
    private MatchConfig.@Nullable GrpcConfig grpc;

    private TestRoute(String name) {
        this.name = name;
    }

    static TestRoute route(String name) {
        return new TestRoute(name);
    }

    /// A route named after what it matches, in the short form of [#like(String)].
    static TestRoute routeLike(String match) {
        return route(match.replace(' ', '_')).like(match);
    }

    /// Adds what is written in short: words beginning with `/` are paths (`=` in front for exact,
    /// `^` for a text prefix, `~` for a regular expression, with braces a template, else a prefix),
    /// `+n` is a priority, `name:value` a header, `?name=value` a query parameter, upper case is a
    /// method, anything else, and everything with a dot or a bracket, a host.
    TestRoute like(String match) {
        for (String word : match.split(" ", -1)) {
            switch (word.charAt(0)) {
                case '/' -> {
                    if (word.indexOf('{') >= 0) {
                        paths.add(new PathMatchConfig.Template(word));
                    } else {
                        paths.add(new PathMatchConfig.Prefix(word));
                    }
                }
                case '=' -> paths.add(new PathMatchConfig.Exact(word.substring(1)));
                case '^' -> paths.add(new PathMatchConfig.TextPrefix(word.substring(1)));
                case '~' -> paths.add(new PathMatchConfig.Regex(word.substring(1)));
                case '+' -> priority = Integer.parseInt(word.substring(1));
                case '?' -> {
                    String[] parameter = word.substring(1).split("=", 2);
                    query(parameter[0], new ValueMatchConfig.Values(List.of(parameter[1])));
                }
                default -> {
                    boolean dotted = word.indexOf('.') >= 0 || word.startsWith("[");
                    if (word.indexOf(':') > 0 && !dotted) {
                        String[] header = word.split(":", 2);
                        header(header[0], new ValueMatchConfig.Values(List.of(header[1])));
                    } else if (Character.isUpperCase(word.charAt(0)) && !dotted) {
                        methods.add(word);
                    } else {
                        hosts.add(word);
                    }
                }
            }
        }
        return this;
    }

    TestRoute listener(String listener) {
        listeners.add(listener);
        return this;
    }

    TestRoute host(String host) {
        hosts.add(host);
        return this;
    }

    TestRoute path(PathMatchConfig path) {
        paths.add(path);
        return this;
    }

    TestRoute method(String method) {
        methods.add(method);
        return this;
    }

    TestRoute header(String header, ValueMatchConfig matcher) {
        headers.put(header, matcher);
        return this;
    }

    TestRoute query(String parameter, ValueMatchConfig matcher) {
        query.put(parameter, matcher);
        return this;
    }

    TestRoute cookie(String cookie, ValueMatchConfig matcher) {
        cookies.put(cookie, matcher);
        return this;
    }

    TestRoute source(String network) {
        sources.add(Cidr.parse(network));
        return this;
    }

    TestRoute grpc(List<String> services, List<String> methods) {
        grpc = new MatchConfig.GrpcConfig(services, methods);
        return this;
    }

    TestRoute priority(int priority) {
        this.priority = priority;
        return this;
    }

    MatchConfig match() {
        return new MatchConfig(
                listeners, hosts, paths, methods, headers, query, cookies, sources, grpc, null);
    }

    RouteEntry<String> entry() {
        return new RouteEntry<>(name, match(), priority, name);
    }

    static List<RouteEntry<String>> entries(TestRoute... routes) {
        return Arrays.stream(routes).map(TestRoute::entry).toList();
    }
}
