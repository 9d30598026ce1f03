package io.jadegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.filter.HttpFilterProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class WiringTest {

    @Test
    void namesEveryFilterThatIsOnTheClassPath() {
        List<String> found = new ArrayList<>();
        for (HttpFilterProvider<?> filter : ServiceLoader.load(HttpFilterProvider.class)) {
            found.add(filter.kind());
        }

        assertThat(Wiring.filters().stream().map(filter -> filter.kind()))
                .containsExactlyInAnyOrderElementsOf(found);
    }
}
