package io.jadegate.server.wire;

import io.jadegate.testkit.TlsWire;
import java.io.IOException;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;

/// A program that asks for a URL through a proxy as alice, and prints status and content.
final class TunnelingClient {
    private TunnelingClient() {}

    /// @param arguments the proxy's address and port, the URL, and the file of the authority that
    ///   is believed
    public static void main(String[] arguments)
            throws IOException, InterruptedException, GeneralSecurityException {
        var proxy = new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
        try (HttpClient client =
                HttpClient.newBuilder()
                        .proxy(ProxySelector.of(proxy))
                        .authenticator(alice())
                        .sslContext(believing(Path.of(arguments[3])))
                        .build()) {
            HttpResponse<String> answer =
                    client.send(
                            HttpRequest.newBuilder(URI.create(arguments[2])).build(),
                            BodyHandlers.ofString());
            System.out.println(answer.statusCode() + " " + answer.body());
        }
    }

    private static SSLContext believing(Path authority)
            throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(authority)) {
            var certificate =
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509").generateCertificate(in);
            return TlsWire.client(certificate, List.of(), null);
        }
    }

    private static Authenticator alice() {
        return new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return new PasswordAuthentication("alice", "password".toCharArray());
            }
        };
    }
}
