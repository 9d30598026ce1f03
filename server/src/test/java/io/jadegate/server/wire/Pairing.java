package io.jadegate.server.wire;

import io.jadegate.proxy.tls.Credential;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.params.provider.Arguments;

/// A gateway whose clients speak one version of HTTP and whose endpoint speaks one, with the two
/// ends in the hands of the test.
final class Pairing {
    private static final String HOST = "localhost";
    private static final String ENDPOINT = "app.test";

    private final Gateway gateway;
    private final TestCertificates certificates;
    private final Credential shown;
    private final FakeBackend backend;

    /// A version of HTTP, and whether it goes by TLS.
    enum Version {
        HTTP_1_1,
        HTTP_1_1_TLS,
        H2C,
        H2_TLS;

        boolean http2() {
            return this == H2C || this == H2_TLS;
        }

        boolean secure() {
            return this == HTTP_1_1_TLS || this == H2_TLS;
        }

        String scheme() {
            return secure() ? "https" : "http";
        }
    }

    /// @param folder where certificates are kept, the endpoint's by the name `app`
    Pairing(Gateway gateway, Path folder) throws IOException {
        this.gateway = gateway;
        certificates = new TestCertificates(folder);
        certificates.write("local", HOST);
        shown = certificates.write("app", ENDPOINT);
        backend = gateway.backend();
    }

    /// Every version of a client with every version of an endpoint.
    static Stream<Arguments> all() {
        return Arrays.stream(Version.values())
                .flatMap(client ->
                        Arrays.stream(Version.values())
                                .map(endpoint -> Arguments.of(client, endpoint)));
    }

    TestCertificates certificates() {
        return certificates;
    }

    /// Serves every path by the endpoint that the test plays.
    ///
    /// @param route further settings of the route, each behind a comma
    void serve(Version client, Version endpoint, String route) throws IOException {
        serve(client, endpoint, route, backend.address());
    }

    /// Serves every path by an endpoint at an address.
    void serve(Version client, Version endpoint, String route, String address) throws IOException {
        String listener =
                client.secure()
                        ? "tls: { hosts: { localhost: { " + certificates.entry("local") + " } } }"
                        : "";
        String upstream =
                endpoint.secure()
                        ? "tls: { server-name: app.test, trusted: "
                                + certificates.path("ca.pem")
                                + " }"
                        : "";
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0", LISTENER } }
                routes: { all: { match: { path: / }, upstream: app ROUTE } }
                upstreams:
                  app:
                    endpoints: [ "%s" ]
                    protocol: PROTOCOL
                    UPSTREAM
                """
                        .replace("LISTENER", listener)
                        .replace("ROUTE", route)
                        .replace("PROTOCOL", endpoint.http2() ? "http2" : "http1")
                        .replace("UPSTREAM", upstream),
                address);
    }

    /// Connects as a client.
    Wire connect(Version version) throws IOException {
        Wire wire = gateway.connect();
        if (version.secure()) {
            SSLEngine engine = certificates.client().createSSLEngine(HOST, gateway.port());
            engine.setUseClientMode(true);
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(HOST)));
            engine.setSSLParameters(parameters);
            wire.secure(offering(engine, version));
        }
        return wire;
    }

    /// Takes the gateway's next connection, as the endpoint.
    Wire accept(Version version) throws IOException {
        Wire wire = backend.accept();
        if (version.secure()) {
            SSLEngine engine = certificates.client(shown).createSSLEngine();
            engine.setUseClientMode(false);
            wire.secure(offering(engine, version));
        }
        return wire;
    }

    private static SSLEngine offering(SSLEngine engine, Version version) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {version.http2() ? "h2" : "http/1.1"});
        engine.setSSLParameters(parameters);
        return engine;
    }

    /// Connections that the endpoint has taken.
    int connections() {
        return backend.connections();
    }
}
