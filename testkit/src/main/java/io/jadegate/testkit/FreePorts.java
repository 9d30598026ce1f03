package io.jadegate.testkit;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/// Ports of the loopback address for those who cannot choose one by themselves when they bind it:
/// other programs, and configurations that name a port twice.
///
/// They lie below the ports that the system gives to outgoing connections. Such a connection, even
/// one that ended a minute ago, would keep a listener from its port.
public final class FreePorts {
    private static final Path OUTGOING = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    private static final int LOWEST = 10_000;
    private static final int USUAL_END = 32_000;
    private static final int TRIES = 1000;

    /// How many ports apart processes begin whose numbers follow each other.
    private static final int STRIDE = 4_001;

    /// Nobody gets a port that another test of this process got shortly before, nor one that a test
    /// of a process beside it is about to bind.
    private static final AtomicInteger NEXT =
            new AtomicInteger((int) (ProcessHandle.current().pid() * STRIDE));

    private FreePorts() {}

    /// A port to which nothing is bound, neither by TCP nor by UDP.
    public static int next() throws IOException {
        int ports = end() - LOWEST;
        for (int i = 0; i < TRIES; i++) {
            int port = LOWEST + Math.floorMod(NEXT.getAndIncrement(), ports);
            if (isFree(port)) {
                return port;
            }
        }
        throw new IOException("no port is free");
    }

    private static int end() throws IOException {
        if (!Files.exists(OUTGOING)) {
            return USUAL_END;
        }
        int lowest = Integer.parseInt(Files.readString(OUTGOING).strip().split("\\s+", -1)[0]);
        return lowest < 2 * LOWEST ? USUAL_END : lowest;
    }

    private static boolean isFree(int port) {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (var _ = new ServerSocket(port, 1, loopback);
                var _ = new DatagramSocket(port, loopback)) {
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
