package io.jadegate.proxy;

import io.jadegate.api.config.Config;
import io.jadegate.api.config.ConnectionFilterConfig;
import io.jadegate.api.config.FilterConfig;
import io.jadegate.api.config.ListenerConfig;
import io.jadegate.api.config.Problem;
import io.jadegate.api.filter.ConnectionFilter;
import io.jadegate.api.filter.ConnectionFilterProvider;
import io.jadegate.api.filter.FilterContext;
import io.jadegate.api.filter.FilterProvider;
import io.jadegate.proxy.listener.Admission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Makes the filters of the listeners of a configuration, none anew that was there before with the
/// same settings. What a filter has counted goes over to the one that takes its place, whatever
/// names it and the listener have: connections stay with an address.
final class ConnectionFilters {
    private final Map<String, ConnectionFilterProvider<?>> providers;
    private final FilterContext context;
    private final Map<Place, Made> before;
    private final List<Problem> problems;
    private final Map<Place, Made> made = new HashMap<>();

    /// Where a filter keeps its counts.
    private record Place(Compilation.Place listener, String kind, String name) {
        boolean isOfTheKindOf(Place other) {
            return listener.equals(other.listener) && kind.equals(other.kind);
        }
    }

    private record Made(Object ingredients, ConnectionFilter filter) {}

    /// @param before those of the configuration before; null for the first
    /// @param problems what is wrong is added here
    ConnectionFilters(
            List<ConnectionFilterProvider<?>> providers,
            Config config,
            @Nullable ConnectionFilters before,
            List<Problem> problems) {
        this.providers = new TreeMap<>();
        providers.forEach(provider -> this.providers.put(provider.kind(), provider));
        this.context = new FilterContext(config);
        this.before = before == null ? Map.of() : before.made;
        this.problems = problems;
    }

    /// The filters of a listener: those that it names, and before them those that run unasked.
    Admission admission(String name, ListenerConfig listener) {
        Compilation.Place where = Compilation.Place.of(listener);
        List<ConnectionFilterConfig> named = listener.filters();
        Map<Place, Admission.Step> steps = new LinkedHashMap<>();
        providers.forEach((kind, provider) -> {
            Record settings = provider.unasked();
            if (settings != null && named.stream().noneMatch(one -> one.kind().equals(kind))) {
                Place place = new Place(where, kind, kind);
                steps.put(
                        place,
                        new Admission.Step(
                                kind,
                                kind,
                                FilterConfig.Mode.ENFORCE,
                                filter(
                                        place,
                                        /* alone= */ true,
                                        provider,
                                        settings,
                                        "listeners." + name)));
            }
        });
        for (int i = 0; i < named.size(); i++) {
            ConnectionFilterConfig config = named.get(i);
            String at = "listeners." + name + ".filters[" + i + "]";
            Place place = new Place(where, config.kind(), config.name());
            if (steps.containsKey(place)) {
                problems.add(
                        Problem.error(
                                at, "\"" + config.name() + "\" is there twice; give it a name"));
            } else if (config.mode() != FilterConfig.Mode.OFF) {
                ConnectionFilterProvider<?> provider =
                        Objects.requireNonNull(providers.get(config.kind()), config.kind());
                String key = at + "." + config.kind();
                steps.put(
                        place,
                        new Admission.Step(
                                config.name(),
                                config.kind(),
                                config.mode(),
                                filter(
                                        place,
                                        isAlone(config.kind(), named),
                                        provider,
                                        config.settings(),
                                        key)));
            }
        }
        return new Admission(new ArrayList<>(steps.values()));
    }

    private static boolean isAlone(String kind, List<ConnectionFilterConfig> named) {
        return named.stream().filter(one -> one.kind().equals(kind)).count() == 1;
    }

    private <S extends Record> ConnectionFilter filter(
            Place place,
            boolean alone,
            ConnectionFilterProvider<S> provider,
            Record settings,
            String at) {
        Made old = predecessor(place, alone);
        S own = provider.settings().cast(settings);
        Object ingredients = provider.ingredients(own, context);
        Made now =
                old != null && old.ingredients().equals(ingredients)
                        ? old
                        : new Made(
                                ingredients,
                                create(provider, own, old == null ? null : old.filter(), at));
        made.put(place, now);
        return now.filter();
    }

    /// Whose counts a filter goes on with: those of the one of the same name, or else, where there
    /// is one of its kind only, of the one there was.
    private @Nullable Made predecessor(Place place, boolean alone) {
        Made same = before.get(place);
        if (same != null || !alone) {
            return same;
        }
        List<Made> ofKind =
                before.entrySet().stream()
                        .filter(one -> one.getKey().isOfTheKindOf(place))
                        .map(Map.Entry::getValue)
                        .toList();
        return ofKind.size() == 1 ? ofKind.getFirst() : null;
    }

    private <S extends Record> ConnectionFilter create(
            ConnectionFilterProvider<S> provider,
            S settings,
            @Nullable ConnectionFilter old,
            String at) {
        try {
            return provider.create(settings, old, context);
        } catch (FilterProvider.SettingsException e) {
            String key = e.key().isEmpty() ? "" : "." + e.key();
            problems.add(Problem.error(at + key, Objects.requireNonNull(e.getMessage())));
            return _ -> null;
        }
    }
}
