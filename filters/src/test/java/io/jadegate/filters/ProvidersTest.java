package io.jadegate.filters;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.filter.ConnectionFilterProvider;
import io.jadegate.api.filter.HttpFilterProvider;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class ProvidersTest {
    @Test
    void areFoundByTheirKinds() {
        assertThat(ServiceLoader.load(HttpFilterProvider.class))
                .extracting(provider -> provider.kind())
                .containsExactlyInAnyOrder(
                        "authenticate",
                        "forward",
                        "cors",
                        "ip-filter",
                        "request-headers",
                        "response-headers",
                        "rewrite-path");
        assertThat(ServiceLoader.load(ConnectionFilterProvider.class))
                .extracting(provider -> provider.kind())
                .containsExactlyInAnyOrder("connection-limit", "ip-filter");
    }
}
