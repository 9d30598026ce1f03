package io.jadegate.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Questions and answers by datagrams through a proxy, and the endpoint that answers them:
/// `DatagramLoad PORT ENDPOINT_PORT OCTETS CLIENTS SECONDS`.
///
/// Each client has a socket of its own, and asks again when it has its answer, the same octets
/// back; they begin with the moment of the question, so there are 8 or more; one that hears nothing
/// for [#PATIENCE_NANOS] has lost a datagram and goes on. One thread does it all. Prints `REPORT`
/// with the exchanges, the microseconds they were spread over, the datagrams lost, and the
/// microseconds within which 50, 99 and 99.9 per cent had their answer: of those behind the first
/// [#RAMP_NANOS], in which this program warms up.
public final class DatagramLoad {
    private static final long RAMP_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int LONGEST_MICROS = 1_000_000;
    private static final int RECEIVE_BUFFER = 1 << 22;

    private final Selector selector;
    private final DatagramChannel endpoint;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
    private final ByteBuffer question;
    private final int[] byMicros = new int[LONGEST_MICROS + 1];
    private long countedFrom;
    private int exchanges;
    private int counted;
    private int lost;

    private DatagramLoad(int endpointPort, int octets) throws IOException {
        selector = Selector.open();
        question = ByteBuffer.allocateDirect(octets);
        endpoint = DatagramChannel.open();
        endpoint.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
        endpoint.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), endpointPort));
        endpoint.configureBlocking(false);
        endpoint.register(selector, SelectionKey.OP_READ, (Reader) this::answer);
    }

    /// Reads all that has arrived.
    private interface Reader {
        void read() throws IOException;
    }

    /// Runs once and ends.
    public static void main(String[] args) throws IOException {
        DatagramLoad load = new DatagramLoad(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
        load.run(
                Integer.parseInt(args[0]),
                Integer.parseInt(args[3]),
                TimeUnit.SECONDS.toNanos(Integer.parseInt(args[4])));
    }

    private void run(int port, int count, long nanos) throws IOException {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(new Client(port));
        }
        long began = System.nanoTime();
        countedFrom = began + RAMP_NANOS;
        for (Client client : clients) {
            client.ask(began);
        }
        long lookedAt = began;
        long now = began;
        while (now - began < nanos) {
            selector.select(this::read, PATIENCE_NANOS / 1_000_000);
            now = System.nanoTime();
            if (now - lookedAt > PATIENCE_NANOS) {
                lookedAt = now;
                for (Client client : clients) {
                    client.goOn(now);
                }
            }
        }
        System.out.printf(
                "REPORT %d %d %d %d %d %d%n",
                exchanges,
                TimeUnit.NANOSECONDS.toMicros(now - began),
                lost,
                percentile(0.5),
                percentile(0.99),
                percentile(0.999));
    }

    private void read(SelectionKey key) {
        try {
            ((Reader) key.attachment()).read();
        } catch (IOException e) {
            // The proxy is gone or refuses: nothing to measure.
            throw new IllegalStateException(e);
        }
    }

    /// The endpoint's part.
    private void answer() throws IOException {
        for (SocketAddress from = endpoint.receive(buffer.clear());
                from != null;
                from = endpoint.receive(buffer.clear())) {
            endpoint.send(buffer.flip(), from);
        }
    }

    private int percentile(double share) {
        long rank = (long) (counted * share);
        int micros = -1;
        for (long passed = 0; passed <= rank && micros < LONGEST_MICROS; ) {
            micros++;
            passed += byMicros[micros];
        }
        return micros;
    }

    private final class Client implements Reader {
        private final DatagramChannel channel;
        private long asked;

        Client(int port) throws IOException {
            channel = DatagramChannel.open();
            channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, this);
        }

        void ask(long now) throws IOException {
            asked = now;
            channel.write(question.clear().putLong(0, now));
        }

        @Override
        public void read() throws IOException {
            channel.read(buffer.clear());
            if (buffer.position() != question.capacity() || buffer.getLong(0) != asked) {
                // The answer to a question that was given up.
                return;
            }
            long now = System.nanoTime();
            exchanges++;
            if (now - countedFrom >= 0) {
                counted++;
                byMicros[(int) Math.min(LONGEST_MICROS, (now - asked) / 1000)]++;
            }
            ask(now);
        }

        void goOn(long now) throws IOException {
            if (now - asked > PATIENCE_NANOS) {
                lost++;
                ask(now);
            }
        }
    }
}
