package io.jadegate.api.config;

/// Sends copies of requests to another upstream and forgets the answers.
public record MirrorConfig(
        @Doc("where copies go") @Required @NameOf("upstreams") String upstream,
        @Doc("share of requests that are copied") @Default("100%") Share share) {}
