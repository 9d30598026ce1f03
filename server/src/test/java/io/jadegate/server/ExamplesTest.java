package io.jadegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExamplesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../examples/microservices.yaml",
                "../examples/websocket.yaml",
                "src/dist/conf/jadegate.yaml"
            })
    void canBeServedAsTheyAre(String file) {
        Compiled compiled = Wiring.compile(Path.of(file), /* openSecrets= */ true);

        assertThat(compiled).isInstanceOf(Compiled.Ready.class);
        assertThat(compiled.problems()).isEmpty();
    }
}
