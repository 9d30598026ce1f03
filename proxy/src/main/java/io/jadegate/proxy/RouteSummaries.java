package io.jadegate.proxy;

import io.jadegate.api.plane.RouteSummary;
import io.jadegate.proxy.exchange.FilterStep;
import io.jadegate.proxy.exchange.Route;
import io.jadegate.proxy.route.RouteTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The routes of a compilation for people, in order of preference.
final class RouteSummaries {
    private RouteSummaries() {}

    static List<RouteSummary> of(Compilation compilation) {
        Map<RouteTable.Listed<Route>, List<String>> listeners = new LinkedHashMap<>();
        compilation
                .listeners()
                .forEach(listener ->
                        compilation
                                .tables()
                                .of(listener)
                                .routes()
                                .forEach(listed ->
                                        listeners
                                                .computeIfAbsent(listed, _ -> new ArrayList<>())
                                                .add(listener)));
        List<RouteSummary> summaries = new ArrayList<>();
        listeners.forEach((listed, names) -> summaries.add(summary(listed, names)));
        return summaries;
    }

    private static RouteSummary summary(RouteTable.Listed<Route> listed, List<String> listeners) {
        Route route = listed.route();
        return new RouteSummary(
                listed.name(),
                listeners.stream().sorted().toList(),
                listed.match(),
                action(route),
                route.steps().stream().map(FilterStep::name).toList());
    }

    private static String action(Route route) {
        return switch (route.action()) {
            case Route.Action.Pass pass -> "upstream " + pass.upstream().name();
            case Route.Action.Forward _ -> "forward";
            case Route.Action.Redirect redirect -> "redirect " + redirect.status();
            case Route.Action.Respond respond -> "respond " + respond.status();
        };
    }
}
