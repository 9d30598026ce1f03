package io.jadegate.testkit;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/// One end that sends and receives datagrams, client or endpoint. Octets are told as ISO-8859-1.
public final class DatagramWire implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 30_000;
    private static final int LARGEST = 65_536;

    private final DatagramSocket socket;

    /// A datagram that arrived.
    ///
    /// @param from who sent it
    public record Received(String octets, InetSocketAddress from) {}

    private DatagramWire(DatagramSocket socket) {
        this.socket = socket;
    }

    /// An end on the loopback address, at a port that is free.
    public static DatagramWire open() throws IOException {
        return open("127.0.0.1");
    }

    /// An end at an address of this machine, at a port that is free.
    public static DatagramWire open(String address) throws IOException {
        return open(address, /* port= */ 0);
    }

    /// An end at an address and a port of this machine.
    public static DatagramWire open(String address, int port) throws IOException {
        DatagramSocket socket =
                new DatagramSocket(new InetSocketAddress(InetAddress.getByName(address), port));
        socket.setSoTimeout(PATIENCE_MILLIS);
        return new DatagramWire(socket);
    }

    /// Where it is, as configurations write it.
    public String address() {
        String host = socket.getLocalAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + socket.getLocalPort();
    }

    public int port() {
        return socket.getLocalPort();
    }

    public DatagramWire send(InetSocketAddress to, String octets) throws IOException {
        byte[] bytes = octets.getBytes(StandardCharsets.ISO_8859_1);
        socket.send(new DatagramPacket(bytes, bytes.length, to));
        return this;
    }

    /// The next datagram.
    ///
    /// @throws SocketTimeoutException when none arrives in time
    public Received receive() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[LARGEST], LARGEST);
        socket.receive(packet);
        return new Received(
                new String(
                        packet.getData(),
                        packet.getOffset(),
                        packet.getLength(),
                        StandardCharsets.ISO_8859_1),
                (InetSocketAddress) packet.getSocketAddress());
    }

    @Override
    public void close() {
        socket.close();
    }
}
