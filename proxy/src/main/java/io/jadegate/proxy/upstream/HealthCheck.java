package io.jadegate.proxy.upstream;

import io.jadegate.api.config.HealthConfig;
import io.jadegate.proxy.observe.TargetCounts;
import io.jadegate.proxy.stream.Deadlines;
import io.jadegate.proxy.stream.Loop;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Checks one target again and again.
///
/// ```
/// UNKNOWN  ─ one pass ─▶ HEALTHY ─ `fall` failures in a row ─▶ UNHEALTHY
///    └───── `fall` failures ────────────────────────────────────▶│
///                         HEALTHY ◀─ `rise` passes in a row ─────┘
/// ```
///
/// Only for its loop's own thread.
final class HealthCheck {
    private static final Logger LOG = LoggerFactory.getLogger(HealthCheck.class);

    /// Checks of many gateways, or of many endpoints, should not meet.
    private static final double JITTER = 0.2;

    private final Loop loop;
    private final Target target;
    private final TargetCounts counts;
    private final Runnable changed;
    private final Deadlines.Deadline next;
    private Upstream upstream;
    private HealthConfig config;
    private @Nullable HealthProbe probe;
    private long begunNanos;
    private int passed;
    private int failed;

    /// @param changed called when the target's health has become another
    HealthCheck(
            Loop loop, Target target, Upstream upstream, HealthConfig config, Runnable changed) {
        this.loop = loop;
        this.target = target;
        this.counts = target.counts(loop);
        this.upstream = upstream;
        this.config = config;
        this.changed = changed;
        this.next = loop.deadlines().new Deadline(this::check);
    }

    /// Begins, after a while.
    void begin(long delayNanos) {
        target.condition(Condition.UNKNOWN);
        counts.checksBegan();
        if (delayNanos == 0) {
            check();
        } else {
            next.set(loop.now() + delayNanos);
        }
    }

    /// Goes on by what another configuration says. What has been found stays.
    void follow(Upstream now, HealthConfig checks) {
        upstream = now;
        if (checks.equals(config)) {
            return;
        }
        config = checks;
        passed = 0;
        failed = 0;
        if (probe == null) {
            schedule();
        }
    }

    /// Ends. Nothing more is known of the target.
    void end() {
        next.cancel();
        if (probe != null) {
            probe.cancel();
            probe = null;
        }
        if (target.condition().health() == Health.HEALTHY) {
            counts.becameUnhealthy();
        }
        counts.checksEnded();
        target.condition(Condition.UNCHECKED);
    }

    private void check() {
        begunNanos = loop.now();
        HealthProbe begun = new HealthProbe(upstream, config, target, loop, this::found);
        probe = begun;
        begun.begin();
    }

    private void found(HealthResult result) {
        probe = null;
        switch (result.outcome()) {
            case PASSED -> {
                counts.checkPassed();
                pass();
            }
            case FAILED -> {
                counts.checkFailed();
                fail(result.detail());
            }
            case TIMED_OUT -> {
                counts.checkTimedOut();
                fail(result.detail());
            }
            case NOT_ASKED ->
                    LOG.debug(
                            "upstream {}: {} could not be checked: {}",
                            target.upstream(),
                            target.addressText(),
                            result.detail());
        }
        schedule();
    }

    /// The time counts from one beginning to the next; what takes longer is followed at once.
    private void schedule() {
        double factor = 1 - JITTER + 2 * JITTER * loop.random().nextDouble();
        long interval = (long) (config.interval().toNanos() * factor);
        next.set(Math.max(loop.now(), begunNanos + interval));
    }

    private void pass() {
        failed = 0;
        passed = Math.min(passed + 1, config.rise());
        Health before = target.condition().health();
        if (before == Health.UNHEALTHY && passed < config.rise()) {
            return;
        }
        target.condition(new Condition(Health.HEALTHY, ""));
        if (before == Health.HEALTHY) {
            return;
        }
        counts.becameHealthy();
        if (before == Health.UNHEALTHY) {
            LOG.info("upstream {}: {} is healthy again", target.upstream(), target.addressText());
        }
        changed.run();
    }

    private void fail(String problem) {
        passed = 0;
        failed = Math.min(failed + 1, config.fall());
        Health before = target.condition().health();
        Health now = failed >= config.fall() ? Health.UNHEALTHY : before;
        target.condition(new Condition(now, problem));
        if (now == before) {
            return;
        }
        if (before == Health.HEALTHY) {
            counts.becameUnhealthy();
        }
        LOG.warn(
                "upstream {}: {} is unhealthy, {} checks in a row failed, the last: {}",
                target.upstream(),
                target.addressText(),
                failed,
                problem);
        changed.run();
    }
}
