package io.jadegate.filters.connection;

import io.jadegate.api.config.Default;
import io.jadegate.api.config.Doc;
import io.jadegate.api.config.Off;
import io.jadegate.api.config.Range;
import io.jadegate.api.config.Rate;
import org.jspecify.annotations.Nullable;

/// How many connections a listener takes. Null is no limit.
public record ConnectionLimitSettings(
        @Doc("open connections of one client: an IPv4 address, or a /64 network of IPv6")
                @Off
                @Default("20000")
                @Range(min = 1)
                @Nullable Integer perClient,
        @Doc("open connections of all clients; the descriptors of the process are a limit, too")
                @Off
                @Default("100000")
                @Range(min = 1)
                @Nullable Integer total,
        @Doc("new connections of all clients; as many as the rate names may come at once")
                @Nullable Rate rate) {

    /// What a listener keeps to that names no limit.
    static final ConnectionLimitSettings UNASKED =
            new ConnectionLimitSettings(20_000, 100_000, null);
}
