package io.jadegate.proxy;

import io.jadegate.api.config.Config;
import io.jadegate.api.config.CorsConfig;
import io.jadegate.api.config.FilterConfig;
import io.jadegate.api.config.FilterEntry;
import io.jadegate.api.config.ForwardConfig;
import io.jadegate.api.config.Problem;
import io.jadegate.api.config.RouteConfig;
import io.jadegate.api.filter.FilterContext;
import io.jadegate.api.filter.FilterProvider;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.filter.HttpFilterProvider;
import io.jadegate.proxy.FilterChain.Made;
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
    /// The filter that the key of a forward proxy configures.
    private static final String FORWARD = "forward";

    private final Map<String, HttpFilterProvider<?>> providers;
    private final FilterContext context;

    /// What entries of the configuration before were made into; those of routes are with the
    /// routes.
    private final Map<String, Made> before;

    /// The steps that routes share.
    private final Map<String, Step> shared = new HashMap<>();

    /// A step with what the order of a chain goes by, and what it was made of.
    private record Step(
            FilterStep step,
            HttpFilterProvider.Stage stage,
            String position,
            Made made,
            List<Problem> problems) {}

    /// @param before those of the configuration before; null for the first
    FilterInstances(
            Map<String, HttpFilterProvider<?>> providers,
            Config config,
            @Nullable FilterInstances before) {
        this.providers = providers;
        this.context = new FilterContext(config);
        this.before = before == null ? Map.of() : before.made();
    }

    /// Those of a configuration in which all is as before but routes, listeners and upstreams.
    FilterInstances carriedOver(Config config) {
        FilterInstances next = new FilterInstances(providers, config, this);
        next.shared.putAll(shared);
        return next;
    }

    private Map<String, Made> made() {
        Map<String, Made> made = new HashMap<>();
        shared.forEach((at, step) -> made.put(at, step.made()));
        return made;
    }

    /// The chain of a route: CORS, so that every answer carries it; the defaults; the route's own.
    ///
    /// @param old the chain of the route of that name before, if there was one
    FilterChain chain(String name, RouteConfig route, @Nullable FilterChain old) {
        Own own = new Own("routes." + name + ".", old == null ? Map.of() : old.own());
        List<Step> chain = new ArrayList<>();
        CorsConfig cors = route.cors();
        if (cors != null) {
            add(
                    chain,
                    own,
                    own.prefix + "cors",
                    new FilterConfig(
                            "cors",
                            "cors",
                            FilterConfig.Mode.ENFORCE,
                            null,
                            route.grpcWeb() ? cors.forGrpcWeb() : cors));
        }
        List<Step> inherited = new ArrayList<>();
        expand(inherited, own, "defaults.filters", context.config().defaults().filters());
        for (FilterEntry entry : route.filters()) {
            if (entry instanceof FilterEntry.Skip(String skipped)) {
                inherited.removeIf(step -> step.step().name().equals(skipped));
            }
        }
        chain.addAll(inherited);
        expand(chain, own, own.prefix + "filters", route.filters());
        if (chain.isEmpty()) {
            return NONE;
        }
        List<Problem> problems = new ArrayList<>(0);
        chain.forEach(step -> problems.addAll(step.problems()));
        warnOfInversions(chain, problems);
        return new FilterChain(
                chain.stream().map(Step::step).toList(),
                Map.copyOf(own.made),
                List.copyOf(problems));
    }

    /// What the clients of a forward proxy must pass before anything is looked up.
    ///
    /// @param old the chain of the listener of that name before, if there was one
    FilterChain forwardChain(String listener, ForwardConfig forward, @Nullable FilterChain old) {
        if (forward.authenticate().isEmpty()) {
            return NONE;
        }
        String at = "listeners." + listener + ".forward";
        Made before = old == null ? null : old.own().get(at);
        Step step =
                step(
                        at,
                        new FilterConfig(
                                FORWARD, FORWARD, FilterConfig.Mode.ENFORCE, null, forward),
                        before);
        return new FilterChain(List.of(step.step()), Map.of(at, step.made()), step.problems());
    }

    private static final FilterChain NONE = new FilterChain(List.of(), Map.of(), List.of());

    /// The entries of one route.
    private static final class Own {
        final String prefix;
        final Map<String, Made> before;
        final Map<String, Made> made = new HashMap<>();

        Own(String prefix, Map<String, Made> before) {
            this.prefix = prefix;
            this.before = before;
        }
    }

    private void expand(List<Step> chain, Own own, String at, List<FilterEntry> entries) {
        for (int i = 0; i < entries.size(); i++) {
            switch (entries.get(i)) {
                case FilterEntry.Use(String used) ->
                        expand(
                                chain,
                                own,
                                "chains." + used,
                                context.config().chains().getOrDefault(used, List.of()));
                case FilterEntry.Skip _ -> {}
                case FilterConfig filter -> add(chain, own, at + "[" + i + "]", filter);
            }
        }
    }

    private void add(List<Step> chain, Own own, String at, FilterConfig config) {
        if (config.mode() == FilterConfig.Mode.OFF) {
            return;
        }
        if (at.startsWith(own.prefix)) {
            Step step = step(at, config, own.before.get(at));
            own.made.put(at, step.made());
            chain.add(step);
            return;
        }
        Step known = shared.get(at);
        if (known == null) {
            known = step(at, config, before.get(at));
            shared.put(at, known);
        }
        chain.add(known);
    }

    private Step step(String at, FilterConfig config, @Nullable Made old) {
        HttpFilterProvider<?> provider =
                Objects.requireNonNull(providers.get(config.kind()), config.kind());
        List<Problem> problems = new ArrayList<>(0);
        MatchBlock when =
                config.when() == null
                        ? null
                        : MatchBlock.compile(config.when(), at + ".when", problems);
        Made made = made(at, provider, config, old, problems);
        FilterStep step =
                new FilterStep(config.name(), config.kind(), config.mode(), when, made.filter());
        return new Step(step, provider.stage(), at, made, problems);
    }

    private <S extends Record> Made made(
            String at,
            HttpFilterProvider<S> provider,
            FilterConfig config,
            @Nullable Made old,
            List<Problem> problems) {
        S settings = provider.settings().cast(config.settings());
        Object ingredients = provider.ingredients(settings, context);
        boolean same =
                old != null
                        && old.kind().equals(config.kind())
                        && old.ingredients().equals(ingredients);
        return same && old != null
                ? old
                : new Made(
                        config.kind(),
                        ingredients,
                        create(at, provider, settings, config, problems));
    }

    private <S extends Record> HttpFilter create(
            String at,
            HttpFilterProvider<S> provider,
            S settings,
            FilterConfig config,
            List<Problem> problems) {
        try {
            return provider.create(settings, context);
        } catch (FilterProvider.SettingsException e) {
            String place =
                    config.settings() instanceof CorsConfig || config.kind().equals(FORWARD)
                            ? at
                            : at + "." + config.kind();
            String key = e.key().isEmpty() ? "" : "." + e.key();
            problems.add(Problem.error(place + key, Objects.requireNonNull(e.getMessage())));
            return new HttpFilter() {};
        }
    }

    /// Policies out of their usual order often do not do what their author had in mind.
    private static void warnOfInversions(List<Step> chain, List<Problem> problems) {
        Step last = null;
        for (Step step : chain) {
            if (step.stage() == HttpFilterProvider.Stage.ANY) {
                continue;
            }
            if (last != null && step.stage().compareTo(last.stage()) < 0) {
                problems.add(
                        Problem.warning(
                                step.position(),
                                "\"%s\" (%s) runs behind \"%s\" (%s); the usual order is identity, access, limits, rewrite"
                                        .formatted(
                                                step.step().name(),
                                                stageName(step),
                                                last.step().name(),
                                                stageName(last))));
            }
            last = last == null || step.stage().compareTo(last.stage()) >= 0 ? step : last;
        }
    }

    private static String stageName(Step step) {
        return step.stage().name().toLowerCase(Locale.ROOT);
    }
}
