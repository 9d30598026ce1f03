package io.jadegate.api.config;

/// How large a request may be.
public record LimitsConfig(
        @Doc("all header fields together; more is 431") @Default("32KiB") ByteSize head,
        @Doc("number of header fields; more is 431") @Default("100") @Range(min = 1, max = 10_000)
                int fields,
        @Doc("the request target; more is 414") @Default("8KiB") ByteSize uri,
        @Doc("the body; more is 413") @Default("off") @Off ByteSize body) {}
