package io.jadegate.proxy.grpc;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import java.util.concurrent.TimeUnit;

/// `grpc-timeout`: up to eight digits and a unit.
public final class GrpcTimeout {
    /// There is none.
    public static final long NONE = -1;

    /// What is there is none.
    public static final long MALFORMED = -2;

    private static final int MAX_DIGITS = 8;
    private static final long BEYOND = 100_000_000;
    private static final String UNITS = "numSMH";

    private GrpcTimeout() {}

    /// The nanoseconds that a request gives, [#NONE] or [#MALFORMED].
    public static long in(HeaderFields fields) {
        int at = fields.find(FieldName.GRPC_TIMEOUT);
        if (at < 0) {
            return NONE;
        }
        int start = fields.valueStart(at);
        int unit = fields.valueEnd(at) - 1;
        boolean formed = unit > start && unit - start <= MAX_DIGITS;
        if (!formed || fields.find(FieldName.GRPC_TIMEOUT, at + 1) >= 0) {
            return MALFORMED;
        }
        long number = 0;
        for (int i = start; i < unit; i++) {
            int digit = fields.bytes()[i] - '0';
            if (digit < 0 || digit > 9) {
                return MALFORMED;
            }
            number = number * 10 + digit;
        }
        int place = UNITS.indexOf(fields.bytes()[unit]);
        return place < 0 ? MALFORMED : unit(place).toNanos(number);
    }

    /// Says how much time is left, in the smallest unit that has room for it, rounded up.
    ///
    /// @param nanos what is less than 1 counts as 1: the receiver is to find out by itself
    public static void add(HeaderFields fields, long nanos) {
        long left = Math.max(1, nanos);
        int place = 0;
        while (rounded(left, unit(place)) >= BEYOND && place < UNITS.length() - 1) {
            place++;
        }
        long number = Math.min(rounded(left, unit(place)), BEYOND - 1);
        fields.addChecked(FieldName.GRPC_TIMEOUT, number + UNITS.substring(place, place + 1));
    }

    private static long rounded(long nanos, TimeUnit unit) {
        long whole = unit.toNanos(1);
        return nanos / whole + (nanos % whole == 0 ? 0 : 1);
    }

    private static TimeUnit unit(int place) {
        return switch (UNITS.charAt(place)) {
            case 'n' -> TimeUnit.NANOSECONDS;
            case 'u' -> TimeUnit.MICROSECONDS;
            case 'm' -> TimeUnit.MILLISECONDS;
            case 'S' -> TimeUnit.SECONDS;
            case 'M' -> TimeUnit.MINUTES;
            default -> TimeUnit.HOURS;
        };
    }
}
