package io.jadegate.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsServer;
import io.jadegate.server.wire.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/// The endpoint of examples that need one which speaks TLS: it shows a certificate for
/// `orders.internal`, signed by the authority in `certs/orders-ca.pem`.
final class TlsEndpoint implements AutoCloseable {
    private final HttpsServer server;

    /// @param home where the example finds its files
    TlsEndpoint(Path home) throws IOException {
        TestAuthority authority = new TestAuthority("example authority");
        Files.move(
                authority.trustedIn(Files.createDirectories(home.resolve("certs"))),
                home.resolve("certs/orders-ca.pem"));
        server =
                HttpsServer.create(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        /* backlog= */ 0);
        server.setHttpsConfigurator(
                new HttpsConfigurator(authority.context(authority.issue("orders.internal"))));
        server.createContext("/", TlsEndpoint::answer);
        server.start();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        String version = ((HttpsExchange) exchange).getSSLSession().getProtocol();
        String line =
                "%s %s by %s\n"
                        .formatted(exchange.getRequestMethod(), exchange.getRequestURI(), version);
        exchange.sendResponseHeaders(200, line.length());
        exchange.getResponseBody().write(line.getBytes(US_ASCII));
        exchange.close();
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
