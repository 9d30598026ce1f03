package io.jadegate.control.binding;

import java.time.Duration;

/// The written form of durations: `250ms`, `5s`, `1m30s`, `1h`, `365d`; larger units first.
final class DurationText {

    static final String PATTERN =
            "(?=.)([0-9]{1,9}d)?([0-9]{1,9}h)?([0-9]{1,9}m)?([0-9]{1,9}s)?([0-9]{1,9}ms)?";
    static final String ACCEPTED = "a duration such as 250ms, 5s or 1m30s";

    private static final String[] UNITS = {"d", "h", "m", "s", "ms"};
    private static final long[] MILLIS = {86_400_000, 3_600_000, 60_000, 1000, 1};

    private DurationText() {}

    /// Reads the written form.
    ///
    /// @throws IllegalArgumentException when the text is not a duration
    static Duration parse(String text) {
        var millis = 0L;
        var at = 0;
        var unit = 0;
        while (at < text.length()) {
            var digits = at;
            while (digits < text.length()
                    && text.charAt(digits) >= '0'
                    && text.charAt(digits) <= '9') {
                digits++;
            }
            var end = digits;
            while (end < text.length() && text.charAt(end) >= 'a' && text.charAt(end) <= 'z') {
                end++;
            }
            var name = text.substring(digits, end);
            while (unit < UNITS.length && !UNITS[unit].equals(name)) {
                unit++;
            }
            if (digits == at || digits - at > 9 || unit == UNITS.length) {
                throw new IllegalArgumentException(text);
            }
            millis += Long.parseLong(text.substring(at, digits)) * MILLIS[unit];
            unit++;
            at = end;
        }
        if (text.isEmpty()) {
            throw new IllegalArgumentException(text);
        }
        return Duration.ofMillis(millis);
    }
}
