package io.jadegate.filters.authenticate;

import io.jadegate.api.filter.Reason;
import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// How requests that had to say whose they are came off, to one face of the gateway. Safe for all
/// threads.
final class Authentications implements Telemetry {
    private static final Metric REQUESTS =
            Metric.counter(
                    "jadegate_authentications",
                    "Requests that had to say whose they are, by how it went.",
                    "face",
                    "result");

    private final String face;
    private final LongAdder verified = new LongAdder();
    private final LongAdder anonymous = new LongAdder();
    private final Map<String, LongAdder> refused =
            Map.of(
                    Reason.AUTHENTICATION_MISSING.code(), new LongAdder(),
                    Reason.AUTHENTICATION_FAILED.code(), new LongAdder(),
                    Reason.AUTHENTICATION_RATE.code(), new LongAdder(),
                    Reason.AUTHENTICATION_OVERLOAD.code(), new LongAdder());

    Authentications(Face face) {
        this.face = face.name().toLowerCase(Locale.ROOT);
    }

    void verified() {
        verified.increment();
    }

    void anonymous() {
        anonymous.increment();
    }

    void refused(Reason reason) {
        LongAdder count = refused.get(reason.code());
        if (count != null) {
            count.increment();
        }
    }

    @Override
    public void report(Readings readings) {
        readings.value(REQUESTS, verified.sum(), face, "verified");
        readings.value(REQUESTS, anonymous.sum(), face, "anonymous");
        refused.forEach((code, count) -> readings.value(REQUESTS, count.sum(), face, code));
    }
}
