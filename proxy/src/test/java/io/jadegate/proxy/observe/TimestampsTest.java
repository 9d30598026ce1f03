package io.jadegate.proxy.observe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimestampsTest {
    private static final DateTimeFormatter RFC3339 = formatter("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'");
    private static final DateTimeFormatter COMMON = formatter("dd/MMM/uuuu:HH:mm:ss xx");

    private static DateTimeFormatter formatter(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
    }

    @Test
    void spellsEveryMomentAsTheStandardFormatterDoes() {
        var timestamps = new Timestamps();
        var random = new Random(3);
        for (int i = 0; i < 5000; i++) {
            long millis = random.nextLong(4_000_000_000_000L);
            check(timestamps, millis);
            check(timestamps, millis + 1);
            check(timestamps, millis + 999);
            check(timestamps, millis - 1);
        }
    }

    @Test
    void spellsTheFirstSecondToo() {
        check(new Timestamps(), 0);
        check(new Timestamps(), 999);
    }

    private static void check(Timestamps timestamps, long millis) {
        Instant instant = Instant.ofEpochMilli(millis);
        assertThat(new String(timestamps.rfc3339(millis), ISO_8859_1))
                .isEqualTo(RFC3339.format(instant));
        assertThat(new String(timestamps.common(millis), ISO_8859_1))
                .isEqualTo(COMMON.format(instant));
    }
}
