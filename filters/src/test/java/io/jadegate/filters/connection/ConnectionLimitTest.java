package io.jadegate.filters.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.Default;
import io.jadegate.api.config.Rate;
import io.jadegate.api.filter.ClientConnection;
import io.jadegate.api.filter.Reason;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConnectionLimitTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);

    @Test
    void refusesAClientThatHasAsManyAsItMay() {
        ConnectionLimit limit = limit(2, 100, null);

        open(limit, "192.0.2.1");
        open(limit, "192.0.2.1");

        assertThat(limit.decide(from("192.0.2.1"))).isEqualTo(Reason.CONNECTION_LIMIT_CLIENT);
        assertThat(limit.decide(from("192.0.2.2"))).isNull();
    }

    @Test
    void letsAClientInAgainThatHasClosedOne() {
        ConnectionLimit limit = limit(1, 100, null);
        open(limit, "192.0.2.1");

        limit.closed(from("192.0.2.1"));

        assertThat(limit.decide(from("192.0.2.1"))).isNull();
    }

    @Test
    void takesANetworkOf64BitsForOneClient() {
        ConnectionLimit limit = limit(1, 100, null);
        open(limit, "2001:db8:1:2::1");

        assertThat(limit.decide(from("2001:db8:1:2:ffff::9")))
                .isEqualTo(Reason.CONNECTION_LIMIT_CLIENT);
        assertThat(limit.decide(from("2001:db8:1:3::1"))).isNull();
    }

    @Test
    void tellsAnIpv4AddressFromEveryIpv6Network() {
        ConnectionLimit limit = limit(1, 100, null);
        open(limit, "0.0.0.1");

        assertThat(limit.decide(from("::1"))).isNull();
        assertThat(limit.decide(from("0:0:0:1::"))).isNull();
    }

    @Test
    void refusesEverybodyWhenTheListenerIsFull() {
        ConnectionLimit limit = limit(10, 2, null);
        open(limit, "192.0.2.1");
        open(limit, "192.0.2.2");

        assertThat(limit.decide(from("192.0.2.3"))).isEqualTo(Reason.CONNECTION_LIMIT_TOTAL);
    }

    @Test
    void takesThoseBehindAUnixSocketForNoClient() {
        ConnectionLimit limit = limit(1, 2, null);
        ClientConnection local = new FakeConnection(InetAddress.getLoopbackAddress(), true);
        limit.opened(local);

        assertThat(limit.decide(local)).isNull();
        assertThat(limit.decide(from("127.0.0.1"))).isNull();
        limit.opened(local);
        assertThat(limit.decide(local)).isEqualTo(Reason.CONNECTION_LIMIT_TOTAL);
    }

    @Test
    void letsARatesWorthInAtOnceAndThenOneAtATime() {
        ConnectionLimit limit = limit(null, null, new Rate(10, Duration.ofSeconds(1)));

        for (int i = 0; i < 10; i++) {
            assertThat(limit.decide(from("192.0.2.1"))).isNull();
            limit.opened(from("192.0.2.1"));
        }
        assertThat(limit.decide(from("192.0.2.1"))).isEqualTo(Reason.CONNECTION_RATE);

        now.addAndGet(Duration.ofMillis(100).toNanos());
        assertThat(limit.decide(from("192.0.2.1"))).isNull();
        limit.opened(from("192.0.2.1"));
        assertThat(limit.decide(from("192.0.2.1"))).isEqualTo(Reason.CONNECTION_RATE);
    }

    @Test
    void savesNoMoreThanARatesWorth() {
        ConnectionLimit limit = limit(null, null, new Rate(2, Duration.ofSeconds(1)));

        now.addAndGet(Duration.ofHours(1).toNanos());
        open(limit, "192.0.2.1");
        open(limit, "192.0.2.1");

        assertThat(limit.decide(from("192.0.2.1"))).isEqualTo(Reason.CONNECTION_RATE);
    }

    @Test
    void owesNoMoreThanARatesWorthWhateverCameWhileItLookedOn() {
        Rate rate = new Rate(10, Duration.ofSeconds(1));
        ConnectionLimit limit = limit(null, null, rate);
        for (int i = 0; i < 100_000; i++) {
            limit.opened(from("192.0.2.1"));
        }

        ConnectionLimit enforced = limit.with(new ConnectionLimitSettings(null, null, rate));

        assertThat(enforced.decide(from("192.0.2.1"))).isEqualTo(Reason.CONNECTION_RATE);
        now.addAndGet(Duration.ofMillis(100).toNanos());
        open(enforced, "192.0.2.1");
        assertThat(enforced.decide(from("192.0.2.1"))).isEqualTo(Reason.CONNECTION_RATE);
    }

    @Test
    void owesNoMoreUnderAnotherRateThanThatIsWorth() {
        ConnectionLimit daily = limit(null, null, new Rate(2, Duration.ofDays(1)));
        open(daily, "192.0.2.1");
        open(daily, "192.0.2.1");

        ConnectionLimit after =
                daily.with(
                        new ConnectionLimitSettings(
                                null, null, new Rate(10, Duration.ofSeconds(1))));

        assertThat(after.decide(from("192.0.2.1"))).isEqualTo(Reason.CONNECTION_RATE);
        now.addAndGet(Duration.ofMillis(100).toNanos());
        open(after, "192.0.2.1");
    }

    @Test
    void limitsNothingThatIsOff() {
        ConnectionLimit limit = limit(null, null, null);
        for (int i = 0; i < 1000; i++) {
            open(limit, "192.0.2.1");
        }

        assertThat(limit.decide(from("192.0.2.1"))).isNull();
    }

    @Test
    void keepsItsCountsWhenItsLimitsChange() {
        ConnectionLimit before = limit(5, 100, null);
        open(before, "192.0.2.1");
        open(before, "192.0.2.1");

        ConnectionLimit after = before.with(new ConnectionLimitSettings(2, 100, null));

        assertThat(after.decide(from("192.0.2.1"))).isEqualTo(Reason.CONNECTION_LIMIT_CLIENT);
        before.closed(from("192.0.2.1"));
        assertThat(after.decide(from("192.0.2.1"))).isNull();
    }

    @Test
    void remembersNobodyWhoHasGone() {
        Census census = new Census();
        for (int i = 0; i < 50; i++) {
            census.opened(from("192.0.2." + i));
            census.opened(from("2001:db8:" + i + "::1"));
        }
        assertThat(census.clients()).isEqualTo(100);

        for (int i = 0; i < 50; i++) {
            census.closed(from("192.0.2." + i));
            census.closed(from("2001:db8:" + i + "::1"));
        }

        assertThat(census.clients()).isZero();
        assertThat(census.total()).isZero();
    }

    @Test
    void runsUnaskedByTheDefaultsOfItsSettings() {
        ConnectionLimitSettings unasked = new ConnectionLimitProvider().unasked();

        assertThat(unasked.perClient()).hasToString(defaultOf("perClient"));
        assertThat(unasked.total()).hasToString(defaultOf("total"));
        assertThat(unasked.rate()).isNull();
    }

    private static String defaultOf(String component) {
        return Arrays.stream(ConnectionLimitSettings.class.getRecordComponents())
                .filter(each -> each.getName().equals(component))
                .map(each -> each.getAnnotation(Default.class).value())
                .findFirst()
                .orElseThrow();
    }

    private ConnectionLimit limit(
            @Nullable Integer perClient, @Nullable Integer total, @Nullable Rate rate) {
        return new ConnectionLimit(new ConnectionLimitSettings(perClient, total, rate), now::get);
    }

    private static void open(ConnectionLimit limit, String address) {
        assertThat(limit.decide(from(address))).isNull();
        limit.opened(from(address));
    }

    private static ClientConnection from(String address) {
        return new FakeConnection(InetAddress.ofLiteral(address), false);
    }

    private record FakeConnection(InetAddress address, boolean local) implements ClientConnection {}
}
