package io.jadegate.filters.password;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.jadegate.api.config.Secret;
import io.jadegate.api.config.UserConfig;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.identity.Answer;
import io.jadegate.api.identity.Authenticator;
import io.jadegate.api.identity.Credentials;
import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry.Distribution;
import io.jadegate.api.plane.Telemetry.Readings;
import io.jadegate.filters.FakeExchange;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PasswordsTest {
    /// "password", cheap, so that tests are quick.
    private static final String CHEAP =
            "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc";

    /// The same, as slow as advised.
    private static final String SLOW = PasswordHasher.hash("password".getBytes(UTF_8)).toString();

    private static final Answer ALICE = new Answer.Principal("alice", CHEAP);

    private static final Answer WRONG = new Answer.Refused(Reason.AUTHENTICATION_FAILED, 0);

    private static final InetAddress HOME = InetAddress.getLoopbackAddress();

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1000);
    private final Passwords passwords = new Passwords(clock::get);
    private final Authenticator users = of(Map.of("alice", CHEAP, "bob", CHEAP));

    @Test
    void knowsAUserByNameAndPassword() throws Exception {
        assertThat(asked("alice", "password")).isEqualTo(ALICE);
        assertThat(metrics()).containsEntry("jadegate_password_checks[right]", 1.0);
    }

    @Test
    void refusesAWrongPasswordAndANameThatNobodyHasAlike() throws Exception {
        Answer wrong = asked("alice", "passwort");
        Answer unknown = asked("carol", "password");

        assertThat(wrong)
                .isEqualTo(new Answer.Refused(Reason.AUTHENTICATION_FAILED, 0))
                .isEqualTo(unknown);
        assertThat(asked("Alice", "password")).isEqualTo(wrong);
        assertThat(asked("", "")).isEqualTo(wrong);
        assertThat(metrics()).containsEntry("jadegate_password_checks[wrong]", 4.0);
    }

    @Test
    void worksAsHardForANameThatNobodyHas() {
        assertThat(answer("carol", "password", HOME)).isInstanceOf(Answer.Later.class);
    }

    @Test
    void askingAloneChecksNothing() {
        assertThat(answer("alice", "password", HOME)).isInstanceOf(Answer.Later.class);
        assertThat(answer("alice", "password", HOME)).isInstanceOf(Answer.Later.class);
        assertThat(metrics())
                .containsEntry("jadegate_password_checks[right]", 0.0)
                .containsEntry("jadegate_password_checks[wrong]", 0.0);
    }

    @Test
    void knowsAPasswordThatWasRightForAWhile() throws Exception {
        asked("alice", "password");

        assertThat(answer("alice", "password", HOME)).isEqualTo(ALICE);
        assertThat(answer("bob", "password", HOME)).isInstanceOf(Answer.Later.class);
        assertThat(answer("alice", "passwor", HOME)).isInstanceOf(Answer.Later.class);

        clock.addAndGet(Proofs.LIFE.toNanos());
        assertThat(answer("alice", "password", HOME)).isInstanceOf(Answer.Later.class);
    }

    @Test
    void forgetsAPasswordWhenTheUserHasAnotherHashOrIsGone() throws Exception {
        asked("alice", "password");

        assertThat(answer(of(Map.of("alice", SLOW)), "alice", "password"))
                .isInstanceOf(Answer.Later.class);
        assertThat(answer(of(Map.of("bob", CHEAP)), "alice", "password"))
                .isInstanceOf(Answer.Later.class);
        assertThat(answer(of(Map.of("alice", CHEAP)), "alice", "password")).isEqualTo(ALICE);
    }

    @Test
    void stillKnowsAUserForAsLongAsTheHashIsTheSame() throws Exception {
        var alice = (Answer.Principal) asked("alice", "password");

        assertThat(of(Map.of("alice", CHEAP)).stillKnows(alice)).isTrue();
        assertThat(of(Map.of("alice", SLOW)).stillKnows(alice)).isFalse();
        assertThat(of(Map.of("bob", CHEAP)).stillKnows(alice)).isFalse();
        assertThat(alice.toString()).contains("alice").doesNotContain("argon2id");
    }

    @Test
    void checksOncePerPasswordHoweverManyAskAtOnce() throws Exception {
        Authenticator slow = of(Map.of("alice", SLOW));
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            answers.add(begun(slow, "alice", "password", HOME));
        }

        for (CompletableFuture<Answer> each : answers) {
            assertThat(each.get(30, TimeUnit.SECONDS))
                    .isEqualTo(new Answer.Principal("alice", SLOW));
        }
        assertThat(metrics()).containsEntry("jadegate_password_checks[right]", 1.0);
    }

    @Test
    void shedsWhatNobodyCouldWaitForAndAnswersEverybodyElse() throws Exception {
        Authenticator slow = of(Map.of("alice", SLOW));
        var shed = new Answer.Refused(Reason.AUTHENTICATION_OVERLOAD, 1);
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            InetAddress client = InetAddress.ofLiteral("192.0.2." + i);
            answers.add(begun(slow, "alice", "wrong" + i, client));
        }

        List<Answer> all = new ArrayList<>();
        for (CompletableFuture<Answer> each : answers) {
            all.add(each.get(60, TimeUnit.SECONDS));
        }
        long refused = all.stream().filter(shed::equals).count();
        assertThat(refused).isBetween(1L, 100L - PasswordChecks.MOST_WAITING);
        assertThat(all).allMatch(each -> each.equals(shed) || each.equals(WRONG));
        assertThat(metrics()).containsEntry("jadegate_password_checks[shed]", (double) refused);
        assertThat(asked(slow, "alice", "password", HOME))
                .isEqualTo(new Answer.Principal("alice", SLOW));
    }

    @Test
    void keepsPlacesForOthersWhenOneClientAsksForAll() throws Exception {
        var shed = new Answer.Refused(Reason.AUTHENTICATION_OVERLOAD, 1);
        InetAddress greedy = InetAddress.ofLiteral("2001:db8::1");
        var gate = new CountDownLatch(1);
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < PasswordChecks.MOST_OF_A_CLIENT; i++) {
            var later = (Answer.Later) answer("alice", "wrong" + i, greedy);
            var answer = new CompletableFuture<Answer>();
            later.check()
                    .begin(known -> {
                        awaitOpen(gate);
                        answer.complete(known);
                    });
            answers.add(answer);
        }

        assertThat(begun(users, "alice", "more", InetAddress.ofLiteral("2001:db8::2")).getNow(null))
                .isEqualTo(shed);
        CompletableFuture<Answer> other = begun(users, "alice", "password", HOME);
        gate.countDown();

        assertThat(other.get(30, TimeUnit.SECONDS)).isEqualTo(ALICE);
        for (CompletableFuture<Answer> each : answers) {
            assertThat(each.get(30, TimeUnit.SECONDS)).isEqualTo(WRONG);
        }
    }

    @Test
    void letsAClientGuessAFewTimesAndThenNowAndAgain() throws Exception {
        InetAddress guesser = InetAddress.ofLiteral("2001:db8::1");
        for (int i = 0; i < Guesses.AT_ONCE; i++) {
            assertThat(asked(users, "alice", "guess" + i, guesser)).isEqualTo(WRONG);
        }

        var wait = new Answer.Refused(Reason.AUTHENTICATION_RATE, 6);
        assertThat(answer("alice", "password", guesser)).isEqualTo(wait);
        assertThat(answer("alice", "x", InetAddress.ofLiteral("2001:db8::2"))).isEqualTo(wait);
        assertThat(answer("alice", "x", InetAddress.ofLiteral("2001:db8:0:1::1")))
                .isInstanceOf(Answer.Later.class);
        assertThat(metrics()).containsEntry("jadegate_password_guessers[]", 1.0);

        clock.addAndGet(Guesses.INTERVAL.toNanos());
        assertThat(asked(users, "alice", "password", guesser)).isEqualTo(ALICE);
        assertThat(asked(users, "alice", "x", guesser)).isEqualTo(WRONG);
        assertThat(answer("alice", "y", guesser)).isInstanceOf(Answer.Refused.class);
    }

    @Test
    void letsThoseInWhoWereRightWhileOthersBehindTheSameAddressGuess() throws Exception {
        asked("alice", "password");
        for (int i = 0; i < Guesses.AT_ONCE; i++) {
            asked("bob", "guess" + i);
        }

        assertThat(answer("alice", "password", HOME)).isEqualTo(ALICE);
        assertThat(answer("bob", "password", HOME)).isInstanceOf(Answer.Refused.class);
    }

    @Test
    void refusesOutsizedCredentialsUnseen() {
        assertThat(answer("alice", "x".repeat(2000), HOME)).isEqualTo(WRONG);
        assertThat(answer("x".repeat(2000), "", HOME)).isEqualTo(WRONG);
    }

    @Test
    void lookUpOfAnotherKindOfCredentialsIsForSomebodyElse() {
        assertThat(users.authenticate(new Credentials.Token("t"), HOME))
                .isEqualTo(Answer.NotMine.INSTANCE);
    }

    @Test
    void credentialsNeverShowThemselves() {
        assertThat(new Credentials.Password("alice", "secret".getBytes(UTF_8)).toString())
                .doesNotContain("alice")
                .doesNotContain("secret");
        assertThat(new Credentials.Token("secret").toString()).doesNotContain("secret");
    }

    @Test
    void keepsABoundedNumberOfProofs() {
        var proofs = new Proofs(clock::get);
        for (int i = 0; i < Proofs.MOST + 10; i++) {
            proofs.add(proofs.of("alice", new byte[] {(byte) i, (byte) (i >> 8)}, CHEAP));
        }
        assertThat(proofs.size()).isEqualTo(Proofs.MOST);

        clock.addAndGet(Proofs.LIFE.toNanos());
        proofs.add(proofs.of("alice", new byte[0], CHEAP));
        assertThat(proofs.size()).isEqualTo(1);
    }

    @Test
    void keepsABoundedNumberOfGuessers() {
        var guesses = new Guesses(clock::get);
        for (int i = 0; i < Guesses.MOST_CLIENTS + 10; i++) {
            guesses.wrong(i);
        }
        assertThat(guesses.clients()).isEqualTo(Guesses.MOST_CLIENTS);

        clock.addAndGet(Duration.ofMinutes(1).toNanos());
        guesses.wrong(-1);
        assertThat(guesses.clients()).isEqualTo(1);
    }

    @Test
    void aProofBelongsToOneUserOnePasswordOneHashAndOneProcess() {
        var proofs = new Proofs(clock::get);
        var proof = proofs.of("ab", "c".getBytes(UTF_8), CHEAP);

        assertThat(proofs.of("ab", "c".getBytes(UTF_8), CHEAP)).isEqualTo(proof);
        assertThat(proofs.of("a", "bc".getBytes(UTF_8), CHEAP)).isNotEqualTo(proof);
        assertThat(proofs.of("ab", "c".getBytes(UTF_8), SLOW)).isNotEqualTo(proof);
        assertThat(new Proofs(clock::get).of("ab", "c".getBytes(UTF_8), CHEAP)).isNotEqualTo(proof);
    }

    @Test
    void threadsGoAwayWhenThereIsNothingToCheck() throws Exception {
        asked("alice", "password");

        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        Thread.getAllStackTraces().keySet().stream()
                                .noneMatch(thread ->
                                        thread.getName().startsWith("jadegate-passwords")));
    }

    private Authenticator of(Map<String, String> hashes) {
        Map<String, UserConfig> all = new HashMap<>();
        hashes.forEach((name, hash) -> all.put(name, new UserConfig(new Secret("test", hash))));
        return passwords.passwords(FakeExchange.configOf(all));
    }

    private Answer answer(String user, String password, InetAddress client) {
        return users.authenticate(new Credentials.Password(user, password.getBytes(UTF_8)), client);
    }

    private static Answer answer(Authenticator authenticator, String user, String password) {
        return authenticator.authenticate(
                new Credentials.Password(user, password.getBytes(UTF_8)), HOME);
    }

    private Answer asked(String user, String password) throws Exception {
        return asked(users, user, password, HOME);
    }

    private static Answer asked(
            Authenticator authenticator, String user, String password, InetAddress client)
            throws Exception {
        return begun(authenticator, user, password, client).get(30, TimeUnit.SECONDS);
    }

    private static void awaitOpen(CountDownLatch gate) {
        try {
            assertThat(gate.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static CompletableFuture<Answer> begun(
            Authenticator authenticator, String user, String password, InetAddress client) {
        var outcome = new CompletableFuture<Answer>();
        Answer answer =
                authenticator.authenticate(
                        new Credentials.Password(user, password.getBytes(UTF_8)), client);
        if (answer instanceof Answer.Later(String _, Answer.Check check)) {
            check.begin(outcome::complete);
        } else {
            outcome.complete(answer);
        }
        return outcome;
    }

    private Map<String, Double> metrics() {
        Map<String, Double> values = new HashMap<>();
        passwords.report(
                new Readings() {
                    @Override
                    public void value(Metric metric, double value, String... labels) {
                        values.put(metric.name() + List.of(labels), value);
                    }

                    @Override
                    public void distribution(
                            Metric metric, Distribution distribution, String... labels) {
                        throw new AssertionError(metric.name());
                    }
                });
        return values;
    }
}
