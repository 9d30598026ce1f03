package io.jadegate.api.config;

import java.time.Duration;

/// So many per so long. Written `100/s`, `1000/m` (minute), `5000/h` or `100000/d`.
public record Rate(long count, Duration per) {

    /// The pattern of the written form.
    public static final String PATTERN = "[1-9][0-9]{0,11}/[smhd]";

    /// The written form, for people.
    public static final String ACCEPTED = "a rate such as 100/s or 1000/m";

    /// Reads the written form.
    ///
    /// @throws IllegalArgumentException when the text is not a rate of at least 1
    public static Rate parse(String text) {
        var slash = text.length() - 2;
        if (slash < 1
                || slash > 12
                || text.charAt(slash) != '/'
                || text.charAt(0) == '0'
                || !text.chars().limit(slash).allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException(text);
        }
        var per =
                switch (text.charAt(slash + 1)) {
                    case 's' -> Duration.ofSeconds(1);
                    case 'm' -> Duration.ofMinutes(1);
                    case 'h' -> Duration.ofHours(1);
                    case 'd' -> Duration.ofDays(1);
                    default -> throw new IllegalArgumentException(text);
                };
        return new Rate(Long.parseLong(text.substring(0, slash)), per);
    }

    @Override
    public String toString() {
        return count
                + (per.equals(Duration.ofDays(1))
                        ? "/d"
                        : per.equals(Duration.ofHours(1))
                                ? "/h"
                                : per.equals(Duration.ofMinutes(1)) ? "/m" : "/s");
    }
}
