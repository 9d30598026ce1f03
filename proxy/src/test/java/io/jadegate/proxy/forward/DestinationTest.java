package io.jadegate.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DestinationTest {
    @ParameterizedTest
    @CsvSource({
        "Shop.Example.COM, shop.example.com:443",
        "shop.example.com., shop.example.com:443",
        "xn--bcher-kva.example, xn--bcher-kva.example:443",
        "a_b.example, a_b.example:443",
        "localhost, localhost:443",
        "10.0.0.1, 10.0.0.1:443",
        "10.0.0.1., 10.0.0.1:443",
        "[2001:DB8:0::1], [2001:db8::1]:443",
        "[::ffff:10.0.0.1], 10.0.0.1:443",
    })
    void hasOneSpellingOfEachTarget(String host, String written) {
        assertThat(Destination.of(host, 443)).hasToString(written);
    }

    @Test
    void knowsAddressesFromNames() throws Exception {
        assertThat(Destination.of("[::1]", 443).literal()).isEqualTo(InetAddress.ofLiteral("::1"));
        assertThat(Destination.of("127.0.0.1", 443).literal())
                .isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
        assertThat(Destination.of("127.0.0.1.example", 443).literal()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "a..b",
                "-a.example",
                "a-.example",
                "2130706433",
                "0x7f000001",
                "0x7f.1",
                "127.1",
                "0177.0.0.1",
                "127.0.0.01",
                "127.0.0.1.2",
                "256.0.0.1",
                "a.0x1",
                "::1",
                "[::1",
                "[fe80::1%eth0]",
                "[127.0.0.1]",
                "[::1/128]",
                "10.0.0.0/8",
                "a b",
                "a@b",
                "büch.er",
                "*.example.com",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example",
            })
    void isNothingThatTwoReadersCouldTakeDifferently(String host) {
        assertThatIllegalArgumentException().isThrownBy(() -> Destination.of(host, 443));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 65536})
    void hasAPort(int port) {
        assertThatIllegalArgumentException().isThrownBy(() -> Destination.of("a.example", port));
    }
}
