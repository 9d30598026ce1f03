package io.jadegate.proxy.observe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.time.LocalDateTime;
import java.time.ZoneOffset;

/// Moments in UTC, in the spellings that logs use. A text is made anew once per second and only
/// patched between. For one thread.
final class Timestamps {
    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
    private static final int MILLIS_AT = "2026-01-01T00:00:00.".length();

    private final byte[] rfc3339 = "1970-01-01T00:00:00.000Z".getBytes(ISO_8859_1);
    private final byte[] common = "01/Jan/1970:00:00:00 +0000".getBytes(ISO_8859_1);
    private long second;

    /// The moment as in `2026-11-22T21:40:39.123Z` (RFC 3339). The array is overwritten by the next
    /// call.
    byte[] rfc3339(long epochMillis) {
        turnTo(epochMillis);
        digits(rfc3339, MILLIS_AT, (int) Math.floorMod(epochMillis, 1000L), 3);
        return rfc3339;
    }

    /// The moment as in `22/Nov/2026:21:40:39 +0000`, as logs in the common format have it. The
    /// array is overwritten by the next call.
    byte[] common(long epochMillis) {
        turnTo(epochMillis);
        return common;
    }

    @SuppressWarnings("deprecation") // the one copy of Latin-1 text that needs no array in between
    private void turnTo(long epochMillis) {
        long wanted = Math.floorDiv(epochMillis, 1000L);
        if (wanted == second) {
            return;
        }
        second = wanted;
        LocalDateTime time = LocalDateTime.ofEpochSecond(wanted, 0, ZoneOffset.UTC);
        digits(rfc3339, 0, time.getYear(), 4);
        digits(rfc3339, 5, time.getMonthValue(), 2);
        digits(rfc3339, 8, time.getDayOfMonth(), 2);
        int month = 3 * (time.getMonthValue() - 1);
        digits(common, 0, time.getDayOfMonth(), 2);
        MONTHS.getBytes(month, month + 3, common, 3);
        digits(common, 7, time.getYear(), 4);
        clock(rfc3339, 11, time);
        clock(common, 12, time);
    }

    private static void clock(byte[] text, int at, LocalDateTime time) {
        digits(text, at, time.getHour(), 2);
        digits(text, at + 3, time.getMinute(), 2);
        digits(text, at + 6, time.getSecond(), 2);
    }

    private static void digits(byte[] text, int at, int number, int count) {
        int rest = number;
        for (int i = at + count - 1; i >= at; i--) {
            text[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }
}
