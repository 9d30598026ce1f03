package io.jadegate.proxy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.filter.Reason;
import io.jadegate.proxy.grpc.GrpcStatus;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GrpcCountsTest {
    private static final String CALLS = "jadegate_grpc_calls";

    private final Meters meters = new Meters(2);

    @Test
    void callsAreCountedByMethodAndStatusOverAllLoops() {
        ended(0, "/shop.v1.Orders/Get", GrpcStatus.OK);
        ended(1, "/shop.v1.Orders/Get", GrpcStatus.OK);
        ended(1, "/shop.v1.Orders/Get", GrpcStatus.NOT_FOUND);
        ended(0, "/shop.v1.Orders/List", GrpcStatus.OK);

        RecordingReadings readings = RecordingReadings.of(meters);
        assertThat(readings.value(CALLS, "shop.v1.Orders", "Get", "OK")).isEqualTo(2);
        assertThat(readings.value(CALLS, "shop.v1.Orders", "Get", "NOT_FOUND")).isEqualTo(1);
        assertThat(readings.value(CALLS, "shop.v1.Orders", "List", "OK")).isEqualTo(1);
    }

    @Test
    void aMethodThatNoEndpointKnowsGetsNoSeries() {
        ended(0, "/x.Y/Z", GrpcStatus.UNIMPLEMENTED);
        ended(0, "/one", GrpcStatus.OK);
        ended(0, "/a/b/c", GrpcStatus.OK);
        FakeFacts refused = FakeFacts.refused(Reason.ROUTE_NOT_FOUND).target("h", "/x.Y/Z", null);
        refused.grpcStatus = GrpcStatus.UNIMPLEMENTED;
        meters.calls().on(0).ended(refused);

        RecordingReadings readings = RecordingReadings.of(meters);
        assertThat(readings.value(CALLS, "(other)", "(other)", "UNIMPLEMENTED")).isEqualTo(2);
        assertThat(readings.value(CALLS, "(other)", "(other)", "OK")).isEqualTo(2);
        assertThat(readings.value(CALLS, "x.Y", "Z", "UNIMPLEMENTED")).isEqualTo(-1);
    }

    @Test
    void aMethodThatIsKnownCountsItsFailuresWhoeverMadeThem() {
        ended(0, "/x.Y/Z", GrpcStatus.OK);
        FakeFacts lost = FakeFacts.refused(Reason.UPSTREAM_RESET).target("h", "/x.Y/Z", null);
        lost.grpcStatus = GrpcStatus.UNAVAILABLE;
        meters.calls().on(0).ended(lost);
        ended(0, "/x.Y/Z", null);

        RecordingReadings readings = RecordingReadings.of(meters);
        assertThat(readings.value(CALLS, "x.Y", "Z", "UNAVAILABLE")).isEqualTo(1);
        assertThat(readings.value(CALLS, "x.Y", "Z", "none")).isEqualTo(1);
    }

    @Test
    void thereAreOnlySoManySeriesWhateverEndpointsAnswer() {
        for (int i = 0; i < 2000; i++) {
            ended(0, "/x.Y/M" + i, GrpcStatus.OK);
        }
        RecordingReadings readings = RecordingReadings.of(meters);
        assertThat(readings.series()).filteredOn(key -> key.getFirst().equals(CALLS)).hasSize(501);
        assertThat(readings.value(CALLS, "x.Y", "M499", "OK")).isEqualTo(1);
        assertThat(readings.value(CALLS, "(other)", "(other)", "OK")).isEqualTo(1500);
    }

    private void ended(int loop, String path, @Nullable GrpcStatus status) {
        FakeFacts facts = FakeFacts.of().target("shop.example.com", path, null);
        facts.grpcStatus = status;
        meters.calls().on(loop).ended(facts);
    }
}
