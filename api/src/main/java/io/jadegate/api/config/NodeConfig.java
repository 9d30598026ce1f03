package io.jadegate.api.config;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What this process is: the `node` section, read at start and never part of a revision.
public record NodeConfig(
        @Doc("name of this node in logs, metrics and the console; the host name when left out")
                @Nullable String name,
        @Doc("the zone this node stands in, for zone-aware balancing") @Nullable String zone,
        @Doc("folder of the last good config, statistics, generated keys and tokens")
                @Default("./state")
                Path stateDir,
        @Doc("number of event loops; 0 is one per core") @Default("0") @Range(min = 0, max = 1024)
                int eventLoops,
        @Doc(
                        "how sockets are driven; auto is epoll, or NIO where there is none"
                                + " (docs/performance.md compares them)")
                @Default("auto")
                Transport transport,
        @Doc("the API and the console; a generated token guards them from the first start")
                @Nullable AdminConfig admin,
        @Doc("the Prometheus endpoint") @Nullable MetricsConfig metrics,
        @Doc("where the configuration lives") @Default("file") StoreConfig store,
        @Doc("counters shared by several nodes") @Default("none") SharedConfig shared,
        @Doc("the budget of all traffic buffers") @Default("{}") MemoryConfig memory,
        @Doc("how this node goes away") @Default("{}") DrainConfig drain,
        @Doc("the log of requests") @Default("{}") AccessLogConfig accessLog,
        @Doc("name in Via, Proxy-Status and error pages; an empty text hides it")
                @Default("jadegate")
                @Form(TextForm.PSEUDONYM)
                String via) {

    /// How sockets are driven.
    public enum Transport {
        @Doc("the best this system has")
        AUTO,
        @Doc("Linux epoll")
        EPOLL,
        @Doc("Linux io_uring")
        @Key("io_uring")
        IO_URING,
        @Doc("the JDK's selectors")
        NIO
    }

    /// The address of the admin API and the console.
    public record AdminConfig(
            @Doc("where the API and the console listen") @Required Address address) {}

    /// The address of the Prometheus endpoint.
    public record MetricsConfig(
            @Doc("where Prometheus scrapes") @Required Address address,
            @Doc("bearer token a scrape must show; anybody may scrape when left out")
                    @Nullable Secret token) {}

    /// The budget of all traffic buffers.
    public record MemoryConfig(
            @Doc("what traffic may buffer: a share of the maximal direct memory, or a size")
                    @Default("25%")
                    Portion buffers) {}

    /// How a node goes away: first it tells, then it waits, then it stops.
    public record DrainConfig(
            @Doc("readiness is false and listeners still accept for this long") @Default("5s")
                    Duration announce,
            @Doc("what is still open this long after that is cut") @Default("30s")
                    Duration deadline) {}
}
