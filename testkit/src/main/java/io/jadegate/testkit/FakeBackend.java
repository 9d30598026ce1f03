package io.jadegate.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// An endpoint that does what a test wants of it, on a port of its own.
///
/// [#open()] leaves every connection to the test, which takes it with [#accept()] and plays the
/// endpoint by itself, octet by octet, in the order that it is written down. [#serving] plays a
/// script on each connection in a thread of its own. [#refusing()] and [#hanging()] take none.
public final class FakeBackend implements AutoCloseable {
    private final ServerSocketChannel server;
    private final List<SocketChannel> fillers = new ArrayList<>();
    private final List<Wire> accepted = new ArrayList<>();
    private final BlockingQueue<Message> requests = new LinkedBlockingQueue<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final String address;

    /// What an endpoint does with one connection, which is closed behind it.
    @FunctionalInterface
    public interface Script {
        void play(Wire wire, Consumer requests) throws IOException;
    }

    /// Where a script tells what requests it got.
    @FunctionalInterface
    public interface Consumer {
        void received(Message request);
    }

    private FakeBackend(ServerSocketChannel server) throws IOException {
        this.server = server;
        this.address = text(server.getLocalAddress());
    }

    private static String text(@Nullable SocketAddress address) {
        return switch (address) {
            case InetSocketAddress inet -> "127.0.0.1:" + inet.getPort();
            case UnixDomainSocketAddress unix -> "unix:" + unix.getPath();
            case null, default -> throw new IllegalStateException("not bound: " + address);
        };
    }

    /// An endpoint whose connections the test takes by itself.
    public static FakeBackend open() throws IOException {
        return new FakeBackend(bind(/* port= */ 0, /* backlog= */ 0));
    }

    /// The same on a Unix domain socket.
    public static FakeBackend open(UnixDomainSocketAddress address) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(address);
        return new FakeBackend(server);
    }

    /// An endpoint that plays `script` on every connection.
    public static FakeBackend serving(Script script) throws IOException {
        return open().begin(script);
    }

    /// The same on a Unix domain socket.
    public static FakeBackend serving(UnixDomainSocketAddress address, Script script)
            throws IOException {
        return open(address).begin(script);
    }

    private FakeBackend begin(Script script) {
        Thread.ofPlatform().daemon().name("fake-backend").start(() -> serve(script));
        return this;
    }

    /// An endpoint that answers every request with the same octets.
    public static FakeBackend answering(String response) throws IOException {
        return serving((wire, requests) -> {
            while (wire.available()) {
                requests.received(wire.readRequest());
                wire.send(response);
            }
        });
    }

    /// An endpoint that answers every request with its target and its body.
    public static FakeBackend echoing() throws IOException {
        return serving((wire, requests) -> {
            while (wire.available()) {
                Message request = wire.readRequest();
                requests.received(request);
                String echo = request.target() + request.body();
                String head = "HTTP/1.1 200 OK\r\nContent-Length: " + echo.length() + "\r\n\r\n";
                wire.send(request.startLine().startsWith("HEAD ") ? head : head + echo);
            }
        });
    }

    /// An address where nobody listens, nor will.
    public static FakeBackend refusing() throws IOException {
        FakeBackend backend = new FakeBackend(bind(FreePorts.next(), /* backlog= */ 0));
        backend.close();
        return backend;
    }

    /// An address where a connection is neither made nor refused: its queue is full and nobody
    /// empties it.
    public static FakeBackend hanging() throws IOException {
        FakeBackend backend = new FakeBackend(bind(/* port= */ 0, /* backlog= */ 1));
        for (int i = 0; i < 4; i++) {
            SocketChannel filler = SocketChannel.open();
            filler.configureBlocking(false);
            filler.connect(backend.server.getLocalAddress());
            backend.fillers.add(filler);
        }
        return backend;
    }

    private static ServerSocketChannel bind(int port, int backlog) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), backlog);
        return server;
    }

    private void serve(Script script) {
        try {
            while (true) {
                Wire wire = accept();
                Thread.ofPlatform().daemon().name("fake-backend").start(() -> play(script, wire));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void play(Script script, Wire wire) {
        try (wire) {
            script.play(wire, requests::add);
        } catch (IOException broken) {
            // What the gateway does to a connection is for the test to judge.
        } finally {
            synchronized (accepted) {
                accepted.remove(wire);
            }
        }
    }

    /// The address as a configuration has it.
    public String address() {
        return address;
    }

    /// Takes the next connection, waiting for it.
    public Wire accept() throws IOException {
        Wire wire = new Wire(server.accept());
        connections.incrementAndGet();
        synchronized (accepted) {
            accepted.add(wire);
        }
        return wire;
    }

    /// Connections taken so far.
    public int connections() {
        return connections.get();
    }

    /// The next request that a script got, waiting for it.
    public Message takeRequest() throws InterruptedException {
        return requests.take();
    }

    /// Requests that scripts got and nobody has taken.
    public int untaken() {
        return requests.size();
    }

    /// Whether no connection waits to be accepted.
    public boolean untouched() throws IOException {
        server.configureBlocking(false);
        try {
            SocketChannel waiting = server.accept();
            if (waiting != null) {
                waiting.close();
            }
            return waiting == null;
        } finally {
            server.configureBlocking(true);
        }
    }

    @Override
    public void close() throws IOException {
        SocketAddress bound = server.isOpen() ? server.getLocalAddress() : null;
        server.close();
        for (SocketChannel filler : fillers) {
            filler.close();
        }
        synchronized (accepted) {
            for (Wire wire : accepted) {
                wire.close();
            }
        }
        if (bound instanceof UnixDomainSocketAddress unix) {
            Files.deleteIfExists(unix.getPath());
        }
    }
}
