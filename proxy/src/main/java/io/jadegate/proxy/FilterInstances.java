package io.jadegate.proxy;

import io.jadegate.api.config.Config;
import io.jadegate.api.config.CorsConfig;
import io.jadegate.api.config.FilterConfig;
import io.jadegate.api.config.FilterEntry;
import io.jadegate.api.config.Problem;
import io.jadegate.api.config.RouteConfig;
import io.jadegate.api.filter.FilterContext;
import io.jadegate.api.filter.FilterProvider;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.filter.HttpFilterProvider;
import io.jadegate.proxy.exchange.FilterStep;
import io.jadegate.proxy.route.MatchBlock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Makes the filters of a configuration: each entry of a chain or route once, however many routes
/// use it, and none anew that was there before and is made of the same.
final class FilterInstances {
    private final Map<String, HttpFilterProvider<?>> providers;
    private final FilterContext context;
    private final @Nullable FilterInstances before;
    private final List<Problem> problems;
    private final Map<String, Made> made = new HashMap<>();
    private final Map<String, Named> steps = new HashMap<>();

    /// A filter and what it is made of, under the place of its entry.
    private record Made(String kind, Object ingredients, HttpFilter filter) {}

    /// A step with what the order of a chain goes by.
    private record Named(FilterStep step, HttpFilterProvider.Stage stage, String position) {}

    /// @param before those of the configuration before; null for the first
    /// @param problems what is wrong is added here
    FilterInstances(
            Map<String, HttpFilterProvider<?>> providers,
            Config config,
            @Nullable FilterInstances before,
            List<Problem> problems) {
        this.providers = providers;
        this.context = new FilterContext(config);
        // Only one generation is looked back on, or each would keep all of its ancestors.
        this.before = before == null ? null : before.alone();
        this.problems = problems;
    }

    private FilterInstances(FilterInstances other) {
        providers = other.providers;
        context = other.context;
        before = null;
        problems = List.of();
        made.putAll(other.made);
    }

    private FilterInstances alone() {
        return new FilterInstances(this);
    }

    /// The chain of a route: CORS, so that every answer carries it; the defaults; the route's own.
    List<FilterStep> chain(String name, RouteConfig route) {
        List<Named> chain = new ArrayList<>();
        if (route.cors() != null) {
            String at = "routes." + name + ".cors";
            add(
                    chain,
                    at,
                    new FilterConfig(
                            "cors", "cors", FilterConfig.Mode.ENFORCE, null, route.cors()));
        }
        List<Named> inherited = new ArrayList<>();
        expand(inherited, "defaults.filters", context.config().defaults().filters());
        for (FilterEntry entry : route.filters()) {
            if (entry instanceof FilterEntry.Skip(String skipped)) {
                inherited.removeIf(named -> named.step().name().equals(skipped));
            }
        }
        chain.addAll(inherited);
        expand(chain, "routes." + name + ".filters", route.filters());
        warnOfInversions(chain);
        return chain.stream().map(Named::step).toList();
    }

    private void expand(List<Named> chain, String at, List<FilterEntry> entries) {
        for (int i = 0; i < entries.size(); i++) {
            switch (entries.get(i)) {
                case FilterEntry.Use(String used) ->
                        expand(
                                chain,
                                "chains." + used,
                                context.config().chains().getOrDefault(used, List.of()));
                case FilterEntry.Skip _ -> {}
                case FilterConfig filter -> add(chain, at + "[" + i + "]", filter);
            }
        }
    }

    private void add(List<Named> chain, String at, FilterConfig config) {
        if (config.mode() == FilterConfig.Mode.OFF) {
            return;
        }
        Named step = steps.computeIfAbsent(at, _ -> step(at, config));
        chain.add(step);
    }

    private Named step(String at, FilterConfig config) {
        HttpFilterProvider<?> provider =
                Objects.requireNonNull(providers.get(config.kind()), config.kind());
        MatchBlock when =
                config.when() == null
                        ? null
                        : MatchBlock.compile(config.when(), at + ".when", problems);
        HttpFilter filter = filter(at, provider, config);
        FilterStep step = new FilterStep(config.name(), config.kind(), config.mode(), when, filter);
        return new Named(step, provider.stage(), at);
    }

    private <S extends Record> HttpFilter filter(
            String at, HttpFilterProvider<S> provider, FilterConfig config) {
        S settings = provider.settings().cast(config.settings());
        Object ingredients = provider.ingredients(settings, context);
        Made old = before == null ? null : before.made.get(at);
        Made now =
                old != null
                                && old.kind().equals(config.kind())
                                && old.ingredients().equals(ingredients)
                        ? old
                        : new Made(
                                config.kind(), ingredients, create(at, provider, settings, config));
        made.put(at, now);
        return now.filter();
    }

    private <S extends Record> HttpFilter create(
            String at, HttpFilterProvider<S> provider, S settings, FilterConfig config) {
        try {
            return provider.create(settings, context);
        } catch (FilterProvider.SettingsException e) {
            String place = config.settings() instanceof CorsConfig ? at : at + "." + config.kind();
            String key = e.key().isEmpty() ? "" : "." + e.key();
            problems.add(Problem.error(place + key, Objects.requireNonNull(e.getMessage())));
            return new HttpFilter() {};
        }
    }

    /// Policies out of their usual order often do not do what their author had in mind.
    private void warnOfInversions(List<Named> chain) {
        Named last = null;
        for (Named named : chain) {
            if (named.stage() == HttpFilterProvider.Stage.ANY) {
                continue;
            }
            if (last != null && named.stage().compareTo(last.stage()) < 0) {
                Problem warning =
                        Problem.warning(
                                named.position(),
                                "\"%s\" (%s) runs behind \"%s\" (%s); the usual order is identity, access, limits, rewrite"
                                        .formatted(
                                                named.step().name(),
                                                stageName(named),
                                                last.step().name(),
                                                stageName(last)));
                if (!problems.contains(warning)) {
                    problems.add(warning);
                }
            }
            last = last == null || named.stage().compareTo(last.stage()) >= 0 ? named : last;
        }
    }

    private static String stageName(Named named) {
        return named.stage().name().toLowerCase(Locale.ROOT);
    }
}
