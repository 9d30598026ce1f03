package io.jadegate.api.config;

import java.time.ZoneId;

/// So many requests per calendar period.
public record QuotaConfig(
        @Doc("requests in a period") @Required @Range(min = 1, max = Long.MAX_VALUE) long requests,
        @Doc("the period") @Default("day") Period per,
        @Doc("where its days begin") @Default("UTC") ZoneId timeZone) {

    /// A calendar period.
    public enum Period {
        HOUR,
        DAY,
        MONTH
    }
}
