package io.jadegate.benchmarks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/// So many requests a second over kept connections of HTTP/1.1, and how long their answers took:
/// `SteadyLoad PORT PATH PER_SECOND SECONDS CONNECTIONS`.
///
/// Each request has its moment, whatever became of those before it: one that finds no free
/// connection waits, and its time counts from its moment on. One thread sends and reads and
/// allocates nothing meanwhile; what is sent in the first [#RAMP_NANOS] warms this program up and
/// is not counted. Prints `REPORT` with the requests counted, the microseconds they were spread
/// over, the errors, and the microseconds within which 50, 99 and 99.9 per cent had their whole
/// answer.
public final class SteadyLoad {
    private static final long RAMP_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int LONGEST_MICROS = 5_000_000;
    private static final byte[] STATUS = "http/1.1 200".getBytes(ISO_8859_1);
    private static final byte[] LENGTH = "content-length:".getBytes(ISO_8859_1);

    private final Selector selector;
    private final InetSocketAddress address;
    private final byte[] request;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 18);
    private final Deque<Connection> idle = new ArrayDeque<>();
    private final int[] byMicros = new int[LONGEST_MICROS + 1];
    private int open;
    private int answered;
    private int counted;
    private int errors;
    private long lastAnswer;

    private SteadyLoad(int port, String path) throws IOException {
        selector = Selector.open();
        address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        request = ("GET /" + path + " HTTP/1.1\r\nHost: compare\r\n\r\n").getBytes(ISO_8859_1);
    }

    /// Runs once and ends.
    public static void main(String[] args) throws IOException {
        SteadyLoad load = new SteadyLoad(Integer.parseInt(args[0]), args[1]);
        load.run(
                Integer.parseInt(args[2]),
                TimeUnit.SECONDS.toNanos(Integer.parseInt(args[3])),
                Integer.parseInt(args[4]));
    }

    private void run(int perSecond, long nanos, int connections) throws IOException {
        for (int i = 0; i < connections; i++) {
            idle.add(new Connection());
        }
        double period = 1e9 / perSecond;
        long begin = System.nanoTime();
        long countedFrom = begin + RAMP_NANOS;
        long wanted = Math.round((RAMP_NANOS + nanos) / period);
        long giveUp = begin + RAMP_NANOS + nanos + PATIENCE_NANOS;
        long sent = 0;
        while (answered + errors < wanted && open > 0 && System.nanoTime() < giveUp) {
            long now = System.nanoTime();
            long due = begin + (long) (sent * period);
            while (sent < wanted && due <= now && !idle.isEmpty()) {
                // The one that has rested longest: all of them are in use, as with many clients.
                idle.removeFirst().send(due, due >= countedFrom);
                sent++;
                due = begin + (long) (sent * period);
            }
            selector.select(key -> ((Connection) key.attachment()).read(), 1);
        }
        errors += Math.toIntExact(wanted - answered - errors);
        System.out.printf(
                "REPORT %d %d %d %d %d %d%n",
                counted,
                TimeUnit.NANOSECONDS.toMicros(lastAnswer - countedFrom),
                errors,
                percentile(0.5),
                percentile(0.99),
                percentile(0.999));
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

    private final class Connection {
        private static final int NO_HEAD_YET = -1;

        private final SocketChannel channel;
        private final byte[] head = new byte[1024];
        private int headLength;
        private long due;
        private boolean counts;
        private long bodyLeft = NO_HEAD_YET;

        Connection() throws IOException {
            channel = SocketChannel.open(address);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, this);
            open++;
        }

        void send(long due, boolean counts) throws IOException {
            this.due = due;
            this.counts = counts;
            buffer.clear().put(request).flip();
            if (channel.write(buffer) < request.length) {
                throw new IOException("a request of " + request.length + " octets did not go out");
            }
        }

        void read() {
            try {
                int count = channel.read(buffer.clear());
                if (count < 0) {
                    close();
                } else {
                    take(buffer.flip());
                }
            } catch (IOException _) {
                close();
            }
        }

        private void take(ByteBuffer data) throws IOException {
            if (bodyLeft == NO_HEAD_YET) {
                readHead(data);
            }
            if (bodyLeft == NO_HEAD_YET) {
                return;
            }
            bodyLeft -= data.remaining();
            if (bodyLeft < 0) {
                throw new IOException("more than one answer to one request");
            }
            if (bodyLeft == 0) {
                answered();
            }
        }

        private void readHead(ByteBuffer data) throws IOException {
            while (data.hasRemaining() && bodyLeft == NO_HEAD_YET) {
                if (headLength == head.length) {
                    throw new IOException("a head of more than " + head.length + " octets");
                }
                byte octet = data.get();
                head[headLength++] = octet;
                if (octet == '\n' && headLength > 3 && head[headLength - 3] == '\n') {
                    bodyLeft = bodyLength();
                    headLength = 0;
                }
            }
        }

        private long bodyLength() throws IOException {
            if (!startsWith(STATUS, 0)) {
                throw new IOException("an answer that is not a 200");
            }
            for (int i = STATUS.length; i < headLength; i++) {
                if (head[i - 1] == '\n' && startsWith(LENGTH, i)) {
                    long length = 0;
                    for (int at = i + LENGTH.length; head[at] != '\r'; at++) {
                        length = head[at] == ' ' ? length : 10 * length + head[at] - '0';
                    }
                    return length;
                }
            }
            throw new IOException("an answer without Content-Length");
        }

        /// @param text in lower case
        private boolean startsWith(byte[] text, int at) {
            for (int i = 0; i < text.length; i++) {
                if (at + i >= headLength || (head[at + i] | 0x20) != (text[i] | 0x20)) {
                    return false;
                }
            }
            return true;
        }

        private void answered() {
            bodyLeft = NO_HEAD_YET;
            answered++;
            if (counts) {
                lastAnswer = System.nanoTime();
                counted++;
                long micros = TimeUnit.NANOSECONDS.toMicros(lastAnswer - due);
                byMicros[(int) Math.min(LONGEST_MICROS, micros)]++;
            }
            idle.addLast(this);
        }

        private void close() {
            errors++;
            open--;
            idle.remove(this);
            try {
                channel.close();
            } catch (IOException _) {
                // it is given up either way
            }
        }
    }
}
