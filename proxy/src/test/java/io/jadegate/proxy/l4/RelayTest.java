package io.jadegate.proxy.l4;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.proxy.observe.Meters;
import io.jadegate.proxy.stream.ByteStream;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.TestChannel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RelayTest {
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final TestChannel channel = new TestChannel();
    private final FakeStream client = new FakeStream();
    private final FakeStream endpoint = new FakeStream();
    private final List<@Nullable Failure> endings = new ArrayList<>();
    private final Relay relay =
            new Relay(
                    channel.loop(),
                    client,
                    endpoint,
                    new Pump(client, endpoint),
                    new Pump(endpoint, client),
                    new Meters(1).listener("l").on(0).tunnels(),
                    10 * MINUTE,
                    endings::add);

    /// A stream without a connection, that takes everything and may say that it wants no more.
    private static final class FakeStream implements ByteStream {
        private boolean full;
        private boolean ended;
        private boolean reset;
        private int credit;

        @Override
        public void send(ByteBuf data) {
            data.release();
        }

        @Override
        public void sendEnd() {
            ended = true;
        }

        @Override
        public void flush() {}

        @Override
        public boolean writable() {
            return !full;
        }

        @Override
        public int heldBytes() {
            return 0;
        }

        @Override
        public void consumed(int octets) {
            credit += octets;
        }

        @Override
        public void reset() {
            reset = true;
        }
    }

    @AfterEach
    void end() {
        channel.finishAndReleaseAll();
    }

    private static ByteBuf octets(int count) {
        return Unpooled.buffer(count).writeZero(count);
    }

    private void assertEndedFor(Failure.Kind kind) {
        assertThat(endings).singleElement().extracting(Failure::kind).isEqualTo(kind);
    }

    @Test
    void endsWhenNothingHasMovedForTooLong() {
        relay.clientData(octets(1));
        channel.passTime(9 * MINUTE);
        relay.endpointData(octets(2));
        channel.passTime(9 * MINUTE);
        assertThat(endings).isEmpty();

        channel.passTime(2 * MINUTE);

        assertEndedFor(Failure.Kind.TUNNEL_IDLE_TIMEOUT);
        assertThat(client.reset && endpoint.reset).isTrue();
        assertThat(relay.clientOctets() + relay.endpointOctets()).isEqualTo(3);
    }

    @Test
    void takesAClientThatReadsSlowlyForNoSilentOne() {
        client.full = true;
        relay.endpointData(octets(1000));
        assertThat(endpoint.credit).isZero();

        channel.passTime(9 * MINUTE);
        relay.clientWritable();
        assertThat(endpoint.credit).isEqualTo(1000);
        channel.passTime(9 * MINUTE);
        assertThat(endings).isEmpty();

        channel.passTime(2 * MINUTE);
        assertThat(endings).hasSize(1);
    }

    @Test
    void letsAClientReadBeforeItTellsThatTheEndpointIsGone() {
        relay.endpointData(octets(5));
        relay.endpointEnded();
        relay.endpointFailed(Failure.of(Failure.Kind.RESET_BEFORE_RESPONSE));
        assertThat(client.ended).isTrue();
        assertThat(client.reset).isFalse();

        channel.passTime(TimeUnit.SECONDS.toNanos(3));

        assertThat(client.reset).isTrue();
        assertEndedFor(Failure.Kind.RESET_BEFORE_RESPONSE);
    }

    @Test
    void endsOnceWhenBothSidesHaveEnded() {
        relay.clientEnded();
        assertThat(endpoint.ended).isTrue();
        assertThat(endings).isEmpty();

        relay.endpointEnded();
        relay.clientFailed(Failure.of(Failure.Kind.CLIENT_CLOSED));

        assertThat(endings).hasSize(1).containsOnlyNulls();
        assertThat(endpoint.reset).isFalse();
    }

    @Test
    void tellsWhyItHadToLeaveHoweverItsSidesTakeIt() {
        relay.leave(Failure.of(Failure.Kind.DRAINED));
        assertThat(client.ended && endpoint.ended).isTrue();
        assertThat(endings).isEmpty();

        relay.endpointFailed(Failure.of(Failure.Kind.RESET_BEFORE_RESPONSE));

        assertEndedFor(Failure.Kind.DRAINED);
    }

    @Test
    void tellsWhyItHadToLeaveWhenBothSidesEnd() {
        relay.leave(Failure.of(Failure.Kind.DRAINED));
        relay.endpointEnded();
        relay.clientEnded();

        assertEndedFor(Failure.Kind.DRAINED);
    }
}
