package io.jadegate.filters.password;

import io.jadegate.api.config.PasswordHash;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.identity.Answer;
import io.jadegate.filters.password.Proofs.Proof;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/// The checks that are under way, on a few threads of their own that go away when there is nothing
/// to check. So many may wait, and so many of one client be under way; what comes then is refused.
/// Safe for all threads.
final class PasswordChecks {
    static final int MOST_WAITING = 64;

    /// A quarter of the places: wrong passwords count only when they have been checked, and one
    /// client must not keep all others waiting until then.
    static final int MOST_OF_A_CLIENT = MOST_WAITING / 4;

    private static final Answer.Refused WRONG =
            new Answer.Refused(Reason.AUTHENTICATION_FAILED, /* retryAfterSeconds= */ 0);
    private static final Answer.Refused SHED =
            new Answer.Refused(Reason.AUTHENTICATION_OVERLOAD, /* retryAfterSeconds= */ 1);

    private final Proofs proofs;
    private final Guesses guesses;
    private final ThreadPoolExecutor threads;

    /// Who waits for a check, by what is checked: a browser shows the same password on six
    /// connections at once.
    private final ConcurrentHashMap<Proof, List<Consumer<Answer.Known>>> waiting =
            new ConcurrentHashMap<>();

    /// How many checks are under way, by the number of the client's network.
    private final ConcurrentHashMap<Long, Integer> underWay = new ConcurrentHashMap<>();

    final LongAdder right = new LongAdder();
    final LongAdder wrong = new LongAdder();
    final LongAdder shed = new LongAdder();
    final LongAdder failed = new LongAdder();

    PasswordChecks(Proofs proofs, Guesses guesses) {
        this.proofs = proofs;
        this.guesses = guesses;
        int count = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4);
        var number = new AtomicInteger();
        this.threads =
                new ThreadPoolExecutor(
                        count,
                        count,
                        2,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(MOST_WAITING),
                        task ->
                                Thread.ofPlatform()
                                        .name("jadegate-passwords-" + number.getAndIncrement())
                                        .daemon()
                                        .unstarted(task));
        threads.allowCoreThreadTimeOut(true);
    }

    /// One thing to check.
    ///
    /// @param name the user; whom the answer names
    /// @param known whether there is that user: else the hash is another's and no password right
    /// @param client the number of the client's network
    record Question(
            String name,
            boolean known,
            byte[] password,
            PasswordHash hash,
            Proof proof,
            long client) {}

    void begin(Question question, Consumer<Answer.Known> outcome) {
        List<Consumer<Answer.Known>> mine = new ArrayList<>(1);
        List<Consumer<Answer.Known>> all =
                waiting.compute(
                        question.proof,
                        (_, others) -> {
                            List<Consumer<Answer.Known>> list = others == null ? mine : others;
                            list.add(outcome);
                            return list;
                        });
        if (isSame(all, mine) && !isTakenUp(question)) {
            shed.increment();
            end(question, SHED);
        }
    }

    private boolean isTakenUp(Question question) {
        long client = question.client;
        if (underWay.merge(client, 1, Integer::sum) <= MOST_OF_A_CLIENT) {
            try {
                threads.execute(() -> {
                    end(question, answer(question));
                    leave(client);
                });
                return true;
            } catch (RejectedExecutionException _) {
                // Too many wait.
            }
        }
        leave(client);
        return false;
    }

    private void leave(long client) {
        underWay.computeIfPresent(client, (_, count) -> count == 1 ? null : count - 1);
    }

    @SuppressWarnings("ReferenceEquality") // equal lists may be two
    private static boolean isSame(Object a, Object b) {
        return a == b;
    }

    private Answer.Known answer(Question question) {
        boolean matches;
        try {
            matches = PasswordHasher.matches(question.password, question.hash);
        } catch (RuntimeException | OutOfMemoryError _) {
            // Whoever waits must hear something, and it is not that the password is wrong.
            failed.increment();
            return SHED;
        }
        if (matches && question.known) {
            right.increment();
            proofs.add(question.proof);
            return new Answer.Principal(question.name, question.hash.toString());
        }
        wrong.increment();
        guesses.wrong(question.client);
        return WRONG;
    }

    private void end(Question question, Answer.Known answer) {
        List<Consumer<Answer.Known>> all = waiting.remove(question.proof);
        if (all != null) {
            all.forEach(each -> each.accept(answer));
        }
    }

    /// How many checks wait for a thread.
    int depth() {
        return threads.getQueue().size();
    }
}
