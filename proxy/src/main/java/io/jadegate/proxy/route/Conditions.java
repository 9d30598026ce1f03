package io.jadegate.proxy.route;

import io.jadegate.api.config.Cidr;
import io.jadegate.api.config.MatchConfig;
import io.jadegate.api.config.Problem;
import io.jadegate.api.config.ValueMatchConfig;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.RequestHead;
import io.jadegate.api.net.IpSet;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a match asks besides listener, host and path: all of it must hold.
///
/// @param calls what gRPC calls; null where none are asked for
/// @param methods those allowed; empty for any
/// @param each about headers, query parameters and cookies
/// @param networks those of clients; empty for any
/// @param sources the same, compiled
record Conditions(
        @Nullable GrpcMethods calls,
        List<Method> methods,
        List<Condition> each,
        List<Cidr> networks,
        IpSet sources) {
    static final Conditions NONE =
            new Conditions(null, List.of(), List.of(), List.of(), IpSet.of(List.of()));

    /// More pairs of networks than this are not compared.
    private static final long MAX_COMPARED = 100_000;

    /// @param path where `match` stands in the configuration
    /// @param problems what cannot be compiled is added here, and left out
    static Conditions compile(MatchConfig match, String path, List<Problem> problems) {
        List<Condition> each = new ArrayList<>();
        for (Map.Entry<String, ValueMatchConfig> header : match.headers().entrySet()) {
            add(each, () -> header(header), path + ".headers." + header.getKey(), problems);
        }
        for (Map.Entry<String, ValueMatchConfig> parameter : match.query().entrySet()) {
            ValueSource source = new ValueSource.Query(Octets.of(parameter.getKey()));
            add(
                    each,
                    () -> Condition.of(source, parameter.getValue()),
                    path + ".query." + parameter.getKey(),
                    problems);
        }
        for (Map.Entry<String, ValueMatchConfig> cookie : match.cookies().entrySet()) {
            ValueSource source = new ValueSource.Cookie(Octets.of(cookie.getKey()));
            add(
                    each,
                    () -> Condition.of(source, cookie.getValue()),
                    path + ".cookies." + cookie.getKey(),
                    problems);
        }
        List<Method> methods = methods(match.methods(), path, problems);
        GrpcMethods calls = match.grpc() == null ? null : new GrpcMethods(match.grpc().method());
        if (calls == null && methods.isEmpty() && each.isEmpty() && match.sources().isEmpty()) {
            return NONE;
        }
        return new Conditions(
                calls, methods, List.copyOf(each), match.sources(), IpSet.of(match.sources()));
    }

    private interface Compilation {
        Condition run() throws PatternException;
    }

    private static void add(
            List<Condition> each, Compilation compilation, String path, List<Problem> problems) {
        try {
            each.add(compilation.run());
        } catch (PatternException e) {
            problems.add(e.at(path));
        }
    }

    private static Condition header(Map.Entry<String, ValueMatchConfig> header)
            throws PatternException {
        FieldName name;
        try {
            name = FieldName.of(header.getKey());
        } catch (IllegalArgumentException _) {
            throw new PatternException("\"" + header.getKey() + "\" is not a header name");
        }
        if (name.equals(FieldName.HOST)) {
            throw new PatternException("the host is matched by match.hosts, not as a header");
        }
        return Condition.of(new ValueSource.Header(name), header.getValue());
    }

    private static List<Method> methods(List<String> names, String path, List<Problem> problems) {
        List<Method> methods = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            Method upper = Method.of(name.toUpperCase(Locale.ROOT));
            if (!upper.name().equals(name) && (upper.safe() || upper.idempotent())) {
                problems.add(
                        new PatternException(
                                        "method \"" + name + "\": the case of methods matters",
                                        upper.name())
                                .at(path + ".methods[" + i + "]"));
            }
            methods.add(Method.of(name));
        }
        return methods.stream().distinct().toList();
    }

    boolean hold(RequestHead head, InetAddress client) {
        return (calls == null || calls.hold(head))
                && (methods.isEmpty() || allows(head.method()))
                && (each.isEmpty() || holdEach(head))
                && (networks.isEmpty() || sources.contains(client));
    }

    private boolean allows(Method method) {
        for (int i = 0; i < methods.size(); i++) {
            if (methods.get(i).equals(method)) {
                return true;
            }
        }
        return false;
    }

    private boolean holdEach(RequestHead head) {
        for (int i = 0; i < each.size(); i++) {
            if (!each.get(i).holds(head)) {
                return false;
            }
        }
        return true;
    }

    /// How closely calls are asked for: 0 for named methods, 1 for any, 2 for not at all.
    int callRank() {
        if (calls == null) {
            return 2;
        }
        return calls.any() ? 1 : 0;
    }

    /// How many there are besides methods.
    int count() {
        return each.size() + (networks.isEmpty() ? 0 : 1);
    }

    /// Whether these hold whenever `other` do. False when that cannot be told.
    boolean cover(Conditions other) {
        return (calls == null || (other.calls != null && calls.cover(other.calls)))
                && (methods.isEmpty()
                        || (!other.methods.isEmpty() && methods.containsAll(other.methods)))
                && coverEach(other)
                && coverSources(other);
    }

    private boolean coverEach(Conditions other) {
        for (Condition mine : each) {
            boolean covered = false;
            for (Condition theirs : other.each) {
                covered |= mine.covers(theirs);
            }
            if (!covered) {
                return false;
            }
        }
        return true;
    }

    private boolean coverSources(Conditions other) {
        if (networks.isEmpty() || networks.equals(other.networks)) {
            return true;
        }
        return !other.networks.isEmpty()
                && (long) networks.size() * other.networks.size() <= MAX_COMPARED
                && other.networks.stream()
                        .allMatch(
                                theirs -> networks.stream().anyMatch(mine -> holds(mine, theirs)));
    }

    private static boolean holds(Cidr network, Cidr inner) {
        return network.v6() == inner.v6()
                && network.length() <= inner.length()
                && network.contains(inner.address());
    }

    /// Whether no request satisfies both, taking names for single-valued ([Condition#excludes]).
    boolean exclude(Conditions other) {
        return (!methods.isEmpty()
                        && !other.methods.isEmpty()
                        && Collections.disjoint(methods, other.methods))
                || (calls != null && other.calls != null && calls.exclude(other.calls))
                || excludeEach(other)
                || excludeSources(other);
    }

    private boolean excludeEach(Conditions other) {
        for (Condition mine : each) {
            for (Condition theirs : other.each) {
                if (mine.excludes(theirs)) {
                    return true;
                }
            }
        }
        return false;
    }

    /// Networks overlap only where one holds the other's first address.
    private boolean excludeSources(Conditions other) {
        return !networks.isEmpty()
                && !other.networks.isEmpty()
                && other.networks.stream().noneMatch(network -> sources.contains(network.address()))
                && networks.stream()
                        .noneMatch(network -> other.sources.contains(network.address()));
    }

    /// In short, ` grpc header:x-canary query:v sources`: each with a space in front.
    @Override
    public String toString() {
        String text =
                (calls == null ? "" : " " + calls)
                        + each.stream().map(c -> " " + c.source()).collect(Collectors.joining());
        return networks.isEmpty() ? text : text + " sources";
    }
}
