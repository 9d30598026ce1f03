package io.jadegate.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a process has open, as the kernel sees it (Linux).
///
/// @param open sockets, pipes, event counters and poll sets; files on disk are left out, for the
///   virtual machine opens archives whenever it likes
public record Descriptors(Set<String> open) {
    private static final String CLOSE_WAIT = "08";

    /// What this process has open.
    public static Descriptors now() {
        return of(ProcessHandle.current().pid());
    }

    /// What a process of the same user has open.
    public static Descriptors of(long process) {
        Set<String> open = new TreeSet<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc", "" + process, "fd"))) {
            for (Path descriptor : descriptors.toList()) {
                String target = target(descriptor);
                if (!target.isEmpty() && !target.startsWith("/")) {
                    open.add(descriptor.getFileName() + " " + target);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Descriptors(open);
    }

    /// How many a process of the same user may have open.
    public static int limit(long process) {
        return lines(Path.of("/proc", "" + process, "limits")).stream()
                .filter(line -> line.startsWith("Max open files"))
                .map(line -> Integer.valueOf(line.split(" {2,}", -1)[1]))
                .findFirst()
                .orElseThrow();
    }

    /// What a descriptor stands for; empty when it has been closed meanwhile.
    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closed) {
            return "";
        }
    }

    /// The sockets opened since `before` whose other side has ended and which nobody has closed.
    public Set<String> closeWaitSince(Descriptors before) {
        Set<String> sockets =
                open.stream()
                        .filter(each -> each.contains("socket:[") && !before.open.contains(each))
                        .map(each -> each.substring(each.indexOf('[') + 1, each.length() - 1))
                        .collect(Collectors.toSet());
        Set<String> waiting = new TreeSet<>();
        if (sockets.isEmpty()) {
            // The tables are the whole machine's: behind a test under load they are long.
            return waiting;
        }
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : lines(Path.of(table))) {
                if (!line.contains(" " + CLOSE_WAIT + " ")) {
                    continue;
                }
                String[] columns = line.strip().split("\\s+", -1);
                if (columns.length > 9
                        && columns[3].equals(CLOSE_WAIT)
                        && sockets.contains(columns[9])) {
                    waiting.add(columns[1] + " -> " + columns[2]);
                }
            }
        }
        return waiting;
    }

    private static List<String> lines(Path table) {
        try {
            return Files.exists(table) ? Files.readAllLines(table) : new ArrayList<>();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
