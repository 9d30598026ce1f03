package io.jadegate.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateNamesTest {
    private final Instant from = Instant.EPOCH;
    private final Instant until = from.plus(Duration.ofDays(1));
    private final CertificateAuthority authority =
            CertificateAuthority.create("app.test", from, until);

    private CertificateNames names(String... names) {
        return CertificateNames.of(authority.issue(List.of(names), from, until).own());
    }

    @ParameterizedTest
    @CsvSource({
        "app.test, app.test",
        "APP.Test, app.test",
        "*.app.test, a.app.test",
        "*.app.test, *.app.test",
        "xn--bcher-kva.test, xn--bcher-kva.test"
    })
    void coversItsNames(String own, String asked) {
        assertThat(names(own).cover(asked)).isTrue();
    }

    /// RFC 9525 §6.3: a wildcard is the whole of the first label and stands for one label.
    @ParameterizedTest
    @CsvSource({
        "app.test, b.app.test",
        "*.app.test, app.test",
        "*.app.test, a.b.app.test",
        "*.app.test, .app.test",
        "a*.app.test, ab.app.test",
        "*a.app.test, ba.app.test",
        "*.*.test, a.b.test",
        "a.*.test, a.b.test",
        "*, app",
        "*, app.test",
        "app.test, app.test.other.test",
        "app.test, xapp.test"
    })
    void coversNoOthers(String own, String asked) {
        assertThat(names(own).cover(asked)).isFalse();
    }

    @Test
    void theCommonNameCountsForNothing() {
        assertThat(authority.credential().own().getSubjectX500Principal().getName())
                .isEqualTo("CN=app.test");
        assertThat(CertificateNames.of(authority.credential().own()).cover("app.test")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1", "::1"})
    void coversAddressesByWhatTheyAreAndNotByHowTheyAreWritten(String address) throws Exception {
        byte[] octets = InetAddress.getByName(address).getAddress();

        assertThat(names(address).coverAddress(octets)).isTrue();
        assertThat(names(address, "a.test").cover(address)).isFalse();
        assertThat(names("10.0.0.2", "a.test").coverAddress(octets)).isFalse();
    }
}
