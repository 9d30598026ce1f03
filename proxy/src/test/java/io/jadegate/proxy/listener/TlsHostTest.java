package io.jadegate.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jadegate.api.config.ListenerTlsConfig.ClientCertificateConfig;
import io.jadegate.proxy.tls.CertificateAuthority;
import io.jadegate.proxy.tls.Resumption;
import io.jadegate.proxy.tls.TlsProvider;
import io.jadegate.testkit.TlsWire;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ReferenceCountUtil;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsHostTest {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int ROOM = 64 * 1024;

    private final Instant from = Instant.now().minus(Duration.ofDays(1));
    private final Instant until = from.plus(Duration.ofDays(2));
    private TlsHost host;
    private SSLContext client;

    @BeforeEach
    void makeHost() throws SSLException {
        assumeTrue(TlsProvider.available() == TlsProvider.BORINGSSL);
        CertificateAuthority authority = CertificateAuthority.create("authority", from, until);
        host =
                TlsHost.of(
                        new TlsHost.Settings(
                                "app.test",
                                authority.issue(List.of("app.test"), from, until),
                                List.of("TLSv1.2", "TLSv1.3"),
                                List.of(),
                                null,
                                ClientCertificateConfig.Forward.OFF),
                        TlsProvider.BORINGSSL,
                        Cleaner.create());
        client = TlsWire.client(authority.credential().own(), List.of(), null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void takesUpASessionForHalfAnHour(String version) throws Exception {
        assertThat(resumes(version)).isFalse();

        host.rotateTicketKeys(in(Duration.ofMinutes(31)));

        assertThat(resumes(version)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void takesUpNoSessionAfterAnHour(String version) throws Exception {
        assertThat(resumes(version)).isFalse();

        host.rotateTicketKeys(in(Duration.ofMinutes(31)));
        host.rotateTicketKeys(in(Duration.ofMinutes(62)));

        assertThat(resumes(version)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void keepsNoKeyBecauseNobodyCame(String version) throws Exception {
        assertThat(resumes(version)).isFalse();

        host.rotateTicketKeys(in(Duration.ofMinutes(61)));

        assertThat(resumes(version)).isFalse();
    }

    private static long in(Duration time) {
        return System.nanoTime() + time.toNanos();
    }

    /// Whether a handshake takes up an earlier session.
    private boolean resumes(String version) throws SSLException {
        SSLEngine server = host.newEngine(UnpooledByteBufAllocator.DEFAULT);
        try {
            SSLEngine other = client.createSSLEngine("app.test", 443);
            other.setUseClientMode(true);
            other.setEnabledProtocols(new String[] {version});
            talk(other, server);
            return Resumption.of(server, 0);
        } finally {
            ReferenceCountUtil.release(server);
        }
    }

    /// Has both say all they have to say, tickets included.
    private static void talk(SSLEngine client, SSLEngine server) throws SSLException {
        ByteBuffer toServer = ByteBuffer.allocate(ROOM);
        ByteBuffer toClient = ByteBuffer.allocate(ROOM);
        client.beginHandshake();
        server.beginHandshake();
        boolean moved = true;
        while (moved) {
            moved = step(client, toClient, toServer);
            moved |= step(server, toServer, toClient);
        }
        // BoringSSL sends the tickets of TLS 1.3 with the first octet of an answer.
        server.wrap(ByteBuffer.wrap(new byte[1]), toClient);
        while (step(client, toClient, toServer)) {
            // until the client has read it all
        }
    }

    private static boolean step(SSLEngine engine, ByteBuffer in, ByteBuffer out)
            throws SSLException {
        return switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> {
                engine.getDelegatedTask().run();
                yield true;
            }
            case NEED_WRAP -> engine.wrap(NOTHING.duplicate(), out).bytesProduced() > 0;
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN, NOT_HANDSHAKING, FINISHED -> take(engine, in);
        };
    }

    private static boolean take(SSLEngine engine, ByteBuffer in) throws SSLException {
        in.flip();
        int taken = engine.unwrap(in, ByteBuffer.allocate(ROOM)).bytesConsumed();
        in.compact();
        return taken > 0;
    }
}
