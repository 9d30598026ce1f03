package io.jadegate.proxy.route;

import io.jadegate.api.http.RequestHead;
import io.jadegate.testkit.Corpus;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Holds [RouteRules] for the tables and requests that octets choose, each octet one choice of
/// [RandomRoutes].
class RouteFuzzTest {
    private static final int REQUESTS = 8;

    /// @param input the choices in order; all that follow the last are the first alternative
    public static void fuzzerTestOneInput(byte[] input) {
        Random choices = new Choices(input);
        List<RouteEntry<String>> routes = RandomRoutes.routes(choices);
        List<RequestHead> requests = RandomRoutes.requests(choices, REQUESTS);
        RouteRules.choosesWhatTheLinearRulesChoose(routes, requests);
        RouteRules.reportsEveryTieThatARequestMeets(routes, requests);
        RouteRules.callsNoRouteShadowedThatARequestCanReach(routes, requests);
        RouteRules.doesNotDependOnTheOrderOfRoutes(routes, requests);
    }

    private static final class Choices extends Random {
        private static final long serialVersionUID = 1;
        private final byte[] octets;
        private int at;

        Choices(byte[] octets) {
            this.octets = octets;
        }

        @Override
        public int nextInt(int bound) {
            return at == octets.length ? 0 : (octets[at++] & 0xff) % bound;
        }

        @Override
        public boolean nextBoolean() {
            return nextInt(2) == 1;
        }
    }

    @TestFactory
    Stream<DynamicTest> routesTheCorpusAsTheLinearRulesDo() throws IOException {
        return Corpus.replayed(RouteFuzzTest.class, RouteFuzzTest::fuzzerTestOneInput);
    }
}
