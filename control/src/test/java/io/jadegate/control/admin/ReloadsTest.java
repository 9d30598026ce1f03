package io.jadegate.control.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.plane.ApplyResult;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReloadsTest {
    private static final Instant FIRST = Instant.parse("2026-11-22T21:40:39Z");

    private final Reloads reloads = new Reloads();

    @Test
    void aRejectedReloadLeavesTheRevision() {
        reloads.ended(applied(1), FIRST);
        reloads.ended(new ApplyResult.Rejected(List.of()), FIRST.plusSeconds(5));
        assertThat(metrics())
                .contains(
                        "jadegate_config_revision 1.0",
                        "jadegate_config_reloads_total{result=\"applied\"} 1.0",
                        "jadegate_config_reloads_total{result=\"rejected\"} 1.0",
                        "jadegate_config_last_reload_successful 0.0",
                        "jadegate_config_last_reload_success_timestamp_seconds 1.795383639E9");
    }

    @Test
    void anAppliedReloadIsASuccessAgain() {
        reloads.ended(new ApplyResult.Rejected(List.of()), FIRST);
        reloads.ended(applied(1), FIRST);
        assertThat(metrics()).contains("jadegate_config_last_reload_successful 1.0");
    }

    private String metrics() {
        byte[] text = new Exposition(List.of(reloads)).answer(null).body();
        return new String(text, UTF_8);
    }

    private static ApplyResult applied(long revision) {
        var nothing =
                new ApplyResult.Changes(
                        0, ApplyResult.Parts.NONE, ApplyResult.Parts.NONE, ApplyResult.Parts.NONE);
        return new ApplyResult.Applied(revision, nothing, List.of());
    }
}
