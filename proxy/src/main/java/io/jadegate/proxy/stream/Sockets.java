package io.jadegate.proxy.stream;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/// The connections that the process has, to clients and to endpoints, and how many it can have:
/// each needs a descriptor. Safe for all threads.
///
/// A part is kept from clients, so that whoever has been let in can be served: for connections to
/// endpoints, and for the files and sockets that are none of these. A part of the rest is kept from
/// sessions of datagrams: anybody can open any number of those by forged addresses, and whoever
/// connects has shown that his is his own.
public final class Sockets {
    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final String NAME = "Max open files";

    /// The part kept from clients: a sixteenth, and at least so many.
    private static final int LEAST_RESERVE = 64;

    /// The part of the places for clients that sessions may have.
    private static final double SESSIONS = 0.75;

    private final int mostAccepted;
    private final int mostSessions;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger sessions = new AtomicInteger();

    /// @param descriptors how many the process may have
    public Sockets(int descriptors) {
        mostAccepted = descriptors - Math.max(LEAST_RESERVE, descriptors / 16);
        mostSessions = (int) (mostAccepted * SESSIONS);
    }

    /// Those of this process, by the limit it was started with; no limit where the system tells
    /// none.
    public static Sockets ofProcess() {
        try {
            return new Sockets(
                    Files.readAllLines(LIMITS).stream()
                            .filter(line -> line.startsWith(NAME))
                            .mapToInt(line -> number(line.substring(NAME.length()).strip()))
                            .findFirst()
                            .orElse(Integer.MAX_VALUE));
        } catch (IOException notLinux) {
            return new Sockets(Integer.MAX_VALUE);
        }
    }

    /// The first of two limits, the one that holds: a number, or the word `unlimited`.
    private static int number(String limits) {
        int number = 0;
        for (int i = 0; i < limits.length() && Character.isDigit(limits.charAt(i)); i++) {
            number = Math.min(number, Integer.MAX_VALUE / 10 - 1) * 10 + limits.charAt(i) - '0';
        }
        return number == 0 ? Integer.MAX_VALUE : number;
    }

    /// Takes a place for a client's connection, or says that there is none. [#closed()] gives it
    /// back.
    public boolean admit() {
        if (open.incrementAndGet() <= mostAccepted) {
            return true;
        }
        open.decrementAndGet();
        return false;
    }

    /// Takes a place for a client's session of datagrams, or says that there is none.
    /// [#sessionClosed()] gives it back.
    public boolean admitSession() {
        if (sessions.incrementAndGet() <= mostSessions && admit()) {
            return true;
        }
        sessions.decrementAndGet();
        return false;
    }

    /// A session that was admitted is gone.
    public void sessionClosed() {
        sessions.decrementAndGet();
        closed();
    }

    /// Counts a connection to an endpoint.
    public void opened() {
        open.incrementAndGet();
    }

    /// A connection that was admitted or opened is gone.
    public void closed() {
        open.decrementAndGet();
    }

    /// Connections now.
    public int open() {
        return open.get();
    }

    /// Beyond so many connections no client is let in.
    public int mostAccepted() {
        return mostAccepted;
    }
}
