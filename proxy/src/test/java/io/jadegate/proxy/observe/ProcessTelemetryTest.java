package io.jadegate.proxy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ProcessTelemetryTest {
    private final ByteBufAllocatorMetricProvider buffers = new UnpooledByteBufAllocator(true);
    private final RecordingReadings readings =
            RecordingReadings.of(new ProcessTelemetry("1.2", 2, buffers.metric()));

    @Test
    void tellsWhatTheProcessIs() {
        assertThat(readings.value("jadegate_build_info", "1.2")).isEqualTo(1);
        assertThat(readings.value("jadegate_event_loops")).isEqualTo(2);
        assertThat(readings.value("jadegate_heap_used_bytes"))
                .isBetween(1L, readings.value("jadegate_heap_max_bytes"));
        assertThat(readings.value("jadegate_buffers_used_bytes")).isZero();
        assertThat(readings.value("process_start_time_seconds")).isGreaterThan(1_600_000_000);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void tellsWhatOnlyLinuxTells() {
        assertThat(readings.value("process_open_fds"))
                .isBetween(3L, readings.value("process_max_fds"));
        assertThat(readings.value("process_resident_memory_bytes")).isGreaterThan(10_000_000);
    }
}
