package io.jadegate.filters.ip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jadegate.api.config.Cidr;
import io.jadegate.api.config.IpListConfig;
import io.jadegate.api.filter.Decision;
import io.jadegate.api.filter.FilterContext;
import io.jadegate.api.filter.FilterProvider.SettingsException;
import io.jadegate.api.filter.LocalResponse;
import io.jadegate.api.filter.Reason;
import io.jadegate.filters.FakeExchange;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IpFilterTest {
    private final IpFilterProvider provider = new IpFilterProvider();

    @Test
    void refusesAnAddressThatAListDenies() throws Exception {
        var settings = new IpFilterSettings(List.of("banned"), List.of(), List.of());
        var lists = lists("203.0.113.0/24");

        assertThat(decide(settings, lists, "203.0.113.9"))
                .isEqualTo(Decision.respond(LocalResponse.of(Reason.IP_DENIED)));
        assertThat(decide(settings, lists, "203.0.114.9")).isEqualTo(Decision.proceed());
    }

    @Test
    void putsListsAndNetworksInPlaceTogether() throws Exception {
        var settings =
                new IpFilterSettings(
                        List.of("banned"),
                        networks("203.0.113.7", "10.0.0.0/8"),
                        networks("10.1.0.0/16"));
        var lists = lists("203.0.113.0/24");

        assertThat(decide(settings, lists, "203.0.113.7")).isEqualTo(Decision.proceed());
        assertThat(decide(settings, lists, "203.0.113.8")).isNotEqualTo(Decision.proceed());
        assertThat(decide(settings, lists, "10.2.0.1")).isEqualTo(Decision.proceed());
        assertThat(decide(settings, lists, "10.1.0.1")).isNotEqualTo(Decision.proceed());
        assertThat(decide(settings, lists, "192.0.2.1")).isNotEqualTo(Decision.proceed());
        assertThat(decide(settings, lists, "2001:db8::1")).isNotEqualTo(Decision.proceed());
    }

    @Test
    void isMadeAnewWhenAListItNamesHasChanged() {
        var settings = new IpFilterSettings(List.of("banned"), List.of(), List.of());

        assertThat(provider.ingredients(settings, lists("203.0.113.0/24")))
                .isEqualTo(provider.ingredients(settings, lists("203.0.113.0/24")))
                .isNotEqualTo(provider.ingredients(settings, lists("198.51.100.0/24")));
    }

    @Test
    void compilesAListOnceForAllFiltersThatNameIt() throws Exception {
        var context = lists("203.0.113.0/24");
        var rules = IpFilterRules.compile(naming("banned"), context);

        assertThat(IpFilterRules.compile(naming("banned"), context)).isSameAs(rules);
        assertThat(IpFilterRules.compile(naming("banned"), lists("198.51.100.0/24")))
                .isNotSameAs(rules);
        var others = new IpFilterSettings(List.of("banned"), networks("10.0.0.0/8"), List.of());
        assertThat(IpFilterRules.compile(others, context)).isNotSameAs(rules);
    }

    private static IpFilterSettings naming(String list) {
        return new IpFilterSettings(List.of(list), List.of(), List.of());
    }

    @Test
    void refusesSettingsThatSayNothing() {
        assertThat(problem(new IpFilterSettings(List.of(), List.of(), List.of())))
                .hasMessage("names no network: needs lists, allow or deny");
        assertThat(problem(new IpFilterSettings(List.of("baned"), List.of(), List.of())))
                .hasMessage("ip list \"baned\" does not exist")
                .extracting(SettingsException::key)
                .isEqualTo("lists[0]");
    }

    private Decision decide(IpFilterSettings settings, FilterContext context, String address)
            throws SettingsException {
        var exchange = FakeExchange.request("GET", "/").from(address);
        return provider.create(settings, context).decide(exchange);
    }

    private SettingsException problem(IpFilterSettings settings) {
        return catchThrowableOfType(
                SettingsException.class, () -> provider.create(settings, lists("203.0.113.0/24")));
    }

    private static FilterContext lists(String... denied) {
        return FakeExchange.context(
                Map.of("banned", new IpListConfig(List.of(), networks(denied))));
    }

    private static List<Cidr> networks(String... texts) {
        return Arrays.stream(texts).map(Cidr::parse).toList();
    }
}
