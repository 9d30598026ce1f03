package io.jadegate.proxy.route;

import io.jadegate.api.config.PathMatchConfig;
import io.jadegate.api.config.ValueMatchConfig;
import io.jadegate.api.http.RequestHead;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// Small routes and requests over few words, so that patterns meet often.
final class RandomRoutes {
    private RandomRoutes() {}

    static List<RouteEntry<String>> routes(Random random) {
        List<RouteEntry<String>> routes = new ArrayList<>();
        int count = 1 + random.nextInt(12);
        for (int i = 0; i < count; i++) {
            routes.add(filled(random, TestRoute.route("r" + i)).entry());
        }
        return routes;
    }

    /// The route, with conditions.
    static TestRoute filled(Random random, TestRoute route) {
        for (int i = random.nextInt(3); i > 0; i--) {
            String host = host(random);
            route.host(random.nextInt(3) == 0 ? "*." + host : host);
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            route.path(pathPattern(random));
        }
        if (random.nextInt(5) == 0) {
            route.method(random.nextBoolean() ? "GET" : "POST");
        }
        for (String header : List.of("x-a", "x-b")) {
            if (random.nextInt(6) == 0) {
                route.header(header, matcher(random, 0));
            }
        }
        if (random.nextInt(6) == 0) {
            route.query("v", matcher(random, 0));
        }
        if (random.nextInt(8) == 0) {
            route.cookie("c", matcher(random, 0));
        }
        if (random.nextInt(6) == 0) {
            route.priority(random.nextInt(3) - 1);
        }
        return route;
    }

    private static PathMatchConfig pathPattern(Random random) {
        String path = path(random);
        return switch (random.nextInt(6)) {
            case 0 -> new PathMatchConfig.Exact(path);
            case 1 -> new PathMatchConfig.Prefix(path);
            case 2 -> new PathMatchConfig.TextPrefix(path);
            case 3 -> new PathMatchConfig.Regex(regex(random, 0));
            default -> new PathMatchConfig.Template(template(random));
        };
    }

    /// One of the kind that means the same to RE2 and to the JDK.
    static String regex(Random random, int depth) {
        StringBuilder regex = new StringBuilder(depth == 0 && random.nextInt(8) > 0 ? "/" : "");
        for (int i = random.nextInt(5); i > 0; i--) {
            regex.append(atom(random, depth))
                    .append(
                            List.of("", "", "", "*", "+", "?", "{2}", "{0,1}")
                                    .get(random.nextInt(8)));
        }
        return random.nextInt(6) == 0 ? regex + "|" + word(random) : regex.toString();
    }

    private static String atom(Random random, int depth) {
        return switch (random.nextInt(depth < 3 ? 8 : 7)) {
            case 0, 1 -> "/";
            case 2, 3 -> random.nextBoolean() ? "a" : "b";
            case 4 -> ".";
            case 5 -> random.nextBoolean() ? "[ab]" : "[^a/]";
            case 6 -> random.nextBoolean() ? "\\." : "\\w";
            default -> "(" + regex(random, depth + 1) + ")";
        };
    }

    private static String template(Random random) {
        StringBuilder template = new StringBuilder();
        int segments = 1 + random.nextInt(4);
        for (int i = 0; i < segments; i++) {
            template.append('/').append(random.nextBoolean() ? word(random) : "{c" + i + "}");
        }
        return template.append(random.nextInt(4) == 0 ? "/{rest...}" : "").toString();
    }

    private static ValueMatchConfig matcher(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 7 : 6)) {
            case 0 -> new ValueMatchConfig.Values(List.of(value(random)));
            case 1 -> new ValueMatchConfig.Values(List.of(value(random), value(random)));
            case 2 -> new ValueMatchConfig.Prefix(value(random));
            case 3 -> new ValueMatchConfig.Suffix(value(random));
            case 4 -> new ValueMatchConfig.Present(random.nextBoolean());
            case 5 ->
                    new ValueMatchConfig.Regex(value(random) + (random.nextBoolean() ? "?" : ".*"));
            default -> new ValueMatchConfig.Not(matcher(random, depth + 1));
        };
    }

    // ---- random requests

    static List<RequestHead> requests(Random random, int count) {
        return Stream.generate(() -> request(random)).limit(count).toList();
    }

    static RequestHead request(Random random) {
        List<String> fields = new ArrayList<>();
        for (String name : List.of("x-a", "x-b")) {
            if (random.nextBoolean()) {
                fields.add(name + ": " + value(random));
            }
        }
        if (random.nextInt(4) == 0) {
            fields.add("cookie: c=" + value(random) + (random.nextBoolean() ? ";d=1" : "; c=2"));
        }
        return TestRequest.head(
                random.nextInt(3) == 0 ? "POST" : "GET",
                random.nextInt(10) == 0 ? "" : host(random) + (random.nextInt(8) == 0 ? "." : ""),
                random.nextInt(20) == 0 ? "*" : path(random),
                random.nextBoolean() ? null : query(random),
                fields.toArray(String[]::new));
    }

    private static String query(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> "v=%3" + value(random) + "&v";
            case 1 -> "w=1&%76=" + value(random);
            default -> "v=" + value(random);
        };
    }

    private static String host(Random random) {
        StringBuilder host = new StringBuilder(word(random));
        for (int i = random.nextInt(3); i > 0; i--) {
            host.append('.').append(word(random));
        }
        return host.toString();
    }

    private static String path(Random random) {
        StringBuilder path = new StringBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            path.append('/').append(word(random));
        }
        return path.isEmpty() || random.nextInt(8) == 0
                ? path.append('/').toString()
                : path.toString();
    }

    private static String word(Random random) {
        return switch (random.nextInt(5)) {
            case 0, 1 -> "a";
            case 2, 3 -> "b";
            default -> "ab";
        };
    }

    private static String value(Random random) {
        return List.of("1", "2", "12", "21").get(random.nextInt(4));
    }
}
