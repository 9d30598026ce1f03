package io.jadegate.server.soak;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/// A WebSocket through the gateway, from its client's side: what it says comes back. For one
/// thread.
final class Tunnel implements AutoCloseable {
    private static final int BUFFER = 1024;
    private static final int LONGEST = 1024;

    private final Talk talk;
    private final Scene scene;
    private final SplittableRandom random;
    private final Goodbye goodbye;
    private final int seed;
    private long position;

    private Tunnel(Talk talk, Scene scene, SplittableRandom random, Goodbye goodbye) {
        this.talk = talk;
        this.scene = scene;
        this.random = random;
        this.goodbye = goodbye;
        this.seed = random.nextInt(1 << 20);
    }

    /// @param goodbye how it will end, whoever ends it
    static Tunnel open(Scene scene, SplittableRandom random, Goodbye goodbye) throws IOException {
        Talk talk = Talk.connect(scene.web(), BUFFER, scene.content(), random);
        try {
            talk.send(
                    """
                    GET /chat/tunnel/%s HTTP/1.1\r
                    Host: soak.test\r
                    Connection: Upgrade\r
                    Upgrade: websocket\r
                    Sec-WebSocket-Version: 13\r
                    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                    \r
                    """
                            .formatted(goodbye));
            Head answer = talk.readHead();
            if (answer.status() != 101) {
                throw new AssertionError("expected 101, found: " + answer.text());
            }
            return new Tunnel(talk, scene, random, goodbye);
        } catch (IOException | AssertionError e) {
            talk.close();
            throw e;
        }
    }

    /// Says something and hears it again.
    void exchange() throws IOException {
        int length = random.nextInt(1, LONGEST + 1);
        byte[] message = new byte[length];
        scene.content().copy(seed, position, message, length);
        talk.send(ByteBuffer.allocate(Integer.BYTES).putInt(length).flip());
        talk.send(ByteBuffer.wrap(message));
        talk.readPart(
                new Content.Body(seed, Long.MAX_VALUE),
                position,
                position + length,
                Talk.Pace.QUICK);
        position += length;
    }

    /// @param byEndpoint whether the endpoint goes, and this side hears of it
    void end(boolean byEndpoint) throws IOException {
        if (!byEndpoint) {
            goodbye.say(talk);
            return;
        }
        talk.send(ByteBuffer.allocate(Integer.BYTES).putInt(0).flip());
        long octets = talk.awaitGone();
        if (octets > 0) {
            throw new AssertionError("expected an end, found " + octets + " octets");
        }
    }

    @Override
    public void close() throws IOException {
        talk.close();
    }
}
