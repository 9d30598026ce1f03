package io.jadegate.api.config;

/// How an endpoint is chosen.
public enum LoadBalancerConfig {
    @Doc("the less busy one of two drawn at random, by weight")
    LEAST_REQUEST,
    @Doc("one after the other")
    ROUND_ROBIN,
    @Doc("one after the other, smoothly by weight")
    WEIGHTED_ROUND_ROBIN,
    @Doc("any, by weight")
    RANDOM,
    @Doc("the one with the lowest recent latency")
    @Planned
    PEAK_EWMA,
    @Doc("consistent hashing on a ring")
    @Planned
    RING_HASH,
    @Doc("consistent hashing by table")
    @Planned
    MAGLEV
}
