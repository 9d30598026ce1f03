package io.jadegate.proxy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
    private static final long TICK = Deadlines.TICK_NANOS;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private long now = Long.MAX_VALUE - 20 * SECOND;
    private Deadlines deadlines;

    @BeforeEach
    void begin() {
        channel.freezeTime();
        deadlines = new Deadlines(channel.eventLoop(), () -> now);
    }

    private void advance(long nanos) {
        for (long left = nanos; left > 0; left -= TICK) {
            long step = Math.min(TICK, left);
            now += step;
            channel.advanceTimeBy(step, TimeUnit.NANOSECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    private final class Recording {
        private final List<Long> passedAt = new ArrayList<>();
        private final Deadlines.Deadline deadline = deadlines.new Deadline(() -> passedAt.add(now));
    }

    @Test
    void passesNeverEarlyAndAtMostTwoTicksLate() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 200; i++) {
            Recording recording = new Recording();
            advance(random.nextLong(TICK));
            long at = now + random.nextLong(3 * SECOND);
            recording.deadline.set(at);

            advance(4 * SECOND);

            assertThat(recording.passedAt).hasSize(1);
            assertThat(recording.passedAt.getFirst() - at).isBetween(0L, 2 * TICK);
        }
    }

    @Test
    void passesAlthoughWhatAnotherLedToFailed() {
        Deadlines.Deadline failing =
                deadlines
                .new Deadline(() -> {
                    throw new OutOfMemoryError("of memory outside the heap");
                });
        failing.set(now + TICK);
        Recording recording = new Recording();
        recording.deadline.set(now + 5 * TICK);

        advance(SECOND);

        assertThat(recording.passedAt).hasSize(1);
    }

    @Test
    void passesInTimeAfterTheWheelStoodStillForLong() {
        Recording first = new Recording();
        first.deadline.set(now + TICK);
        advance(SECOND);
        advance(300 * SECOND);

        Recording second = new Recording();
        long at = now + SECOND;
        second.deadline.set(at);
        advance(2 * SECOND);

        assertThat(second.passedAt).hasSize(1);
        assertThat(second.passedAt.getFirst() - at).isBetween(0L, 2 * TICK);
    }

    @Test
    void passesInTimeWhenItIsFartherThanARoundOfTheWheel() {
        Recording recording = new Recording();
        long at = now + 600 * SECOND;
        recording.deadline.set(at);

        advance(601 * SECOND);

        assertThat(recording.passedAt).hasSize(1);
        assertThat(recording.passedAt.getFirst() - at).isBetween(0L, 2 * TICK);
    }

    @Test
    void movesLaterAndEarlier() {
        Recording later = new Recording();
        Recording earlier = new Recording();
        later.deadline.set(now + SECOND);
        earlier.deadline.set(now + 100 * SECOND);
        long moved = now + 5 * SECOND;
        later.deadline.set(moved);
        earlier.deadline.set(moved);

        advance(10 * SECOND);

        assertThat(later.passedAt.getFirst() - moved).isBetween(0L, 2 * TICK);
        assertThat(earlier.passedAt.getFirst() - moved).isBetween(0L, 2 * TICK);
    }

    @Test
    void doesNotPassWhenItIsCancelled() {
        Recording recording = new Recording();
        recording.deadline.set(now + SECOND);
        recording.deadline.cancel();
        recording.deadline.cancel();

        advance(2 * SECOND);

        assertThat(recording.passedAt).isEmpty();
        assertThat(recording.deadline.isSet()).isFalse();
    }

    @Test
    void mayBeSetAndCancelledByOneThatPasses() {
        Recording victim = new Recording();
        Recording again = new Recording();
        Deadlines.Deadline first =
                deadlines
                .new Deadline(() -> {
                    victim.deadline.cancel();
                    again.deadline.set(now);
                });
        long at = now + SECOND;
        victim.deadline.set(at);
        first.set(at);

        advance(2 * SECOND);

        assertThat(victim.passedAt).isEmpty();
        assertThat(again.passedAt).hasSize(1);
    }

    @Test
    void goesOnWhenWhatADeadlineLeadsToFails() {
        Recording other = new Recording();
        Deadlines.Deadline failing =
                deadlines
                .new Deadline(() -> {
                    throw new IllegalStateException("a bug");
                });
        long at = now + SECOND;
        other.deadline.set(at);
        failing.set(at);

        advance(2 * SECOND);

        assertThat(other.passedAt).hasSize(1);
    }

    @Test
    void passesLateRatherThanNeverWhenTheLoopWasHeldUpForMoreThanARound() {
        Recording recording = new Recording();
        recording.deadline.set(now + 3 * SECOND);
        now += 200 * SECOND;
        channel.advanceTimeBy(200, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();

        assertThat(recording.passedAt).hasSize(1);
    }

    @Test
    void doesNotWakeTheLoopWhenNothingIsSet() {
        Recording recording = new Recording();
        recording.deadline.set(now + TICK);
        advance(SECOND);

        assertThat(channel.runScheduledPendingTasks()).isEqualTo(-1);
    }
}
