package io.jadegate.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// One end of a connection, a client's or an endpoint's, spoken to in octets. Texts are ISO 8859-1:
/// one character is one octet.
///
/// Everything blocks until it is done. A test that waits for what never comes is ended by its
/// timeout, which interrupts the thread and so closes the connection.
public final class Wire implements AutoCloseable {
    private static final int RESET_ON_CLOSE = 0;

    /// What the system says of octets that are sent to who has ended in an orderly way (EPIPE).
    private static final String BEHIND_THE_END = "Broken pipe";

    private final SocketChannel channel;
    private @Nullable TlsChannel tls;
    private volatile @Nullable SocketException reset;
    private final ByteBuffer unread = ByteBuffer.allocate(64 * 1024).flip();

    Wire(SocketChannel channel) {
        this.channel = channel;
    }

    /// Connects to a port of the loopback address.
    public static Wire connect(int port) throws IOException {
        return connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /// Connects to an address, also that of a Unix domain socket.
    public static Wire connect(SocketAddress address) throws IOException {
        return connect(null, address, /* receiveBuffer= */ 0);
    }

    /// Connects from one of this machine's loopback addresses, so that the other side sees that
    /// peer.
    public static Wire connectFrom(InetAddress local, InetSocketAddress address)
            throws IOException {
        return connect(new InetSocketAddress(local, 0), address, /* receiveBuffer= */ 0);
    }

    /// Connects with a small receive buffer, so that whoever sends soon notices that nobody reads.
    public static Wire connectNarrow(int port) throws IOException {
        return connect(
                null,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                /* receiveBuffer= */ 4096);
    }

    private static Wire connect(
            @Nullable SocketAddress local, SocketAddress address, int receiveBuffer)
            throws IOException {
        boolean unix = address instanceof UnixDomainSocketAddress;
        SocketChannel channel =
                unix ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open();
        try {
            if (receiveBuffer > 0) {
                channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
            }
            if (!unix) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
            if (local != null) {
                channel.bind(local);
            }
            channel.connect(address);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        return new Wire(channel);
    }

    // ---- sending

    /// Sends octets in one piece.
    public Wire send(String octets) throws IOException {
        return send(octets.getBytes(ISO_8859_1));
    }

    /// Sends octets in one piece.
    public Wire send(byte[] octets) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(octets);
        while (buffer.hasRemaining()) {
            octets().write(buffer);
        }
        return this;
    }

    /// Sends octets to who may have reset the connection by now, of which the next read tells then.
    public Wire offer(String octets) throws IOException {
        return offer(octets.getBytes(ISO_8859_1));
    }

    /// The same of octets.
    public Wire offer(byte[] octets) throws IOException {
        try {
            return send(octets);
        } catch (ClosedChannelException | SSLException e) {
            throw e;
        } catch (IOException gone) {
            if (!BEHIND_THE_END.equals(gone.getMessage())) {
                reset = new SocketException(gone.getMessage());
            }
            return this;
        }
    }

    /// Sends each octet by itself.
    public Wire trickle(String octets) throws IOException {
        for (int i = 0; i < octets.length(); i++) {
            send(octets.substring(i, i + 1));
        }
        return this;
    }

    /// Ends what this side sends (FIN, over TLS behind its own alert); it can go on reading.
    public Wire endOutput() throws IOException {
        if (tls != null) {
            tls.endOutput();
        }
        return cutOutput();
    }

    /// Ends what this side sends (FIN), over TLS without the alert that would announce it.
    public Wire cutOutput() throws IOException {
        channel.shutdownOutput();
        return this;
    }

    // ---- TLS

    /// Speaks TLS from here on; returns behind the handshake.
    ///
    /// @param engine of the side that this is, with all its settings
    /// @throws javax.net.ssl.SSLException when there is no agreement; the other side has been told
    public Wire secure(SSLEngine engine) throws IOException {
        TlsChannel secured = new TlsChannel(channel, engine, unread);
        tls = secured;
        secured.handshake();
        return this;
    }

    /// Sends octets past TLS.
    public Wire sendInTheClear(String octets) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(octets.getBytes(ISO_8859_1));
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        return this;
    }

    private ByteChannel octets() {
        return tls == null ? channel : tls;
    }

    // ---- reading

    /// Reads exactly so many octets.
    ///
    /// @throws EOFException when the other side ended before
    public String read(int octets) throws IOException {
        StringBuilder text = new StringBuilder(octets);
        while (text.length() < octets) {
            text.append((char) octet());
        }
        return text.toString();
    }

    /// Reads exactly so many octets, and leaves them octets.
    ///
    /// @throws EOFException when the other side ended before
    public byte[] readBytes(int octets) throws IOException {
        byte[] bytes = new byte[octets];
        for (int at = 0; at < octets; ) {
            require();
            int taken = Math.min(octets - at, unread.remaining());
            unread.get(bytes, at, taken);
            at += taken;
        }
        return bytes;
    }

    /// Reads until `end` has been read, and returns it with all that was before it.
    ///
    /// @throws EOFException when the other side ended before
    public String readUntil(String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.length() < end.length()
                || text.indexOf(end, text.length() - end.length()) < 0) {
            text.append((char) octet());
        }
        return text.toString();
    }

    /// Reads all until the other side's orderly end (FIN, over TLS announced by its alert).
    ///
    /// @throws SocketException when the other side resets instead
    /// @throws javax.net.ssl.SSLException when it ends TLS without the alert
    public String readToEnd() throws IOException {
        StringBuilder text = new StringBuilder();
        while (available()) {
            text.append((char) (unread.get() & 0xff));
        }
        return text.toString();
    }

    /// Reads all until the other side resets the connection.
    ///
    /// @throws EOFException when the other side ends in an orderly way instead
    public String readToReset() throws IOException {
        StringBuilder text = new StringBuilder();
        try {
            while (available()) {
                text.append((char) (unread.get() & 0xff));
            }
        } catch (SocketException reset) {
            return text.toString();
        }
        throw new EOFException("an orderly end, not a reset, behind: " + text);
    }

    /// Waits for the other side to be gone, in whichever way.
    public void awaitGone() throws IOException {
        try {
            while (available()) {
                unread.clear().flip();
            }
        } catch (SocketException | SSLException cut) {
            // That is one way to go.
        }
    }

    /// Reads and forgets so many octets.
    public void skip(long octets) throws IOException {
        long left = octets;
        while (left > 0) {
            require();
            int taken = (int) Math.min(left, unread.remaining());
            unread.position(unread.position() + taken);
            left -= taken;
        }
    }

    /// Whether something is there to be read or comes; false at the orderly end.
    public boolean available() throws IOException {
        if (unread.hasRemaining()) {
            return true;
        }
        unread.clear();
        int read;
        try {
            read = octets().read(unread);
        } finally {
            unread.flip();
        }
        // The system tells of a reset once, so that here it only looks like an end.
        SocketException told = reset;
        if (read < 0 && told != null) {
            throw told;
        }
        return read >= 0;
    }

    int octet() throws IOException {
        require();
        return unread.get() & 0xff;
    }

    private void require() throws IOException {
        if (!available()) {
            throw new EOFException("the other side has ended");
        }
    }

    // ---- messages

    /// Reads a request by the letter of RFC 9112.
    public Message readRequest() throws IOException {
        return new MessageReader(this).request();
    }

    /// Reads a response by the letter of RFC 9112.
    public Message readResponse() throws IOException {
        return new MessageReader(this).response(/* headOnly= */ false);
    }

    /// Reads a response to a HEAD request, which has no body whatever its head says.
    public Message readHeadResponse() throws IOException {
        return new MessageReader(this).response(/* headOnly= */ true);
    }

    /// Reads a head of a message, its empty line included, and nothing behind it.
    public String readHead() throws IOException {
        return readUntil("\r\n\r\n");
    }

    // ---- the end

    /// Ends the connection with a reset (RST).
    public void reset() throws IOException {
        channel.setOption(StandardSocketOptions.SO_LINGER, RESET_ON_CLOSE);
        channel.close();
    }

    @Override
    public void close() throws IOException {
        if (tls != null) {
            tls.close();
        }
        channel.close();
    }
}
