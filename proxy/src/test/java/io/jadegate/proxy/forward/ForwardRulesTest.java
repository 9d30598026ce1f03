package io.jadegate.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.Address;
import io.jadegate.api.config.Cidr;
import io.jadegate.api.config.ForwardConfig.TargetConfig;
import io.jadegate.api.filter.Reason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardRulesTest {
    private static final InetAddress PUBLIC = InetAddress.ofLiteral("93.184.216.34");

    private static final InetAddress PUBLIC_BY_NAT64 = InetAddress.ofLiteral("64:ff9b::5db8:d822");

    // ---- names

    @Test
    void refusesEverythingWithoutAllow() {
        ForwardRules rules = rules(List.of(), List.of());

        assertThat(name(rules, "shop.example.com", 443)).isEqualTo(Reason.FORWARD_NOT_ALLOWED);
        assertThat(literal(rules, "93.184.216.34", 443))
                .isEqualTo(Reason.FORWARD_ADDRESS_NOT_ALLOWED);
    }

    @ParameterizedTest
    @CsvSource({
        "example.com, Example.COM., true",
        "example.com, a.example.com, false",
        "*.example.com, a.example.com, true",
        "*.example.com, a.b.example.com, true",
        "*.example.com, example.com, false",
        "*.example.com, badexample.com, false",
        "*.Example.com., A.example.com, true",
        "*, anything.example, true",
        "xn--bcher-kva.example, XN--BCHER-KVA.example, true",
    })
    void allowsHostsByNameAndSuffix(String pattern, String host, boolean allowed) {
        ForwardRules rules = rules(List.of(host(pattern, 443)), List.of());

        assertThat(name(rules, host, 443) == null).isEqualTo(allowed);
    }

    @Test
    void tellsAPortThatIsNotAllowedFromAHostThatIsNot() {
        ForwardRules rules = rules(List.of(host("a.example", 443, 8443)), List.of());

        assertThat(name(rules, "a.example", 8443)).isNull();
        assertThat(name(rules, "a.example", 22)).isEqualTo(Reason.FORWARD_PORT_NOT_ALLOWED);
        assertThat(name(rules, "b.example", 22)).isEqualTo(Reason.FORWARD_NOT_ALLOWED);
    }

    @Test
    void deniesWhatIsDeniedThoughItIsAllowed() {
        ForwardRules rules =
                rules(
                        List.of(host("*.example", 443, 80), network("0.0.0.0/0", 443)),
                        List.of(host("bad.example", 443), network("93.184.216.0/24", 443)));

        assertThat(name(rules, "bad.example", 443)).isEqualTo(Reason.FORWARD_DENIED);
        assertThat(name(rules, "bad.example", 80)).isNull();
        assertThat(address(rules, "good.example", 443, PUBLIC))
                .isEqualTo(Reason.FORWARD_ADDRESS_DENIED);
        assertThat(address(rules, "good.example", 80, PUBLIC)).isNull();
        assertThat(literal(rules, "93.184.216.34", 443)).isEqualTo(Reason.FORWARD_ADDRESS_DENIED);
    }

    @Test
    void asksNoNameServerAboutAPortThatNoNetworkHas() {
        ForwardRules rules = rules(List.of(network("93.184.216.0/24", 443)), List.of());

        assertThat(name(rules, "a.example", 443)).isNull();
        assertThat(name(rules, "a.example", 80)).isEqualTo(Reason.FORWARD_NOT_ALLOWED);
    }

    @Test
    void allowsANameByTheNetworkOfItsAddress() {
        ForwardRules rules = rules(List.of(network("93.184.216.0/24", 443)), List.of());

        assertThat(address(rules, "a.example", 443, PUBLIC)).isNull();
        assertThat(address(rules, "a.example", 443, InetAddress.ofLiteral("8.8.8.8")))
                .isEqualTo(Reason.FORWARD_ADDRESS_NOT_ALLOWED);
    }

    @Test
    void allowsAPublicAddressThatIsNamedAsAHost() {
        ForwardRules rules =
                rules(List.of(host("93.184.216.34", 443), host("[2606:2800::1]", 443)), List.of());

        assertThat(literal(rules, "93.184.216.34", 443)).isNull();
        assertThat(literal(rules, "[2606:2800:0::1]", 443)).isNull();
        assertThat(literal(rules, "93.184.216.34", 80)).isEqualTo(Reason.FORWARD_PORT_NOT_ALLOWED);
        assertThat(literal(rules, "93.184.216.35", 443))
                .isEqualTo(Reason.FORWARD_ADDRESS_NOT_ALLOWED);
    }

    // ---- addresses that are not simply part of the Internet

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.1",
                "100.64.0.1",
                "100.127.255.255",
                "127.0.0.1",
                "127.255.255.254",
                "169.254.0.1",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.8",
                "192.0.2.1",
                "192.88.99.1",
                "192.168.1.1",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.1",
                "203.0.113.1",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "100.100.100.200",
                "168.63.129.16",
                "::",
                "::1",
                "::10.0.0.1",
                "::8.8.8.8",
                "::ffff:10.0.0.1",
                "::ffff:127.0.0.1",
                "64:ff9b::10.0.0.1",
                "64:ff9b::169.254.169.254",
                "64:ff9b:1::8.8.8.8",
                "100::1",
                "2001::1",
                "2001:0:808:808::f5ff:fffe",
                "2001:db8::1",
                "2002:a00:1::1",
                "2002:7f00:1::",
                "3fff::1",
                "4000::1",
                "5f00::1",
                "fc00::1",
                "fd00:ec2::254",
                "fe80::1",
                "fec0::1",
                "ff02::1",
            })
    void keepsAwayFromWhatIsNoPartOfTheInternet(String address) {
        // However widely hosts and networks are allowed.
        ForwardRules rules =
                rules(
                        List.of(
                                host("*", 443),
                                network("0.0.0.0/0", 443),
                                network("2000::/3", 443),
                                network("64:ff9b::/96", 443)),
                        List.of());
        InetAddress special = InetAddress.ofLiteral(address);

        assertThat(address(rules, "inside.example", 443, special))
                .isEqualTo(Reason.FORWARD_ADDRESS_SPECIAL);
        assertThat(rules.refusal(Destination.of(special, 443)))
                .isEqualTo(Reason.FORWARD_ADDRESS_SPECIAL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.167.255.255",
                "223.255.255.255",
                "2606:4700::1111",
                "2a00::1",
                "64:ff9b::8.8.8.8",
                "2002:808:808::1",
                "::ffff:8.8.8.8",
            })
    void reachesTheInternet(String address) {
        ForwardRules rules = rules(List.of(host("*", 443)), List.of());

        assertThat(address(rules, "a.example", 443, InetAddress.ofLiteral(address))).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.1.2.3, true",
        "10.1.2.3/32, 10.1.2.3, true",
        "10.1.2.3/32, 10.1.2.4, false",
        "8.0.0.0/6, 10.1.2.3, false",
        "127.0.0.1/32, 127.0.0.1, true",
        "127.0.0.1/32, ::ffff:127.0.0.1, true",
        "::1/128, ::1, true",
        "fd00::/8, fd12::1, true",
        "fd00::/8, fd00:ec2::254, false",
        "fd00:ec2::254/128, fd00:ec2::254, true",
        "169.254.0.0/16, 169.254.1.1, true",
        "169.254.0.0/16, 169.254.169.254, false",
        "169.254.169.254/32, 169.254.169.254, true",
        "64:ff9b::a00:0/104, 64:ff9b::10.0.0.1, false",
        "10.0.0.0/8, 64:ff9b::10.0.0.1, false",
        "2002:a00::/24, 2002:a00:1::1, false",
    })
    void goesWhereANetworkNamesIt(String network, String address, boolean allowed) {
        ForwardRules rules = rules(List.of(network(network, 443)), List.of());
        InetAddress asked = InetAddress.ofLiteral(address);

        assertThat(address(rules, "inside.example", 443, asked) == null).isEqualTo(allowed);
    }

    @Test
    void goesToAnIpv4AddressByNat64WhereItMayGoToBoth() {
        ForwardRules rules =
                rules(
                        List.of(network("10.0.0.0/8", 443), network("64:ff9b::/96", 443)),
                        List.of(network("10.9.0.0/16", 443), network("8.8.8.8/32", 443)));

        assertThat(literal(rules, "[64:ff9b::10.0.0.1]", 443)).isNull();
        assertThat(literal(rules, "[64:ff9b::10.9.0.1]", 443))
                .isEqualTo(Reason.FORWARD_ADDRESS_DENIED);
        assertThat(literal(rules, "[64:ff9b::8.8.8.8]", 443))
                .isEqualTo(Reason.FORWARD_ADDRESS_DENIED);
    }

    @Test
    void opensAPrivateAddressOnItsPortsOnly() {
        ForwardRules rules = rules(List.of(host("*", 22), network("10.0.0.0/8", 443)), List.of());

        assertThat(literal(rules, "10.0.0.1", 443)).isNull();
        assertThat(literal(rules, "10.0.0.1", 22)).isEqualTo(Reason.FORWARD_ADDRESS_SPECIAL);
    }

    // ---- names with several addresses

    @Test
    void keepsTheAllowedAddressesOfANameInTheirOrder() {
        ForwardRules rules = rules(List.of(host("a.example", 443)), List.of());

        Verdict verdict = choose(rules, "a.example", "10.0.0.1", "8.8.8.8", "::1", "1.1.1.1");

        assertThat(verdict)
                .isEqualTo(
                        new Verdict.Allowed(
                                List.of(
                                        new InetSocketAddress("8.8.8.8", 443),
                                        new InetSocketAddress("1.1.1.1", 443))));
    }

    @Test
    void refusesANameOfWhichNoAddressRemains() {
        ForwardRules rules = rules(List.of(host("a.example", 443)), List.of());

        Verdict verdict = choose(rules, "a.example", "10.0.0.1", "fe80::1");

        assertThat(verdict)
                .isEqualTo(
                        new Verdict.Refused(
                                Reason.FORWARD_ADDRESS_SPECIAL,
                                "a.example:443 is at 10.0.0.1, fe80::1"));
    }

    // ---- the gateway's own places

    @Test
    void leadsToNoForwardProxyOfItsOwnWhateverIsAllowed() {
        ForwardRules rules =
                rules(
                        List.of(host("*", 3128), network("127.0.0.0/8", 3128)),
                        List.of(),
                        OwnAddresses.of(
                                List.of(Address.parse(":3128")),
                                List.of(),
                                address -> address.equals(PUBLIC) || address.isLoopbackAddress()));

        assertThat(literal(rules, "127.0.0.1", 3128)).isEqualTo(Reason.FORWARD_LOOP);
        assertThat(address(rules, "me.example", 3128, PUBLIC)).isEqualTo(Reason.FORWARD_LOOP);
        assertThat(address(rules, "me.example", 3128, PUBLIC_BY_NAT64))
                .isEqualTo(Reason.FORWARD_LOOP);
        assertThat(address(rules, "other.example", 3128, InetAddress.ofLiteral("8.8.8.8")))
                .isNull();
    }

    @Test
    void leadsToTheAdminAddressOnlyByANetwork() {
        OwnAddresses own =
                OwnAddresses.of(
                        List.of(Address.parse("127.0.0.1:3128")),
                        List.of(Address.parse("93.184.216.34:9901")),
                        _ -> false);

        ForwardRules byHost = rules(List.of(host("*", 9901)), List.of(), own);
        assertThat(address(byHost, "me.example", 9901, PUBLIC))
                .isEqualTo(Reason.FORWARD_ADDRESS_SPECIAL);
        assertThat(address(byHost, "me.example", 9901, PUBLIC_BY_NAT64))
                .isEqualTo(Reason.FORWARD_ADDRESS_SPECIAL);
        assertThat(byHost.forbids(PUBLIC, 9901)).isTrue();

        ForwardRules byNetwork = rules(List.of(network("93.184.216.34", 9901)), List.of(), own);
        assertThat(address(byNetwork, "me.example", 9901, PUBLIC)).isNull();
    }

    // ---- what is kept

    @Test
    void forbidsAnAddressToWhichNothingThatIsAllowedCouldLead() {
        List<TargetConfig> allow =
                List.of(
                        host("*.example", 443),
                        network("93.184.216.0/24", 80),
                        network("10.0.0.0/8", 443));
        ForwardRules rules = rules(allow, List.of(network("93.184.216.99", 80)));

        assertThat(rules.forbids(PUBLIC, 443)).isFalse();
        assertThat(rules.forbids(PUBLIC, 80)).isFalse();
        assertThat(rules.forbids(PUBLIC, 8080)).isTrue();
        assertThat(rules.forbids(InetAddress.ofLiteral("8.8.8.8"), 80)).isTrue();
        assertThat(rules.forbids(InetAddress.ofLiteral("93.184.216.99"), 80)).isTrue();
        assertThat(rules.forbids(InetAddress.ofLiteral("10.1.1.1"), 443)).isFalse();
        assertThat(rules.forbids(InetAddress.ofLiteral("192.168.1.1"), 443)).isTrue();
    }

    // ---- asking

    private static TargetConfig host(String host, Integer... ports) {
        return new TargetConfig(host, null, Arrays.asList(ports));
    }

    private static TargetConfig network(String network, Integer... ports) {
        return new TargetConfig(null, Cidr.parse(network), Arrays.asList(ports));
    }

    private static ForwardRules rules(List<TargetConfig> allow, List<TargetConfig> deny) {
        return rules(allow, deny, OwnAddresses.NONE);
    }

    private static ForwardRules rules(
            List<TargetConfig> allow, List<TargetConfig> deny, OwnAddresses own) {
        return new ForwardRules(allow, deny, own);
    }

    private static @Nullable Reason name(ForwardRules rules, String host, int port) {
        return rules.refusal(Destination.of(host, port));
    }

    private static @Nullable Reason literal(ForwardRules rules, String host, int port) {
        return rules.refusal(Destination.of(host, port));
    }

    /// Both questions, as whoever dials has to ask them.
    private static @Nullable Reason address(
            ForwardRules rules, String host, int port, InetAddress address) {
        Destination destination = Destination.of(host, port);
        Reason first = rules.refusal(destination);
        return first != null ? first : rules.refusal(destination, address);
    }

    private static Verdict choose(ForwardRules rules, String host, String... addresses) {
        return rules.choose(
                Destination.of(host, 443),
                Arrays.stream(addresses).map(InetAddress::ofLiteral).toList());
    }
}
