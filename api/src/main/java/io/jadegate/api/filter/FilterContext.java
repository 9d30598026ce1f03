package io.jadegate.api.filter;

import io.jadegate.api.config.Config;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/// What filters of one configuration may use while they are made. For one thread.
public final class FilterContext {
    private final Config config;
    private final Map<Key, Object> made = new HashMap<>();

    private record Key(Class<?> type, Object of) {}

    /// @param config the configuration being applied; references in it have been checked
    public FilterContext(Config config) {
        this.config = config;
    }

    /// The configuration being applied; references in it have been checked.
    public Config config() {
        return config;
    }

    /// What several filters would make alike, made for the first and shared by all of them.
    ///
    /// @param type of what is made; immutable and safe on all threads
    /// @param of what it is made of, besides the configuration
    public <T> T once(Class<T> type, Object of, Supplier<T> making) {
        return type.cast(made.computeIfAbsent(new Key(type, of), _ -> making.get()));
    }
}
