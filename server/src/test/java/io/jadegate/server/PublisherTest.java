package io.jadegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.Problem;
import io.jadegate.api.plane.ApplyResult;
import io.jadegate.control.config.Environment;
import io.jadegate.control.config.LoadResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PublisherTest {

    private static final String CONFIG =
            """
            listeners: { web: { address: ":8080" } }
            routes: { ping: { match: { path: /ping }, respond: { status: 200 } } }
            """;

    private final FakeDataPlane plane = new FakeDataPlane();
    private final List<ApplyResult> ended = new ArrayList<>();
    private final Publisher publisher =
            new Publisher(((LoadResult.Loaded) load("")).node(), plane, ended::add);

    @Test
    void bringsAConfigurationToTheDataPlane() {
        var result = publisher.publish(load(""));

        assertThat(result).isEqualTo(plane.answer);
        assertThat(plane.applied).hasSize(1);
        assertThat(ended).containsExactly(result);
    }

    @Test
    void keepsAConfigurationWithProblemsAwayFromTheDataPlane() {
        var result = publisher.publish(load("upstreams: { a: { endpoint: [] } }\n"));

        assertThat(result).isInstanceOf(ApplyResult.Rejected.class);
        assertThat(plane.applied).isEmpty();
        assertThat(ended).containsExactly(result);
    }

    @Test
    void givesTheProblemsOfTheDataPlaneTheirPlaces() {
        plane.answer = new ApplyResult.Rejected(List.of(Problem.error("routes.ping", "collides")));

        var result = publisher.publish(load(""));

        assertThat(((ApplyResult.Rejected) result).problems())
                .extracting(Problem::toString)
                .containsExactly("gateway.yaml:2:11: routes.ping: collides");
    }

    @Test
    void warnsThatAChangedNodeNeedsARestart() {
        var result = publisher.publish(load("node: { name: other }\n"));

        assertThat(((ApplyResult.Applied) result).warnings())
                .extracting(Problem::message)
                .containsExactly("changed; it is read at start only, so restart to use it");
    }

    private static LoadResult load(String more) {
        return Wiring.configLoader()
                .load(
                        CONFIG + more,
                        "gateway.yaml",
                        Path.of("").toAbsolutePath(),
                        new Environment(Map.of(), /* openSecrets= */ true));
    }
}
