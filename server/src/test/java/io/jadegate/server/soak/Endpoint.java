package io.jadegate.server.soak;

import io.jadegate.server.soak.Talk.Framing;
import io.jadegate.server.soak.Talk.Pace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// An endpoint that does with each request what the request's own target says, by a virtual thread
/// for each connection. Bodies that it gets are checked octet by octet.
///
/// `/ROUTE/send/SEED/LENGTH/FRAMING` wants a body, `take` brings one, `echo` does both at a time.
/// `gone/PHASE/GOODBYE`, `mute`, `stall` and `garbage` want an endpoint that is in trouble.
final class Endpoint implements AutoCloseable {
    private static final int BACKLOG = 4096;
    private static final int BUFFER = 16 * 1024;

    /// A tunnel's buffer is there all the time.
    private static final int TUNNEL_BUFFER = 1024;

    private final ServerSocketChannel server;
    private final ExecutorService connections = Executors.newVirtualThreadPerTaskExecutor();
    private final Content content;
    private final Findings findings;
    private final int buffer;

    private Endpoint(Content content, Findings findings, int buffer) throws IOException {
        this.content = content;
        this.findings = findings;
        this.buffer = buffer;
        this.server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        Thread.ofVirtual().name("soak-endpoint").start(this::serve);
    }

    static Endpoint ofRequests(Content content, Findings findings) throws IOException {
        return new Endpoint(content, findings, BUFFER);
    }

    /// An endpoint for connections that are many.
    static Endpoint ofTunnels(Content content, Findings findings) throws IOException {
        return new Endpoint(content, findings, TUNNEL_BUFFER);
    }

    int port() {
        return server.socket().getLocalPort();
    }

    String address() {
        return "127.0.0.1:" + port();
    }

    private void serve() {
        SplittableRandom random = new SplittableRandom();
        try {
            while (true) {
                SocketChannel channel = server.accept();
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                Talk talk = new Talk(channel, buffer, content, random.split());
                connections.execute(() -> serve(talk));
            }
        } catch (IOException closed) {
            // The soak is over.
        }
    }

    private void serve(Talk talk) {
        try (talk) {
            while (talk.available()) {
                play(talk, talk.readHead());
            }
        } catch (Talk.WrongBody wrong) {
            findings.add("endpoint: " + wrong.getMessage());
        } catch (IOException gone) {
            // Some clients leave, and the gateway lets their endpoints know.
        } catch (RuntimeException e) {
            findings.add("endpoint: " + e);
        }
    }

    private void play(Talk talk, Head request) throws IOException {
        String[] path = request.path();
        switch (path[1]) {
            case "send" -> send(talk, request);
            case "take" -> take(talk, request);
            case "echo" -> echo(talk, request);
            case "bare" -> talk.send("HTTP/1.1 " + path[2] + " Bare\r\nETag: \"soak\"\r\n\r\n");
            case "early" -> answerEarly(talk, Goodbye.valueOf(path[4]));
            case "gone" -> leave(talk, request, Goodbye.valueOf(path[4]));
            case "mute" -> talk.awaitGone();
            case "stall" -> stall(talk, request);
            case "garbage" -> talk.send("HTP/1.1 perhaps\r\n\r\n");
            case "tunnel" -> tunnel(talk, Goodbye.valueOf(path[2]));
            default -> throw new IllegalArgumentException(request.text());
        }
        boolean sent = path[1].equals("send");
        if (path[1].equals("garbage") || (sent && framing(path) == Framing.CLOSE)) {
            talk.close();
        }
    }

    private static Content.Body body(String[] path) {
        return new Content.Body(Integer.parseInt(path[2]), Long.parseLong(path[3]));
    }

    private static Framing framing(String[] path) {
        return Framing.valueOf(path[4].toUpperCase(Locale.ROOT));
    }

    // ---- all is well

    private static void send(Talk talk, Head request) throws IOException {
        String[] path = request.path();
        String start = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n";
        if (request.isHead()) {
            talk.send(start + Talk.framingFields(body(path), framing(path)) + "\r\n");
            return;
        }
        if (path.length > 5) {
            talk.send("HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n");
        }
        talk.send(start, body(path), framing(path), Pace.QUICK);
    }

    private static void take(Talk talk, Head request) throws IOException {
        if (request.field("expect") != null) {
            talk.send("HTTP/1.1 100 Continue\r\n\r\n");
        }
        talk.readBody(request, body(request.path()), Pace.QUICK);
        talk.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ntaken");
    }

    private static void echo(Talk talk, Head request) throws IOException {
        Content.Body body = body(request.path());
        talk.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n");
        talk.echoBody(request, body);
    }

    /// Octets by their number, sent back as they come; after a number of nothing this side leaves.
    private static void tunnel(Talk talk, Goodbye goodbye) throws IOException {
        talk.send(
                """
                HTTP/1.1 101 Switching Protocols\r
                Connection: Upgrade\r
                Upgrade: websocket\r
                \r
                """);
        byte[] message = new byte[TUNNEL_BUFFER];
        for (int length = talk.readInt(); length > 0; length = talk.readInt()) {
            talk.readOctets(message, length);
            talk.send(ByteBuffer.wrap(message, 0, length));
        }
        goodbye.say(talk);
    }

    // ---- trouble

    private static void answerEarly(Talk talk, Goodbye goodbye) throws IOException {
        talk.send("HTTP/1.1 413 Too Much\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
        if (goodbye == Goodbye.FIN) {
            talk.awaitGone();
        }
        goodbye.say(talk);
    }

    private static void leave(Talk talk, Head request, Goodbye goodbye) throws IOException {
        Content.Body body = new Content.Body(/* seed= */ 1, Content.PIECE);
        Phase phase = Phase.valueOf(request.path()[3]);
        switch (phase) {
            case INSIDE_REQUEST -> talk.readPart(body, 0, /* to= */ 1, Pace.QUICK);
            case BEFORE_ANSWER -> {}
            case INSIDE_HEAD -> talk.send("HTTP/1.1 200 OK\r\nContent-Le");
            case INSIDE_BODY, INSIDE_CHUNK -> {
                Framing framing = phase == Phase.INSIDE_BODY ? Framing.LENGTH : Framing.CHUNKED;
                talk.send("HTTP/1.1 200 OK\r\n" + Talk.framingFields(body, framing) + "\r\n");
                talk.sendPart(body, 0, body.length() / 2, framing, Pace.QUICK);
            }
        }
        goodbye.say(talk);
    }

    /// When an endpoint leaves.
    enum Phase {
        INSIDE_REQUEST,
        BEFORE_ANSWER,
        INSIDE_HEAD,
        INSIDE_BODY,
        INSIDE_CHUNK
    }

    private static void stall(Talk talk, Head request) throws IOException {
        Content.Body body = body(request.path());
        talk.send("HTTP/1.1 200 OK\r\n" + Talk.framingFields(body, Framing.LENGTH) + "\r\n");
        talk.sendPart(body, 0, body.length() / 2, Framing.LENGTH, Pace.QUICK);
        talk.awaitGone();
    }

    @Override
    public void close() throws IOException {
        server.close();
        connections.shutdownNow();
    }
}
