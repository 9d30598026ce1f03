package io.jadegate.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.Output;
import io.jadegate.proxy.stream.TestChannel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SendLineTest {
    private final TestChannel channel = new TestChannel();
    private Output output;
    private SendLine line;

    /// A stream that only sends.
    private static final class SendingStream implements Http2Stream {
        private final StreamOutput output;
        private int told;

        SendingStream(SendLine line, TestChannel channel) {
            output = new StreamOutput(this, line, channel.loop().ledger());
        }

        @Override
        public int id() {
            return 1;
        }

        @Override
        public StreamInput input() {
            throw new UnsupportedOperationException("only sends");
        }

        @Override
        public StreamOutput output() {
            return output;
        }

        @Override
        public void data(ByteBuf data, int padding, boolean end) {}

        @Override
        public void allWritten() {}

        @Override
        public void peerReset(long code) {}

        @Override
        public void violated() {}

        @Override
        public void broke(Failure failure) {}

        @Override
        public void becameWritable() {
            told++;
        }

        @Override
        public void readCompleted() {}

        @Override
        public void forget() {
            output.drop();
        }
    }

    @BeforeEach
    void begin() {
        ChannelInboundHandlerAdapter handler =
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
                        line.tellWritable();
                    }
                };
        channel.begin(handler);
        output = new Output(channel.pipeline().context(handler), channel.loop(), () -> {});
        line = new SendLine(output, new FrameWriter(output), new FrameLimits(channel.loop().now()));
    }

    @AfterEach
    void end() {
        channel.finishAndReleaseAll();
        assertThat(channel.loop().ledger().heldBytes()).isZero();
    }

    @Test
    void keepsNoStreamThatIsOver() {
        SendingStream first = new SendingStream(line, channel);
        first.output().send(Unpooled.wrappedBuffer(new byte[SendLine.INITIAL_WINDOW]));
        SendingStream waiting = new SendingStream(line, channel);
        waiting.output().send(Unpooled.wrappedBuffer(new byte[1]));
        channel.sent();
        assertThat(line.mayWriteAtOnce()).isFalse();

        waiting.forget();

        assertThat(line.mayWriteAtOnce()).isTrue();
    }

    @Test
    void tellsAStreamOnceThatThereIsRoomForMore() {
        SendingStream stream = new SendingStream(line, channel);
        stream.output().send(Unpooled.wrappedBuffer(new byte[SendLine.INITIAL_WINDOW + 1]));
        assertThat(stream.output().writable()).isFalse();

        line.growWindow(10);
        line.pump();
        line.tellWritable();
        assertThat(stream.told).as("its own window is closed").isZero();

        stream.output().growWindow(10);
        line.join(stream.output());
        line.pump();
        line.tellWritable();
        line.tellWritable();

        assertThat(stream.told).isOne();
        assertThat(stream.output().writable()).isTrue();
        channel.sent();
    }

    @Test
    void tellsAStreamOnceWhenAskingForRoomMakesRoom() {
        channel.hold();
        SendingStream first = new SendingStream(line, channel);
        first.output().send(Unpooled.wrappedBuffer(new byte[SendLine.INITIAL_WINDOW]));
        SendingStream waiting = new SendingStream(line, channel);
        assertThat(waiting.output().writable()).isFalse();
        channel.letGoUnnoticed();
        new FrameWriter(output).pingAck(1);

        line.tellWritable();

        assertThat(waiting.told).isOne();
        channel.sent();
    }

    @Test
    void tellsNobodyWhoSendsNoMore() {
        SendingStream stream = new SendingStream(line, channel);
        stream.output().send(Unpooled.wrappedBuffer(new byte[SendLine.INITIAL_WINDOW + 1]));
        assertThat(stream.output().writable()).isFalse();
        stream.output().growWindow(10);
        line.growWindow(10);
        line.join(stream.output());
        line.pump();

        stream.forget();
        line.tellWritable();

        assertThat(stream.told).isZero();
        channel.sent();
    }
}
