package io.jadegate.api.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScalarsTest {

    @ParameterizedTest
    @CsvSource({
        "0B,0,0B",
        "512B,512,512B",
        "64KiB,65536,64KiB",
        "10MB,10000000,10MB",
        "1024KiB,1048576,1MiB",
        "2GiB,2147483648,2GiB",
        "1KB,1000,1KB"
    })
    void readsSizes(String text, long bytes, String shortest) {
        assertThat(ByteSize.parse(text)).isEqualTo(new ByteSize(bytes)).hasToString(shortest);
        assertThat(text).matches(ByteSize.PATTERN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "64",
                "KiB",
                "64K",
                "64 KiB",
                "-1B",
                "1.5MB",
                "9999999999999999B",
                "999999999999999GiB",
                "٣B"
            })
    void refusesOtherSizes(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> ByteSize.parse(text));
    }

    @Test
    void readsRates() {
        assertThat(Rate.parse("100/s"))
                .isEqualTo(new Rate(100, Duration.ofSeconds(1)))
                .hasToString("100/s");
        assertThat(Rate.parse("5/m"))
                .isEqualTo(new Rate(5, Duration.ofMinutes(1)))
                .hasToString("5/m");
        assertThat(Rate.parse("1/h")).hasToString("1/h");
        assertThat(Rate.parse("1/d")).hasToString("1/d");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/s",
                "0/s",
                "100",
                "100/w",
                "100/sec",
                "1.5/s",
                "-1/s",
                "9999999999999/s"
            })
    void refusesOtherRates(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Rate.parse(text));
        assertThat(text).doesNotMatch("^(?:" + Rate.PATTERN + ")$");
    }

    @Test
    void readsShares() {
        assertThat(Share.parse("5%").fraction()).isEqualTo(0.05);
        assertThat(Share.parse("0.5%")).hasToString("0.5%");
        assertThat(Share.parse("100%").fraction()).isEqualTo(1);
        assertThat(Share.parse("0%").fraction()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "%", "5", "101%", "-5%", "1e1%", ".5%", "5.%", "NaN%", "5 %"})
    void refusesOtherShares(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Share.parse(text));
        assertThat(text).doesNotMatch("^(?:" + Share.PATTERN + ")$");
    }

    @Test
    void readsAddresses() {
        assertThat(Address.parse(":8080"))
                .isEqualTo(new Address.Inet("", 8080))
                .hasToString(":8080");
        assertThat(Address.parse("[::1]:80"))
                .isEqualTo(new Address.Inet("::1", 80))
                .hasToString("[::1]:80");
        assertThat(Address.parse("shop.example.com:443"))
                .isEqualTo(new Address.Inet("shop.example.com", 443));
        assertThat(Address.parse("unix:/run/x"))
                .isEqualTo(new Address.Unix(Path.of("/run/x")))
                .hasToString("unix:/run/x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "8080",
                "a",
                "a:",
                "a:b",
                "a:65536",
                "a:-1",
                "::1:80",
                "[::1]",
                "[1.2.3.4]:80",
                "[::g]:80",
                "a b:80",
                "-a:80",
                "a-:80",
                "http://a:80",
                "unix:",
                "unix:\0",
                "ü:80",
                "a:٣"
            })
    void refusesOtherAddresses(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Address.parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,10.255.255.255,true",
        "10.0.0.0/8,11.0.0.0,false",
        "0.0.0.0/0,1.2.3.4,true",
        "0.0.0.0/0,::1,false",
        "::/0,::1,true",
        "::/0,1.2.3.4,false",
        "1.2.3.4,1.2.3.4,true",
        "1.2.3.4,1.2.3.5,false",
        "2001:db8::/32,2001:db8:ffff::1,true",
        "2001:db8::/32,2001:db9::,false",
        "::ffff:10.0.0.0/104,10.1.2.3,true",
        "2001:db8::1,2001:db8::1,true",
        "2001:db8:0:0:8000::/65,2001:db8::8000:0:0:1,true",
        "2001:db8:0:0:8000::/65,2001:db8::7fff:0:0:1,false"
    })
    void knowsWhichAddressesANetworkHolds(String network, String address, boolean inside)
            throws UnknownHostException {
        assertThat(Cidr.parse(network).contains(InetAddress.getByName(address).getAddress()))
                .isEqualTo(inside);
    }

    @Test
    void takesMappedAddressesForIpv4() {
        var mapped = new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 10, 0, 0, 1};

        assertThat(Cidr.parse("10.0.0.0/8").contains(mapped)).isTrue();
        assertThat(Cidr.parse("::/0").contains(mapped)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.0.0.1/8",
                "10.0.0.0/33",
                "10.0.0/8",
                "127.1",
                "010.0.0.1",
                "256.0.0.0",
                "10.0.0.0/",
                "10.0.0.0/08x",
                "::/129",
                "2001:db8::1/32",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "12345::",
                "1.2.3.4::1.2.3.4",
                "::1.2.3.04",
                ":::",
                "::1.2.3",
                "a",
                "fe80::1%eth0",
                "1.2.3.4::",
                "::1:"
            })
    void refusesOtherNetworks(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cidr.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2.3.0/24", "2001:db8:0:0:0:0:0:0/32", "0:0:0:0:0:0:0:0/0"})
    void printsNetworksAsTheyAreRead(String text) {
        assertThat(Cidr.parse(text)).hasToString(text);
        assertThat(text).matches(Cidr.PATTERN);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1/8, 10.0.0.0/8",
        "10.0.0.0/8, 10.0.0.0/8",
        "192.0.2.255/31, 192.0.2.254/31",
        "192.0.2.255/0, 0.0.0.0/0",
        "2001:db8::1/32, 2001:db8:0:0:0:0:0:0/32",
        "::ffff:10.0.0.1/104, 10.0.0.0/8"
    })
    void knowsTheNetworkThatWasMeantByAnAddressInIt(String text, String network) {
        assertThat(Cidr.around(text)).hasToString(network);
    }

    @Test
    void hidesSecrets() {
        assertThat(new Secret("env TOKEN", "hunter2")).hasToString("Secret[env TOKEN]");
        assertThat(new Secret("env TOKEN", "hunter2").reveal()).isEqualTo("hunter2");
    }

    @ParameterizedTest
    @CsvSource({
        "HOST_PATTERN,shop.example.com,true",
        "HOST_PATTERN,*.example.com,true",
        "HOST_PATTERN,*,true",
        "HOST_PATTERN,a.*.com,false",
        "HOST_PATTERN,-a.com,false",
        "HOST_PATTERN,a..b,false",
        "HOST_PATTERN,a:80,false",
        "PATH_TEMPLATE,/a/{id}/b,true",
        "PATH_TEMPLATE,/a/{rest...},true",
        "PATH_TEMPLATE,/{rest...}/a,false",
        "PATH_TEMPLATE,/a/x{id},false",
        "PATH_TEMPLATE,a,false",
        "PATH_TEMPLATE,'',false",
        "PATH,/,true",
        "PATH,/a?b,false",
        "PATH,a,false",
        "METHOD,GET,true",
        "METHOD,G T,false",
        "FIELD_NAME,x-a,true",
        "FIELD_NAME,x:,false",
        "NAME,a.b-c_1,true",
        "NAME,-a,false",
        "AUTHORITY,a.b:80,true",
        "AUTHORITY,[::1]:80,true",
        "AUTHORITY,a b,false",
        "STATUS_RANGE,200-399,true",
        "STATUS_RANGE,600,false"
    })
    void tellsFormsOfTexts(TextForm form, String text, boolean accepted) {
        assertThat(form.accepts(text)).isEqualTo(accepted);
    }

    @Test
    void readsLongTextsWithoutEndOrOverflow() {
        for (var form : TextForm.values()) {
            for (var text : new String[] {"a", "-", ".", "a-", "/", "{a}", "/{a}", "a.", "*."}) {
                assertThat(form.accepts("/" + text.repeat(2_000) + "\0"))
                        .isEqualTo(form == TextForm.ANY);
            }
        }
    }

    @Test
    void mergesTimeoutsKeyByKey() {
        var second = Duration.ofSeconds(1);
        var base =
                new TimeoutsConfig(
                        second, second, second, second, second, second, second, 5, second, second,
                        second, second, second);
        var overrides =
                new TimeoutOverrides(
                        null,
                        null,
                        null,
                        null,
                        null,
                        Duration.ofSeconds(9),
                        null,
                        Duration.ZERO,
                        null);

        var merged = overrides.over(base);

        assertThat(merged.firstByte()).isEqualTo(Duration.ofSeconds(9));
        assertThat(merged.total()).isZero();
        assertThat(merged.connect()).isEqualTo(second);
        assertThat(TimeoutOverrides.NONE.over(base)).isEqualTo(base);
    }
}
