package io.jadegate.proxy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutputTest {
    private static final int SIZE = 16 * 1024;

    /// Where a channel is full unless it is told another, and what each write counts besides its
    /// octets.
    private static final int WATER_MARK = 64 * 1024;

    private static final int OVERHEAD = 96;

    private final TestChannel channel = new TestChannel();
    private int drained;
    private Runnable room = () -> {};
    private Output output;

    /// Does not mind that writes fail on a closed channel.
    private final class Deaf extends ChannelInboundHandlerAdapter {
        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            if (output.writable()) {
                room.run();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            assertThat(cause).isInstanceOf(ClosedChannelException.class);
        }
    }

    @BeforeEach
    void begin() {
        ChannelInboundHandlerAdapter handler = new Deaf();
        channel.begin(handler);
        ChannelHandlerContext ctx = channel.pipeline().context(handler);
        output = new Output(ctx, channel.loop(), () -> drained++);
    }

    @AfterEach
    void holdsNothingInTheEnd() {
        output.discard();
        channel.finishAndReleaseAll();
        assertThat(charged()).isZero();
    }

    @Test
    void chargesABodyBeforeItIsFlushed() {
        output.data(body());
        output.flush();

        assertThat(charged()).isEqualTo(SIZE);
        assertThat(channel.sent()).hasSize(SIZE);
        assertThat(charged()).isZero();
        assertThat(drained).isZero();
    }

    /// What is between the chunks costs, the memory that they share does not cost again.
    @Test
    void chargesChunksForTheMemoryTheyShare() {
        channel.hold();
        ByteBuf read = body();
        for (int i = 0; i < 4; i++) {
            output.add(output.octets().put("1000\r\n"));
            output.data(read.retainedSlice(i * SIZE / 4, SIZE / 4));
            output.add(output.octets().put("\r\n"));
        }
        read.release();
        output.flushNow();

        assertThat(charged()).isBetween((long) SIZE, 2L * SIZE);
        channel.letGo();
        channel.sent();
    }

    @Test
    void chargesWhatThePeerDoesNotTakeUntilItDoes() {
        channel.hold();
        output.data(body());
        output.flushNow();
        output.data(body());
        output.flushNow();
        assertThat(output.heldBytes()).isEqualTo(2 * SIZE);
        assertThat(charged()).isEqualTo(2 * SIZE);

        channel.letGo();

        assertThat(channel.sent()).hasSize(2 * SIZE);
        assertThat(charged()).isZero();
        assertThat(drained).isEqualTo(1);
    }

    @Test
    void givesBackWhatItNeverSentWhenTheChannelCloses() {
        output.data(body());
        assertThat(charged()).isEqualTo(SIZE);

        channel.close();
        output.discard();

        assertThat(charged()).isZero();
    }

    @Test
    void givesBackWhatWaitsWhenTheChannelCloses() {
        channel.hold();
        output.data(body());
        output.flushNow();

        channel.close();
        output.discard();
        channel.runPendingTasks();

        assertThat(charged()).isZero();
        assertThat(drained).isZero();
    }

    /// Who is told that there is room may have something to say.
    @Test
    void losesNothingThatIsAddedWhenTheConnectionFillsMeanwhile() {
        whenTold(() -> output.add(output.octets().put("told")));
        for (int i = 0; i < 3; i++) {
            output.data(body());
        }
        output.add(output.octets().put("x".repeat(SIZE)));

        output.add(output.octets().put("more"));
        output.flush();

        assertThat(channel.sent().substring(3 * SIZE)).isEqualTo("x".repeat(SIZE) + "moretold");
    }

    /// The head of a frame can be what fills the connection.
    @Test
    void putsNothingBetweenAHeadAndItsOctets() {
        String head = "h".repeat(1_000);
        String octets = "o".repeat(3_000);
        String told = "t".repeat(3_000);
        whenTold(() -> output.data(octets(told)));
        int filled = 0;
        while (filled + OVERHEAD + head.length() <= WATER_MARK) {
            int size = Math.min(SIZE, WATER_MARK - filled - 2 * OVERHEAD - head.length() / 2);
            output.data(octets("x".repeat(size)));
            filled += size + OVERHEAD;
        }
        assertThat(filled).isLessThan(WATER_MARK);

        output.add(output.octets().put(head));
        output.data(octets(octets));
        output.flush();

        assertThat(channel.sent().replace("x", "")).isEqualTo(head + octets + told);
    }

    private void whenTold(Runnable action) {
        room =
                () -> {
                    room = () -> {};
                    action.run();
                    output.flush();
                };
    }

    private static ByteBuf octets(String octets) {
        return Unpooled.copiedBuffer(octets, StandardCharsets.ISO_8859_1);
    }

    private long charged() {
        return channel.loop().ledger().heldBytes();
    }

    private ByteBuf body() {
        return channel.alloc().directBuffer(SIZE).writeZero(SIZE);
    }
}
