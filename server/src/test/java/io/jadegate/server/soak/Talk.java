package io.jadegate.server.soak;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.SplittableRandom;

/// One end of a connection: sends and reads heads and bodies, and checks every octet of them.
///
/// Blocks, and waits for ever: who wants it to end closes it. For one thread, but for [#close()].
final class Talk implements AutoCloseable {
    private static final int RESET_ON_CLOSE = 0;
    private static final int LONGEST_HEAD = 64 * 1024;
    private static final int NARROW = 4096;

    /// How the end of a body is told.
    enum Framing {
        LENGTH,
        CHUNKED,
        /// Chunked, with a trailer field that tells the length.
        TRAILERS,
        /// By the end of the connection; only of responses.
        CLOSE
    }

    /// What pauses between the pieces of a body.
    @FunctionalInterface
    interface Pace {
        Pace QUICK = () -> {};

        void pause() throws IOException;
    }

    private final SocketChannel channel;
    private final ByteBuffer unread;
    private final Content content;
    private final SplittableRandom random;

    Talk(SocketChannel channel, int buffer, Content content, SplittableRandom random) {
        this.channel = channel;
        this.unread = ByteBuffer.allocate(buffer).flip();
        this.content = content;
        this.random = random;
    }

    static Talk connect(
            InetSocketAddress address, int buffer, Content content, SplittableRandom random)
            throws IOException {
        SocketChannel channel = SocketChannel.open();
        return new Talk(connected(channel, address), buffer, content, random);
    }

    /// With a small receive buffer, so that whoever sends soon notices that nobody reads.
    static Talk connectNarrow(InetSocketAddress address, Content content, SplittableRandom random)
            throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, NARROW);
        return new Talk(connected(channel, address), NARROW, content, random);
    }

    private static SocketChannel connected(SocketChannel channel, SocketAddress address)
            throws IOException {
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(address);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    // ---- sending

    void send(String octets) throws IOException {
        send(ByteBuffer.wrap(octets.getBytes(ISO_8859_1)));
    }

    void send(ByteBuffer octets) throws IOException {
        while (octets.hasRemaining()) {
            channel.write(octets);
        }
    }

    /// Sends a head, to which the fields that tell of the body are added, and the body.
    ///
    /// @param start the first line and all other fields, each with its CRLF
    void send(String start, Content.Body body, Framing framing, Pace pace) throws IOException {
        send(start + framingFields(body, framing) + "\r\n");
        sendPart(body, 0, body.length(), framing, pace);
        sendEnd(body, framing);
    }

    static String framingFields(Content.Body body, Framing framing) {
        return switch (framing) {
            case LENGTH -> "Content-Length: " + body.length() + "\r\n";
            case CHUNKED -> "Transfer-Encoding: chunked\r\n";
            case TRAILERS -> "Transfer-Encoding: chunked\r\nTrailer: x-length\r\n";
            case CLOSE -> "Connection: close\r\n";
        };
    }

    /// Sends the octets of a body between two positions.
    void sendPart(Content.Body body, long from, long to, Framing framing, Pace pace)
            throws IOException {
        boolean chunks = framing == Framing.CHUNKED || framing == Framing.TRAILERS;
        byte[] piece = new byte[(int) Math.min(Content.PIECE, to - from)];
        for (long sent = from; sent < to; ) {
            int size = random.nextInt(1, piece.length + 1);
            int count = (int) Math.min(size, to - sent);
            content.copy(body.seed(), sent, piece, count);
            if (chunks) {
                send(Integer.toHexString(count) + "\r\n");
            }
            send(ByteBuffer.wrap(piece, 0, count));
            if (chunks) {
                send("\r\n");
            }
            sent += count;
            pace.pause();
        }
    }

    void sendEnd(Content.Body body, Framing framing) throws IOException {
        switch (framing) {
            case CHUNKED -> send("0\r\n\r\n");
            case TRAILERS -> send("0\r\nx-length: " + body.length() + "\r\n\r\n");
            case LENGTH, CLOSE -> {}
        }
    }

    // ---- reading

    /// Whether something has come or comes; false at the orderly end, and once this side has
    /// closed, whatever came before.
    boolean available() throws IOException {
        if (!channel.isOpen()) {
            return false;
        }
        if (unread.hasRemaining()) {
            return true;
        }
        unread.clear();
        int read;
        try {
            read = channel.read(unread);
        } finally {
            unread.flip();
        }
        return read > 0;
    }

    private byte octet() throws IOException {
        if (!available()) {
            throw new EOFException("the other side has ended");
        }
        return unread.get();
    }

    Head readHead() throws IOException {
        StringBuilder text = new StringBuilder(256);
        while (text.length() < 4 || text.indexOf("\r\n\r\n", text.length() - 4) < 0) {
            if (text.length() == LONGEST_HEAD) {
                throw new IOException("a head without end: " + text.substring(0, 200));
            }
            text.append((char) (octet() & 0xff));
        }
        return new Head(text.toString());
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (char c = (char) octet(); c != '\n'; c = (char) octet()) {
            line.append(c);
        }
        return line.toString().strip();
    }

    /// Reads the body behind a head.
    ///
    /// @throws WrongBody when it is not exactly this one
    void readBody(Head head, Content.Body body, Pace pace) throws IOException {
        if (head.isChunked()) {
            readChunks(head, body, pace);
            return;
        }
        String length = head.field("content-length");
        if (length != null) {
            require(Long.parseLong(length) == body.length(), body, "Content-Length " + length);
            readPart(body, 0, body.length(), pace);
            return;
        }
        readPart(body, 0, body.length(), pace);
        require(!available(), body, "more than it has");
    }

    private void readChunks(Head head, Content.Body body, Pace pace) throws IOException {
        long position = 0;
        for (int size = chunkSize(); size > 0; size = chunkSize()) {
            require(position + size <= body.length(), body, "more than it has");
            readPart(body, position, position + size, pace);
            require(line().isEmpty(), body, "a chunk that is longer than it says");
            position += size;
        }
        require(position == body.length(), body, "an end behind " + position);
        String trailers = "";
        for (String line = line(); !line.isEmpty(); line = line()) {
            trailers += line;
        }
        if (head.field("trailer") != null) {
            require(trailers.equals("x-length: " + body.length()), body, "trailers " + trailers);
        }
    }

    private int chunkSize() throws IOException {
        return Integer.parseInt(line(), 16);
    }

    /// Reads the octets of a body between two positions.
    void readPart(Content.Body body, long from, long to, Pace pace) throws IOException {
        byte[] piece = new byte[Math.min(unread.capacity(), (int) Math.min(to - from, 1 << 20))];
        for (long position = from; position < to; ) {
            if (!available()) {
                throw new EOFException("the body ended behind " + position + " of " + body);
            }
            int count = (int) Math.min(unread.remaining(), Math.min(piece.length, to - position));
            unread.get(piece, 0, count);
            require(
                    content.matches(body.seed(), position, piece, count),
                    body,
                    "other octets from " + position + " on");
            position += count;
            pace.pause();
        }
    }

    /// Reads and sends the octets of a body at the same time, as the same octets.
    void echoBody(Head head, Content.Body body) throws IOException {
        String length = head.field("content-length");
        require(length != null && Long.parseLong(length) == body.length(), body, "" + length);
        byte[] piece = new byte[unread.capacity()];
        for (long position = 0; position < body.length(); ) {
            if (!available()) {
                throw new EOFException("the body ended behind " + position + " of " + body);
            }
            int count = (int) Math.min(unread.remaining(), body.length() - position);
            unread.get(piece, 0, count);
            send(ByteBuffer.wrap(piece, 0, count));
            position += count;
        }
    }

    /// Reads so many octets, whatever they are.
    void readOctets(byte[] into, int count) throws IOException {
        for (int read = 0; read < count; ) {
            if (!available()) {
                throw new EOFException("the other side has ended");
            }
            int some = Math.min(unread.remaining(), count - read);
            unread.get(into, read, some);
            read += some;
        }
    }

    int readInt() throws IOException {
        int value = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            value = (value << 8) | (octet() & 0xff);
        }
        return value;
    }

    /// Reads what is left, and forgets it, until the other side is gone, in whichever way.
    ///
    /// @return how many octets that were
    long awaitGone() {
        long octets = 0;
        try {
            while (available()) {
                octets += unread.remaining();
                unread.clear().flip();
            }
        } catch (IOException reset) {
            // That is one way to go.
        }
        return octets;
    }

    /// Something arrived that was never sent, or did not arrive.
    static final class WrongBody extends IOException {
        private static final long serialVersionUID = 1;

        WrongBody(Content.Body body, String found) {
            super("expected " + body + ", found " + found);
        }
    }

    private static void require(boolean holds, Content.Body body, String found) throws WrongBody {
        if (!holds) {
            throw new WrongBody(body, found);
        }
    }

    // ---- the end

    /// Ends what this side sends (FIN); it can go on reading.
    void endOutput() throws IOException {
        channel.shutdownOutput();
    }

    /// Ends the connection with a reset (RST).
    void reset() throws IOException {
        channel.setOption(StandardSocketOptions.SO_LINGER, RESET_ON_CLOSE);
        channel.close();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
