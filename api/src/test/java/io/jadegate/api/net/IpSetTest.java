package io.jadegate.api.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.Cidr;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IpSetTest {
    @Test
    void holdsTheFirstAndLastAddressOfANetworkAndNoOther() throws Exception {
        var set = IpSet.of(networks("10.1.0.0/16"));

        assertThat(set.contains(address("10.1.0.0"))).isTrue();
        assertThat(set.contains(address("10.1.255.255"))).isTrue();
        assertThat(set.contains(address("10.0.255.255"))).isFalse();
        assertThat(set.contains(address("10.2.0.0"))).isFalse();
        assertThat(set.contains(address("::1"))).isFalse();
    }

    @Test
    void reachesBothEndsOfTheAddressSpace() throws Exception {
        var v4 = IpSet.of(networks("0.0.0.0/0"));
        var v6 = IpSet.of(networks("::/0"));

        assertThat(v4.contains(address("0.0.0.0"))).isTrue();
        assertThat(v4.contains(address("255.255.255.255"))).isTrue();
        assertThat(v4.contains(address("::"))).isFalse();
        assertThat(v6.contains(address("::"))).isTrue();
        assertThat(v6.contains(address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"))).isTrue();
        assertThat(v6.contains(address("1.2.3.4"))).isFalse();
    }

    @Test
    void countsMappedAddressesAsIpv4() {
        var mapped = new byte[16];
        mapped[10] = -1;
        mapped[11] = -1;
        mapped[12] = 10;

        assertThat(IpSet.of(networks("10.0.0.0/8")).contains(mapped)).isTrue();
        assertThat(IpSet.of(networks("::ffff:10.0.0.0/104")).contains(mapped)).isTrue();
        assertThat(IpSet.of(networks("::/0")).contains(mapped)).isFalse();
    }

    @Test
    void holdsNobodyWhenThereIsNoNetwork() throws Exception {
        var set = IpSet.of(List.of());

        assertThat(set.isEmpty()).isTrue();
        assertThat(set.contains(address("127.0.0.1"))).isFalse();
        assertThat(set.contains(address("::1"))).isFalse();
    }

    @Test
    void letsTheLongestNetworkDecide() throws Exception {
        var rules =
                IpRules.of(
                        networks("10.1.0.0/16", "10.1.2.3/32"),
                        networks("10.0.0.0/8", "10.1.2.0/24"));

        assertThat(rules.allows(address("10.9.0.1"))).isFalse();
        assertThat(rules.allows(address("10.1.0.1"))).isTrue();
        assertThat(rules.allows(address("10.1.2.1"))).isFalse();
        assertThat(rules.allows(address("10.1.2.3"))).isTrue();
        assertThat(rules.allows(address("10.1.2.4"))).isFalse();
        assertThat(rules.allows(address("10.1.3.0"))).isTrue();
    }

    @Test
    void deniesWhatIsBothAllowedAndDenied() throws Exception {
        var rules = IpRules.of(networks("10.0.0.0/8"), networks("10.0.0.0/8"));

        assertThat(rules.allows(address("10.1.1.1"))).isFalse();
    }

    @Test
    void deniesEverybodyElseOnlyWhenSomebodyIsAllowed() throws Exception {
        assertThat(IpRules.of(networks("10.0.0.0/8"), List.of()).allows(address("11.0.0.1")))
                .isFalse();
        assertThat(IpRules.of(networks("10.0.0.0/8"), List.of()).allows(address("::1"))).isFalse();
        assertThat(IpRules.of(List.of(), networks("10.0.0.0/8")).allows(address("11.0.0.1")))
                .isTrue();
        assertThat(IpRules.of(List.of(), List.of()).allows(address("::1"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void agreesWithAScanOfAllNetworks(long seed) throws Exception {
        var random = new Random(seed);
        boolean v6 = seed % 2 == 0;
        for (int round = 0; round < 50; round++) {
            List<Cidr> allow = networks(random, v6);
            List<Cidr> deny = networks(random, v6);
            var set = IpSet.of(allow);
            var rules = IpRules.of(allow, deny);
            for (int i = 0; i < 200; i++) {
                byte[] address = probe(random, v6, allow, deny);
                assertThat(set.contains(address))
                        .isEqualTo(allow.stream().anyMatch(network -> network.contains(address)));
                assertThat(rules.allows(InetAddress.getByAddress(address)))
                        .isEqualTo(allowsByScan(allow, deny, address));
            }
        }
    }

    private static boolean allowsByScan(List<Cidr> allow, List<Cidr> deny, byte[] address) {
        int allowed = longest(allow, address);
        int denied = longest(deny, address);
        boolean unnamed = allowed < 0 && denied < 0;
        return unnamed ? allow.isEmpty() : allowed > denied;
    }

    private static int longest(List<Cidr> networks, byte[] address) {
        return networks.stream()
                .filter(network -> network.contains(address))
                .mapToInt(Cidr::length)
                .max()
                .orElse(-1);
    }

    /// Networks that like to nest: few different leading bits, any length.
    private static List<Cidr> networks(Random random, boolean v6) throws UnknownHostException {
        List<Cidr> networks = new ArrayList<>();
        int count = random.nextInt(12);
        for (int i = 0; i < count; i++) {
            byte[] octets = octets(random, v6);
            int length = random.nextInt(octets.length * 8 + 1);
            for (int bit = length; bit < octets.length * 8; bit++) {
                octets[bit / 8] &= (byte) ~(0x80 >>> (bit % 8));
            }
            networks.add(
                    Cidr.parse(InetAddress.getByAddress(octets).getHostAddress() + "/" + length));
        }
        return networks;
    }

    private static byte[] octets(Random random, boolean v6) {
        byte[] octets = new byte[v6 ? 16 : 4];
        for (int i = 0; i < octets.length; i++) {
            int choice = random.nextInt(8);
            octets[i] = (byte) (choice == 0 ? random.nextInt(256) : choice < 3 ? 255 : choice & 1);
        }
        octets[0] = (byte) (v6 ? octets[0] | 0x20 : octets[0]);
        return octets;
    }

    /// An address at, just before or just behind the edge of a network, or anywhere.
    private static byte[] probe(Random random, boolean v6, List<Cidr> allow, List<Cidr> deny) {
        List<Cidr> all = Stream.concat(allow.stream(), deny.stream()).toList();
        if (all.isEmpty() || random.nextInt(3) == 0) {
            return octets(random, v6);
        }
        Cidr network = all.get(random.nextInt(all.size()));
        int bits = network.v6() ? 128 : 32;
        BigInteger edge = new BigInteger(1, network.address());
        if (random.nextBoolean()) {
            edge = edge.add(BigInteger.ONE.shiftLeft(bits - network.length()));
        }
        BigInteger at =
                edge.subtract(BigInteger.valueOf(random.nextInt(2)))
                        .mod(BigInteger.ONE.shiftLeft(bits));
        byte[] octets = at.toByteArray();
        byte[] address = new byte[bits / 8];
        int from = Math.max(0, octets.length - address.length);
        byte[] tail = Arrays.copyOfRange(octets, from, octets.length);
        System.arraycopy(tail, 0, address, address.length - tail.length, tail.length);
        return address;
    }

    private static List<Cidr> networks(String... texts) {
        return Arrays.stream(texts).map(Cidr::parse).toList();
    }

    private static InetAddress address(String literal) throws UnknownHostException {
        return InetAddress.getByName(literal);
    }
}
