package io.jadegate.api.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.Cidr;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecialNetworksTest {

    private static byte[] octets(String address) {
        return Cidr.parse(address).address();
    }

    @ParameterizedTest
    @ValueSource(strings = {"8.8.8.8", "192.0.1.1", "2606:2800::1", "64:ff9b::8.8.8.8"})
    void knowsWhatIsOfTheInternet(String address) {
        assertThat(SpecialNetworks.of(octets(address)).special()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3, 10.0.0.0/8",
        "169.254.1.1, 169.254.0.0/16",
        "169.254.169.254, 169.254.169.254/32",
        "168.63.129.16, 168.63.129.16/32",
        "2001:db8::1, 2001:db8:0:0:0:0:0:0/32",
        "4000::1, 0:0:0:0:0:0:0:0/0",
    })
    void knowsTheNarrowestBlockOfAnAddress(String address, String block) {
        SpecialNetworks.Block found = SpecialNetworks.of(octets(address));

        assertThat(found.special()).isTrue();
        assertThat(found.network()).hasToString(block);
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3, 10.0.0.0/8, true",
        "10.1.2.3, 10.1.2.3, true",
        "10.1.2.3, 10.9.0.0/16, false",
        "10.1.2.3, 8.0.0.0/6, false",
        "169.254.169.254, 169.254.0.0/16, false",
        "fc00::1, fc00::/7, true",
        "fc00::1, ::/0, false",
    })
    void isNamedByANetworkThatIsNoWider(String address, String network, boolean named) {
        byte[] octets = octets(address);

        assertThat(SpecialNetworks.of(octets).isNamedBy(Cidr.parse(network), octets))
                .isEqualTo(named);
    }
}
