package io.jadegate.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/// TLS over a blocking channel, by an engine of the JDK. An end that the other side has not
/// announced by its alert is an error. One thread may read while another writes.
final class TlsChannel implements ByteChannel {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel socket;
    private final SSLEngine engine;
    private final ByteBuffer received;
    private final ByteBuffer plain;
    private final ByteBuffer sent;

    /// @param early what has been read off the socket already
    TlsChannel(SocketChannel socket, SSLEngine engine, ByteBuffer early) {
        this.socket = socket;
        this.engine = engine;
        int record = engine.getSession().getPacketBufferSize();
        received = ByteBuffer.allocate(Math.max(2 * record, early.remaining())).put(early);
        plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize()).flip();
        sent = ByteBuffer.allocate(record);
    }

    void handshake() throws IOException {
        engine.beginHandshake();
        boolean over = false;
        while (!over) {
            switch (engine.getHandshakeStatus()) {
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap();
                case NEED_WRAP -> wrap(NOTHING.duplicate());
                case NEED_TASK -> runTasks();
                case FINISHED, NOT_HANDSHAKING -> over = true;
            }
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        while (!plain.hasRemaining()) {
            if (engine.isInboundDone()) {
                return -1;
            }
            unwrap();
        }
        int octets = Math.min(target.remaining(), plain.remaining());
        target.put(target.position(), plain, plain.position(), octets);
        target.position(target.position() + octets);
        plain.position(plain.position() + octets);
        return octets;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        int octets = source.remaining();
        while (source.hasRemaining()) {
            wrap(source);
        }
        return octets;
    }

    /// Announces that nothing more will be sent.
    void endOutput() throws IOException {
        engine.closeOutbound();
        while (!engine.isOutboundDone()) {
            wrap(NOTHING.duplicate());
        }
    }

    private void unwrap() throws IOException {
        SSLEngineResult result;
        try {
            plain.compact();
            received.flip();
            try {
                result = engine.unwrap(received, plain);
            } finally {
                received.compact();
                plain.flip();
            }
        } catch (SSLException refused) {
            tellWhy();
            throw refused;
        }
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW
                && socket.read(received) < 0) {
            // Complains unless the end was announced.
            engine.closeInbound();
        }
        switch (result.getHandshakeStatus()) {
            case NEED_TASK -> runTasks();
            case NEED_WRAP -> wrap(NOTHING.duplicate());
            default -> {}
        }
    }

    private void runTasks() throws IOException {
        for (Runnable task = engine.getDelegatedTask();
                task != null;
                task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    private void wrap(ByteBuffer source) throws IOException {
        synchronized (sent) {
            sent.clear();
            try {
                SSLEngineResult result = engine.wrap(source, sent);
                if (result.getStatus() == SSLEngineResult.Status.CLOSED && source.hasRemaining()) {
                    throw new SSLException("nothing can be sent any more");
                }
            } catch (SSLException refused) {
                tellWhy();
                throw refused;
            }
            sent.flip();
            flush();
        }
    }

    private void flush() throws IOException {
        while (sent.hasRemaining()) {
            socket.write(sent);
        }
    }

    /// Sends the alert that the engine has ready for what it did not like.
    private void tellWhy() throws IOException {
        synchronized (sent) {
            sent.clear();
            try {
                engine.wrap(NOTHING.duplicate(), sent);
            } catch (SSLException said) {
                return;
            }
            sent.flip();
            flush();
        }
    }

    @Override
    public boolean isOpen() {
        return socket.isOpen();
    }

    /// Announces the end, if the other side still hears it.
    @Override
    public void close() throws IOException {
        if (socket.isOpen()) {
            try {
                endOutput();
            } catch (IOException gone) {
                // Then nobody is left who could want to know.
            }
        }
        socket.close();
    }
}
