package io.jadegate.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;

class OfferedProtocolsTest {
    /// Of the record, and of the message in it.
    private static final int HEADERS = 5 + 4;

    /// The ClientHello of the JDK, from its version on.
    private static byte[] hello(String... protocols) throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine("shop.test", 443);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        engine.setSSLParameters(parameters);
        ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), record);
        byte[] hello = new byte[record.position() - HEADERS];
        record.get(HEADERS, hello);
        return hello;
    }

    @Test
    void readsThemInTheirOrderAndLeavesTheMessageAsItIs() throws Exception {
        ByteBuf hello = Unpooled.wrappedBuffer(hello("h2", "http/1.1", "imap"));
        int octets = hello.readableBytes();

        assertThat(OfferedProtocols.in(hello)).containsExactly("h2", "http/1.1", "imap");
        assertThat(hello.readableBytes()).isEqualTo(octets);
    }

    @Test
    void findsNoneWhereNoneAreOffered() throws Exception {
        assertThat(OfferedProtocols.in(Unpooled.wrappedBuffer(hello()))).isEmpty();
    }

    @Test
    void findsNoneInWhatIsCutAnywhere() throws Exception {
        byte[] hello = hello("h2", "http/1.1");

        for (int length = 0; length < hello.length; length++) {
            // The lengths in it lead behind its end.
            assertThat(OfferedProtocols.in(Unpooled.wrappedBuffer(hello, 0, length))).isEmpty();
        }
    }

    @Test
    void readsDamagedMessagesToTheirEndAndNoFurther() throws Exception {
        byte[] hello = hello("h2", "http/1.1");
        Random random = new Random(7301);

        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = hello.clone();
            for (int hit = random.nextInt(1, 4); hit > 0; hit--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            List<String> offered = OfferedProtocols.in(Unpooled.wrappedBuffer(damaged));
            assertThat(offered.stream().mapToInt(String::length).sum()).isLessThan(damaged.length);
        }
    }
}
