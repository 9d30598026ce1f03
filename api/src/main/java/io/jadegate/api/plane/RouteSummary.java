package io.jadegate.api.plane;

import java.util.List;

/// One route of the running configuration.
///
/// @param name its name
/// @param listeners the listeners it serves
/// @param match its conditions in short, `GET shop.example.com/orders/*`
/// @param action where it leads, `upstream orders`, `redirect 308`, `respond 200`
/// @param filters the names of its filters in order
public record RouteSummary(
        String name, List<String> listeners, String match, String action, List<String> filters) {}
