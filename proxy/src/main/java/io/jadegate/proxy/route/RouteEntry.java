package io.jadegate.proxy.route;

import io.jadegate.api.config.MatchConfig;

/// A route on its way into a table.
///
/// @param name as in the configuration, where it is found at `routes.NAME`
/// @param match which requests it takes
/// @param priority before specificity: higher wins
/// @param route what a match answers
public record RouteEntry<R>(String name, MatchConfig match, int priority, R route) {}
