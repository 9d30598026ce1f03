package io.jadegate.proxy.upstream;

import io.jadegate.api.config.HealthConfig;
import io.jadegate.proxy.stream.Loop;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The checks of the targets of one upstream. Outlives configurations, which say whom to check and
/// how.
///
/// All on one loop, so that whatever follows from what they find happens one after the other.
final class HealthChecks {
    private static final Logger LOG = LoggerFactory.getLogger(HealthChecks.class);

    /// The first checks of many targets do not all begin together.
    private static final long SPREAD_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Loop loop;
    private final Map<Target, HealthCheck> running = new HashMap<>();
    private @Nullable Upstream upstream;
    private boolean panic;

    HealthChecks(Loop loop) {
        this.loop = loop;
    }

    /// Checks what `now` wants to be checked, and nothing else; null ends all. For any thread; the
    /// last call counts.
    void follow(@Nullable Upstream now) {
        loop.eventLoop().execute(() -> goOnWith(now));
    }

    private void goOnWith(@Nullable Upstream now) {
        upstream = now;
        HealthConfig config = now == null ? null : now.config().health();
        Set<Target> wanted = now == null || config == null ? Set.of() : now.checkedTargets();
        running.entrySet()
                .removeIf(entry -> {
                    boolean unwanted = !wanted.contains(entry.getKey());
                    if (unwanted) {
                        entry.getValue().end();
                    }
                    return unwanted;
                });
        if (now != null && config != null) {
            check(wanted, now, config);
        }
        publish();
    }

    private void check(Set<Target> wanted, Upstream now, HealthConfig config) {
        int begun = 0;
        for (Target target : wanted) {
            HealthCheck known = running.get(target);
            if (known != null) {
                known.follow(now, config);
                continue;
            }
            HealthCheck check = new HealthCheck(loop, target, now, config, this::publish);
            running.put(target, check);
            check.begin(SPREAD_NANOS * begun++);
        }
    }

    private void publish() {
        if (upstream == null) {
            return;
        }
        boolean before = panic;
        panic = upstream.choose();
        if (panic && !before) {
            LOG.warn(
                    "upstream {}: fewer than half of its endpoints are healthy, all are used",
                    upstream.name());
        } else if (before && !panic) {
            LOG.info("upstream {}: only healthy endpoints are used again", upstream.name());
        }
    }
}
