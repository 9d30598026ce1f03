package io.jadegate.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.SocketException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// A client's end of a connection under TLS, by the JDK, spoken to in octets. Texts are ISO 8859-1.
/// Everything blocks until it is done.
public final class TlsWire implements AutoCloseable {
    private final SSLSocket socket;

    private TlsWire(SSLSocket socket) {
        this.socket = socket;
    }

    /// A client to be: whom it believes and who it is. Its connections resume each other's
    /// sessions.
    ///
    /// @param chain of its own certificate; empty for none
    public static SSLContext client(
            X509Certificate authority, List<X509Certificate> chain, @Nullable PrivateKey key) {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("authority", authority);
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted);
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(null, null);
            if (key != null) {
                own.setKeyEntry("own", key, new char[0], chain.toArray(X509Certificate[]::new));
            }
            KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(own, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Connects to a port of the loopback address and has the handshake done.
    ///
    /// @param name the server's, asked for and checked; empty to ask for none
    /// @param version such as `TLSv1.3`
    /// @param protocols offered by ALPN
    public static TlsWire connect(
            SSLContext client, int port, String name, String version, String... protocols)
            throws IOException {
        SSLSocket socket =
                (SSLSocket)
                        client.getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), port);
        try {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setProtocols(new String[] {version});
            parameters.setApplicationProtocols(protocols);
            if (name.isEmpty()) {
                parameters.setServerNames(List.of());
            } else {
                parameters.setServerNames(List.of(new SNIHostName(name)));
            }
            socket.setSSLParameters(parameters);
            socket.setTcpNoDelay(true);
            socket.startHandshake();
            return new TlsWire(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    public TlsWire send(String octets) throws IOException {
        socket.getOutputStream().write(octets.getBytes(ISO_8859_1));
        return this;
    }

    /// Reads until `end` has been read, and returns it with all that was before it.
    ///
    /// @throws EOFException when the other side ended before
    public String readUntil(String end) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder text = new StringBuilder();
        while (text.length() < end.length()
                || text.indexOf(end, text.length() - end.length()) < 0) {
            int octet = in.read();
            if (octet < 0) {
                throw new EOFException("the other side has ended behind: " + text);
            }
            text.append((char) octet);
        }
        return text.toString();
    }

    /// Reads exactly so many octets and forgets them.
    public void skip(long octets) throws IOException {
        socket.getInputStream().skipNBytes(octets);
    }

    /// Reads all until the other side says that nothing follows (close_notify).
    ///
    /// @throws IOException when it ends without a word, or resets
    public String readToEnd() throws IOException {
        return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }

    /// Reads all until the other side resets the connection.
    ///
    /// @throws EOFException when the other side ends in an orderly way instead
    public String readToReset() throws IOException {
        StringBuilder text = new StringBuilder();
        InputStream in = socket.getInputStream();
        try {
            for (int octet = in.read(); octet >= 0; octet = in.read()) {
                text.append((char) octet);
            }
        } catch (SocketException reset) {
            return text.toString();
        }
        throw new EOFException("an orderly end, not a reset, behind: " + text);
    }

    /// Asks for another handshake on the connection, which only TLS 1.2 knows. What is read next
    /// shows what the other side makes of it.
    public void negotiateAgain() throws IOException {
        socket.startHandshake();
    }

    /// What the handshake settled.
    public SSLSession session() {
        return socket.getSession();
    }

    /// The protocol chosen by ALPN; empty when none was.
    public String protocol() {
        return socket.getApplicationProtocol();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
