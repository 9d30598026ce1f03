package io.jadegate.proxy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.filter.Reason;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MetersTest {
    private final Meters meters = new Meters(2);

    @Test
    void loopsAreSummed() {
        PerLoop<RouteCounts> route = meters.route("orders");
        route.on(0).ended(FakeFacts.of());
        route.on(1).ended(FakeFacts.of());
        route.on(1).ended(FakeFacts.of());

        var readings = RecordingReadings.of(meters);
        assertThat(readings.value("jadegate_route_requests", "orders", "2xx")).isEqualTo(3);
        assertThat(readings.value("jadegate_route_received_bytes", "orders")).isEqualTo(36);
        assertThat(readings.value("jadegate_route_sent_bytes", "orders")).isEqualTo(10368);
        assertThat(readings.value("jadegate_route_retries", "orders")).isZero();
        assertThat(readings.distribution("jadegate_route_duration_seconds", "orders").counts()[6])
                .isEqualTo(3);
    }

    @Test
    void troubleIsCountedByReason() {
        FakeFacts lost = FakeFacts.refused(Reason.UPSTREAM_RESET);
        lost.attempts = 3;
        lost.status = 0;
        lost.cut = true;
        meters.route("orders").on(0).ended(lost);
        meters.route("orders").on(1).ended(lost);

        var readings = RecordingReadings.of(meters);
        assertThat(readings.value("jadegate_route_requests", "orders", "none")).isEqualTo(2);
        assertThat(readings.value("jadegate_route_reasons", "orders", "UPSTREAM_RESET"))
                .isEqualTo(2);
        assertThat(readings.value("jadegate_route_responses_cut", "orders")).isEqualTo(2);
        assertThat(readings.value("jadegate_route_retries", "orders")).isEqualTo(4);
    }

    @Test
    void tunnelsDoNotSpoilDurations() {
        FakeFacts tunnel = FakeFacts.of();
        tunnel.status = 101;
        tunnel.tunnel = true;
        meters.route("chat").on(0).ended(tunnel);

        var readings = RecordingReadings.of(meters);
        assertThat(readings.value("jadegate_route_requests", "chat", "1xx")).isEqualTo(1);
        assertThat(readings.distribution("jadegate_route_duration_seconds", "chat").sum()).isZero();
    }

    @Test
    void exchangesWithoutARouteAreCountedApart() {
        meters.unrouted().on(0).ended(FakeFacts.refused(Reason.ROUTE_NOT_FOUND));
        meters.forgetRoutes(Set.of("orders"));
        meters.unrouted().on(1).ended(FakeFacts.refused(Reason.ROUTE_NOT_FOUND));
        assertThat(
                        RecordingReadings.of(meters)
                                .value("jadegate_route_reasons", "(none)", "ROUTE_NOT_FOUND"))
                .isEqualTo(2);
    }

    @Test
    void whatIsOpenIsWhatCameLessWhatWent() {
        ListenerCounts web = meters.listener("web").on(0);
        web.connectionAccepted();
        web.connectionAccepted();
        web.connectionClosed();
        web.requestReceived();
        web.headRefused(Reason.REQUEST_MALFORMED);
        TargetCounts target = meters.target("orders", "10.0.0.1:9000").on(1);
        target.connectionOpened();
        target.attemptBegan();
        target.attemptEnded(Reason.UPSTREAM_RESET);
        target.attemptBegan();
        target.connectionReused();

        var readings = RecordingReadings.of(meters);
        assertThat(readings.value("jadegate_listener_connections_accepted", "web")).isEqualTo(2);
        assertThat(readings.value("jadegate_listener_connections_open", "web")).isEqualTo(1);
        assertThat(readings.value("jadegate_listener_requests", "web")).isEqualTo(1);
        assertThat(readings.value("jadegate_listener_heads_refused", "web", "REQUEST_MALFORMED"))
                .isEqualTo(1);
        assertThat(target(readings, "attempts")).isEqualTo(2);
        assertThat(target(readings, "attempts_in_flight")).isEqualTo(1);
        assertThat(target(readings, "connections_opened")).isEqualTo(1);
        assertThat(target(readings, "connections_open")).isEqualTo(1);
        assertThat(target(readings, "connections_reused")).isEqualTo(1);
        assertThat(
                        readings.value(
                                "jadegate_target_failures",
                                "orders",
                                "10.0.0.1:9000",
                                "UPSTREAM_RESET"))
                .isEqualTo(1);
    }

    private static long target(RecordingReadings readings, String name) {
        return readings.value("jadegate_target_" + name, "orders", "10.0.0.1:9000");
    }

    @Test
    void whatIsRemovedIsForgottenAndMayStillBeCounted() {
        PerLoop<RouteCounts> old = meters.route("old");
        old.on(0).ended(FakeFacts.of());
        PerLoop<TargetCounts> gone = meters.target("orders", "a:1");
        gone.on(0).attemptBegan();
        meters.listener("web").on(0).connectionAccepted();

        meters.forgetRoutes(Set.of("old"));
        meters.retainListeners(Set.of());
        meters.forgetTarget("orders", "a:1");
        old.on(0).ended(FakeFacts.of());
        old.on(1).ended(FakeFacts.of());

        assertThat(RecordingReadings.of(meters).series()).isEmpty();
        assertThat(meters.route("old")).isNotSameAs(old);
    }

    @Test
    void whatIsNotUsedIsNotShown() {
        meters.route("idle");
        assertThat(RecordingReadings.of(meters).series()).isEmpty();
    }

    @Test
    void seriesBeyondTheCapCountTogether() {
        IntStream.range(0, 3000)
                .forEach(i -> meters.route("r" + i).on(i % 2).ended(FakeFacts.of()));

        var readings = RecordingReadings.of(meters);
        assertThat(readings.value("jadegate_route_requests", "r1999", "2xx")).isEqualTo(1);
        assertThat(readings.series()).doesNotContain(List.of("jadegate_route_requests", "r2000"));
        assertThat(readings.value("jadegate_route_requests", "(other)", "2xx")).isEqualTo(1000);
    }

    @Test
    void aForgottenSeriesMakesRoomForAnother() {
        IntStream.range(0, 2000).forEach(i -> meters.route("r" + i).on(0).ended(FakeFacts.of()));
        meters.forgetRoutes(Set.of("r7"));
        meters.route("late").on(0).ended(FakeFacts.of());
        assertThat(RecordingReadings.of(meters).value("jadegate_route_requests", "late", "2xx"))
                .isEqualTo(1);
    }

    @Test
    void reasonsBeyondTheCapCountTogether() {
        ListenerCounts web = meters.listener("web").on(0);
        for (int i = 0; i < 100; i++) {
            web.headRefused(new Reason("REASON_" + i, 400, null, "Test."));
        }
        var readings = RecordingReadings.of(meters);
        assertThat(readings.value("jadegate_listener_heads_refused", "web", "REASON_63"))
                .isEqualTo(1);
        assertThat(readings.value("jadegate_listener_heads_refused", "web", "other")).isEqualTo(36);
    }
}
