package io.jadegate.proxy;

import io.jadegate.api.config.Problem;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.proxy.exchange.FilterStep;
import java.util.List;
import java.util.Map;

/// The filters of a route.
///
/// @param own those that no other route uses, by the places of their entries
/// @param problems what is wrong or doubtful about it
record FilterChain(List<FilterStep> steps, Map<String, Made> own, List<Problem> problems) {

    /// A filter and what it is made of.
    record Made(String kind, Object ingredients, HttpFilter filter) {}
}
