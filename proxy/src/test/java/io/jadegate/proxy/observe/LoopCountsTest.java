package io.jadegate.proxy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LoopCountsTest {
    private final LoopCounts first = new LoopCounts();
    private final LoopCounts second = new LoopCounts();

    @Test
    void everyLoopIsShownByItsNumber() {
        first.wokeUp();
        first.socketRead();
        first.socketRead();
        second.socketWrite();
        second.copied(100);
        second.copied(28);

        var readings = RecordingReadings.of(LoopCounts.telemetry(List.of(first, second)));
        assertThat(readings.value("jadegate_loop_wakeups", "0")).isEqualTo(1);
        assertThat(readings.value("jadegate_loop_socket_reads", "0")).isEqualTo(2);
        assertThat(readings.value("jadegate_loop_socket_writes", "0")).isZero();
        assertThat(readings.value("jadegate_loop_wakeups", "1")).isZero();
        assertThat(readings.value("jadegate_loop_socket_writes", "1")).isEqualTo(1);
        assertThat(readings.value("jadegate_loop_copied_bytes", "1")).isEqualTo(128);
    }
}
