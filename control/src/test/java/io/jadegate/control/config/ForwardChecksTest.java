package io.jadegate.control.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardChecksTest {
    private static List<String> problems(String listener) {
        String text = "listeners: { egress: { address: \":3128\", " + listener + " } }\n";
        LoadResult result =
                ConfigLoader.of(List.of())
                        .load(text, "t.yaml", Path.of("."), new Environment(Map.of(), true));
        List<Problem> problems =
                switch (result) {
                    case LoadResult.Loaded loaded -> loaded.warnings();
                    case LoadResult.Invalid invalid -> invalid.problems();
                };
        return problems.stream().map(problem -> problem.path() + " " + problem.message()).toList();
    }

    private static List<String> problemsOf(String forward) {
        return problems("protocol: forward, forward: { " + forward + " }");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "allow: [ { ports: [ 80 ] } ]; .allow[0] must have exactly one of host or network",
                "allow: [ { host: a, network: 10.0.0.0/8 } ]; .allow[0] must have exactly one of"
                        + " host or network",
                "allow: [ { host: a, ports: [] } ]; .allow[0].ports is empty; leave it out for 443",
                "allow: [ { host: \"[::zz]\" } ]; .allow[0].host must be",
                "allow: [ { host: \"[1::2::3]\" } ]; .allow[0].host \"[1::2::3]\" is no address",
                "allow: [ { host: a.test }, { host: A.test., ports: [ 443 ] } ]; .allow[1] names"
                        + " a.test with port 443 again",
                "allow: [ { network: 0.0.0.0/0 } ]; .allow[0].network opens no private",
                "'allow: [ { host: \"*\" } ], deny: [ { host: 93.184.216.34 } ]'; .deny[0].host"
                        + " does not deny names that lead to that address; write network:"
                        + " 93.184.216.34",
                "'allow: [ { host: \"*\" } ], deny: [ { host: \"[2a00::1]\" } ]'; .deny[0].host"
                        + " does not deny names that lead to that address; write network: 2a00::1",
                "allow: [ { host: 10.1.2.3 } ]; .allow[0].host opens no private, loopback or other"
                        + " special address; write network: 10.1.2.3",
                "'allow: [ { host: \"[::1]\" }, { network: 10.0.0.0/8 } ]'; .allow[0].host opens no"
                        + " private, loopback or other special address; write network: ::1",
                "'allow: [ { host: \"*.test\", ports: [ 80, 443 ] } ], deny: [ { host: a.test } ]';"
                        + " .deny[0] is about port 443 alone, and forward.allow opens port 80 as"
                        + " well; name all ports that are meant",
                "'allow: [ { host: a.test, ports: [ 22 ] } ], deny: [ { host: \"*.test\" } ]';"
                        + " .deny[0] is about port 443 alone, and forward.allow opens port 22 as"
                        + " well; name all ports that are meant",
                "'allow: [ { host: a.test, ports: [ 22 ] } ], deny: [ { host: \"*\" } ]'; .deny[0]"
                        + " is about port 443 alone, and forward.allow opens port 22",
                "'allow: [ { host: \"*.test\", ports: [ 22 ] } ], deny: [ { host: a.test }, { host:"
                        + " \"*.a.test\", ports: [ 22 ] } ]'; .deny[0] is about port 443 alone, and"
                        + " forward.allow opens port 22",
                "allow: []; .allow is empty, so that every target is refused",
                "'allow: [ { host: a } ], deny: [ { host: a, ports: [ 80, 443 ] } ]'; .allow[0] is"
                        + " denied altogether by forward.deny",
                "allow: [ { host: a, ports: [ 0 ] } ]; .allow[0].ports[0]",
                "'allow: [ { host: a } ], authenticate: [ tenant-token ]'; .authenticate[0]",
            })
    void tellsWhatIsWrongWithRules(String forward, String problem) {
        assertThat(problemsOf(forward))
                .singleElement()
                .asString()
                .startsWith("listeners.egress.forward" + problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "protocol: forward; listeners.egress has no forward; write",
                "'protocol: http, forward: { allow: [ { host: a } ] }'; listeners.egress.forward is"
                        + " for protocol: forward",
                "'protocol: forward, redirect-to-https: true, forward: { allow: [ { host: a } ] }';"
                        + " listeners.egress.redirect-to-https",
            })
    void tellsWhatDoesNotGoTogether(String listener, String problem) {
        assertThat(problems(listener)).anyMatch(each -> each.startsWith(problem));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[fc00::1]",
                "[2001:db8::1]",
                "100.64.0.1",
                "168.63.129.16",
                "192.0.2.1",
                "198.18.0.1",
                "240.0.0.1",
            })
    void warnsOfEachAddressThatAHostDoesNotOpen(String host) {
        String bare = host.replaceAll("[\\[\\]]", "");

        assertThat(problemsOf("allow: [ { host: \"" + host + "\" } ]"))
                .singleElement()
                .asString()
                .endsWith("other special address; write network: " + bare);
        assertThat(
                        problemsOf(
                                "allow: [ { host: \"%s\" }, { network: \"%s\" } ]"
                                        .formatted(host, bare)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ host: 169.254.169.254 }, { network: 169.254.0.0/16 }",
                "{ host: 10.1.2.3 }, { network: 10.0.0.0/7 }",
                "{ host: 10.1.2.3 }, { network: 10.0.0.0/8, ports: [ 80 ] }",
                "{ host: 10.1.2.3, ports: [ 80, 443 ] }, { network: 10.0.0.0/8 }",
            })
    void warnsWhereANetworkHoldsAnAddressAndDoesNotOpenIt(String allow) {
        assertThat(problemsOf("allow: [ " + allow + " ]"))
                .singleElement()
                .asString()
                .startsWith("listeners.egress.forward.allow[0].host opens no private");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "allow: [ { host: \"*.test\", ports: [ 80, 443 ] } ], deny: [ { host: a.test }, { host:"
                        + " \"*.test\", ports: [ 80 ] } ]",
                "allow: [ { host: b.a.test, ports: [ 80 ] } ], deny: [ { host: \"*.a.test\" }, { host:"
                        + " \"*.test\", ports: [ 80 ] } ]",
                "allow: [ { host: a.test, ports: [ 80, 443 ] } ], deny: [ { host: \"*.test\" }, {"
                        + " host: a.test, ports: [ 80 ] } ]",
                "allow: [ { host: \"*\", ports: [ 22, 443 ] } ], deny: [ { host: a.test }, { host:"
                        + " \"*\", ports: [ 22 ] } ]",
            })
    void warnsOfNoPortThatAWiderRuleDenies(String rules) {
        assertThat(problemsOf(rules)).isEmpty();
    }

    @Test
    void leavesRulesAloneThatMeanWhatTheySay() {
        assertThat(
                        problemsOf(
                                "allow: [ { host: 10.1.2.3 }, { network: 10.0.0.0/8 }, { host:"
                                        + " 93.184.216.34 }, { host: \"*.test\", ports: [ 80, 443 ] }, {"
                                        + " host: other.example, ports: [ 22 ] } ], deny: [ { host:"
                                        + " a.test }, { host: a.test, ports: [ 80 ] } ]"))
                .isEmpty();
    }

    @Test
    void takesRulesThatAreSound() {
        assertThat(
                        problemsOf(
                                "allow: [ { host: a.test }, { host: a.test, ports: [ 80 ] }, {"
                                        + " host: \"*\" }, { network: 10.0.0.0/8 } ], deny: [ { host:"
                                        + " a.test, ports: [ 80 ] } ]"))
                .containsExactly(
                        "listeners.egress.forward.allow[1] is denied altogether by forward.deny");
    }
}
