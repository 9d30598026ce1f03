package io.jadegate.proxy.proxyprotocol;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.proxy.proxyprotocol.ProxyHeaderReader.Result;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ProxyHeaderTest {
    private static final ProxyHeader WHOLE =
            new ProxyHeader(at("2001:db8::7", 4711), at("::1", 443), "h2", "a.test", "id");

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    static Stream<ProxyHeader> headers() {
        return Stream.of(
                WHOLE,
                new ProxyHeader(at("198.51.100.7", 65535), at("203.0.113.1", 1), null, null, null),
                new ProxyHeader(at("198.51.100.7", 1), at("203.0.113.1", 2), null, "b", null),
                ProxyHeader.UNKNOWN);
    }

    private static byte[] octets(ByteBuf buffer) {
        byte[] octets = new byte[buffer.readableBytes()];
        buffer.readBytes(octets);
        buffer.release();
        return octets;
    }

    private static byte[] version1(ProxyHeader header) {
        return octets(ProxyHeaderWriter.version1(header, UnpooledByteBufAllocator.DEFAULT));
    }

    private static byte[] version2(ProxyHeader header) {
        return octets(ProxyHeaderWriter.version2(header, UnpooledByteBufAllocator.DEFAULT));
    }

    private static Result read(byte[] octets) {
        return ProxyHeaderReader.read(Unpooled.wrappedBuffer(octets));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void readsWhatItWrites(ProxyHeader header) {
        byte[] binary = version2(header);
        byte[] line = version1(header);

        assertThat(read(binary)).isEqualTo(new Result.Found(header, binary.length));
        assertThat(read(line))
                .isEqualTo(
                        new Result.Found(
                                new ProxyHeader(
                                        header.source(), header.destination(), null, null, null),
                                line.length));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void waitsForTheRestOfEveryBeginning(ProxyHeader header) {
        for (byte[] whole : new byte[][] {version1(header), version2(header)}) {
            for (int length = 0; length < whole.length; length++) {
                byte[] beginning = new byte[length];
                System.arraycopy(whole, 0, beginning, 0, length);
                assertThat(read(beginning)).isEqualTo(new Result.Incomplete());
            }
        }
    }

    @Test
    void writesAddressesOfTwoFamiliesAsOne() {
        ProxyHeader mixed =
                new ProxyHeader(at("198.51.100.7", 1), at("2001:db8::1", 2), null, null, null);

        assertThat(new String(version1(mixed), US_ASCII))
                .isEqualTo("PROXY TCP6 ::ffff:198.51.100.7 2001:db8:0:0:0:0:0:1 1 2\r\n");
        assertThat(((Result.Found) read(version2(mixed))).header().source())
                .isEqualTo(at("198.51.100.7", 1));
    }

    @Test
    void hasAnAnswerToEveryDamage() {
        SplittableRandom random = new SplittableRandom(1);
        byte[] line = version1(WHOLE);
        byte[] binary = version2(WHOLE);
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = (i % 2 == 0 ? line : binary).clone();
            for (int damages = random.nextInt(1, 4); damages > 0; damages--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            assertThat(read(damaged)).isNotNull();
        }
    }
}
