package io.jadegate.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/// What was open before a test, which must be all that is open after it.
public final class Baseline {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(5);

    private final Descriptors before;

    private Baseline(Descriptors before) {
        this.before = before;
    }

    public static Baseline now() {
        openWhatTheRuntimeKeeps();
        return new Baseline(Descriptors.now());
    }

    /// The first close of a channel makes the Java runtime open a socket that it keeps for ever.
    private static void openWhatTheRuntimeKeeps() {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            try (SocketChannel _ = SocketChannel.open(server.getLocalAddress());
                    SocketChannel _ = server.accept()) {
                // Opening and closing is all.
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits until no more descriptors are open than were, and nothing is in CLOSE_WAIT.
    public void awaitRestored() {
        awaitEmpty("descriptors left open", this::leftOpen);
        awaitEmpty("sockets in CLOSE_WAIT", this::leftInCloseWait);
    }

    private Set<String> leftOpen() {
        Set<String> left = new TreeSet<>(Descriptors.now().open());
        // A number may stand for another socket by now; how many there are is what counts.
        return left.size() <= before.open().size() ? Set.of() : difference(left);
    }

    private Set<String> leftInCloseWait() {
        return Descriptors.now().closeWaitSince(before);
    }

    private Set<String> difference(Set<String> left) {
        left.removeAll(before.open());
        return left;
    }

    private static void awaitEmpty(String what, Supplier<Set<String>> rest) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(POLL)
                .until(rest::get, Set::isEmpty);
    }
}
