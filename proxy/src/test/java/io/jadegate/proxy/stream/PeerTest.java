package io.jadegate.proxy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerTest {
    /// The examples of RFC 5952 and its corners.
    @ParameterizedTest
    @CsvSource({
        "192.0.2.1,                               192.0.2.1",
        "2001:0db8:0:0:0:0:0002:1,                2001:db8::2:1",
        "2001:db8:0:1:1:1:1:1,                    2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1,                      2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1,                    2001:db8::1:0:0:1",
        "2001:DB8::ABCD,                          2001:db8::abcd",
        "0:0:0:0:0:0:0:0,                         ::",
        "0:0:0:0:0:0:0:1,                         ::1",
        "1:0:0:0:0:0:0:0,                         1::",
        "0:1:0:0:0:0:0:0,                         0:1::",
        "1:0:0:0:0:0:0:1,                         1::1",
        "0:0:1:0:0:0:1:0,                         0:0:1::1:0",
        "0:1:1:1:1:1:1:0,                         0:1:1:1:1:1:1:0",
        "0:0:1:1:1:1:1:1,                         ::1:1:1:1:1:1",
        "1:1:1:1:1:1:0:0,                         1:1:1:1:1:1::",
        "::ffff:192.0.2.1,                        192.0.2.1",
        "fe80::1%1,                               fe80::1",
    })
    void textOfAnAddress(String address, String text) throws UnknownHostException {
        assertThat(Peer.text(InetAddress.getByName(address))).isEqualTo(text);
    }

    @Test
    void textIsReadBackAsTheSameAddress() throws UnknownHostException {
        SplittableRandom random = new SplittableRandom(5952);
        for (int i = 0; i < 5_000; i++) {
            byte[] octets = new byte[16];
            for (int at = 0; at < 16; at += 2) {
                if (random.nextBoolean()) {
                    octets[at] = (byte) random.nextInt(random.nextBoolean() ? 1 : 256);
                    octets[at + 1] = (byte) random.nextInt(256);
                }
            }
            InetAddress address = InetAddress.getByAddress(octets);

            assertThat(InetAddress.getByName(Peer.text(address))).isEqualTo(address);
        }
    }

    @Test
    void aUnixDomainSocketCountsAsThisMachine() {
        Peer peer = Peer.of(UnixDomainSocketAddress.of(""), UnixDomainSocketAddress.of("/a"), null);

        assertThat(peer.address().isLoopbackAddress()).isTrue();
        assertThat(peer.text()).isEqualTo("unix");
        assertThat(peer.localPort()).isZero();
    }

    @Test
    void knowsThePortThatItConnectedTo() {
        Peer peer =
                Peer.of(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 5000),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 80),
                        new TlsSession("TLSv1.3", "*", List.of(), List.of(), null));

        assertThat(peer.port()).isEqualTo(5000);
        assertThat(peer.localPort()).isEqualTo(80);
        assertThat(peer.secure()).isTrue();
    }
}
