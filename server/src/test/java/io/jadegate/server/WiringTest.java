package io.jadegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.filter.ConnectionFilterProvider;
import io.jadegate.api.filter.HttpFilterProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class WiringTest {

    @Test
    void namesEveryFilterThatIsOnTheClassPath() {
        List<String> found = new ArrayList<>();
        ServiceLoader.load(HttpFilterProvider.class).forEach(filter -> found.add(filter.kind()));
        ServiceLoader.load(ConnectionFilterProvider.class)
                .forEach(filter -> found.add(filter.kind()));

        assertThat(Wiring.filters().stream().map(filter -> filter.kind()))
                .containsExactlyInAnyOrderElementsOf(found);
    }
}
