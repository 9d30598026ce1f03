package io.jadegate.proxy.upstream;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jadegate.api.config.Address;
import io.jadegate.api.config.Problem;
import io.jadegate.api.config.Secret;
import io.jadegate.api.config.UpstreamConfig;
import io.jadegate.api.config.UpstreamTlsConfig;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.tls.Certificates;
import io.jadegate.proxy.tls.Credential;
import io.jadegate.proxy.tls.EndpointTrust;
import io.jadegate.proxy.tls.TlsFileException;
import io.jadegate.proxy.tls.TlsHandler;
import io.jadegate.proxy.tls.TlsProvider;
import io.jadegate.proxy.tls.Validity;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import java.lang.ref.Cleaner;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/// TLS to the endpoints of one upstream: whom the gateway believes, what it shows of itself, and
/// the sessions it may take up again. Immutable but for the sessions; safe for all threads.
///
/// Two configurations with the same settings and the same content in their files share one, so that
/// whoever holds the same object may use the same connections.
public final class EndpointTls {
    private static final Cleaner CLEANER = Cleaner.create();

    /// A peer that can be found by no name; only what nobody verifies may be called so.
    private static final String NAMELESS = "localhost";

    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    private final Material material;
    private final SslContext context;
    private final SslContext http1;
    private final @Nullable SslContext forOctets;

    /// What it is made of.
    ///
    /// @param protocol what is spoken with the endpoints, offered by ALPN
    /// @param octets whether there are connections on which nobody speaks HTTP
    /// @param trusted null for the authorities that the Java runtime knows
    private record Material(
            UpstreamTlsConfig config,
            UpstreamConfig.Protocol protocol,
            boolean octets,
            @Nullable List<X509Certificate> trusted,
            List<X509CRL> revoked,
            @Nullable Credential credential) {}

    private EndpointTls(Material material) throws SSLException {
        this.material = material;
        this.context = owned(context(material, offered(material.protocol)));
        this.http1 =
                material.protocol == UpstreamConfig.Protocol.AUTO
                        ? owned(context(material, offered(UpstreamConfig.Protocol.HTTP1)))
                        : context;
        this.forOctets = material.octets ? owned(context(material, List.of())) : null;
    }

    /// Handshakes may begin as long as anybody holds this object; nobody else knows when that ends.
    private SslContext owned(SslContext context) {
        CLEANER.register(this, () -> ReferenceCountUtil.release(context));
        return context;
    }

    /// Reads the files of a configuration. Blocks.
    ///
    /// @param protocol what is spoken with the endpoints where it is HTTP
    /// @param octets whether there are connections on which it is not
    /// @param path where it stands
    /// @param before what served until now; returned if nothing has changed
    /// @param problems what is wrong is added here
    /// @return null when something is
    public static @Nullable EndpointTls of(
            UpstreamTlsConfig config,
            UpstreamConfig.Protocol protocol,
            boolean octets,
            String path,
            @Nullable EndpointTls before,
            List<Problem> problems) {
        int known = problems.size();
        Material material = read(config, protocol, octets, path, problems);
        if (problems.stream()
                .skip(known)
                .anyMatch(problem -> problem.severity() == Problem.Severity.ERROR)) {
            return null;
        }
        if (before != null && before.material.equals(material)) {
            return before;
        }
        try {
            return new EndpointTls(material);
        } catch (SSLException e) {
            problems.add(Problem.error(path, "cannot be used: " + e.getMessage()));
            return null;
        }
    }

    private static Material read(
            UpstreamTlsConfig config,
            UpstreamConfig.Protocol protocol,
            boolean octets,
            String path,
            List<Problem> problems) {
        List<X509Certificate> trusted = null;
        List<X509CRL> revoked = List.of();
        Credential credential = null;
        try {
            if (config.trusted() != null) {
                trusted = Certificates.trusted(config.trusted());
            }
        } catch (TlsFileException e) {
            problems.add(problem(path, e));
        }
        try {
            if (config.revoked() != null) {
                revoked = Certificates.revoked(config.revoked());
            }
        } catch (TlsFileException e) {
            problems.add(problem(path, e));
        }
        try {
            // Checked without secrets, nothing can be said about a key that has a passphrase.
            if (config.certificate() != null && isOpen(config.passphrase())) {
                credential =
                        Credential.read(config.certificate(), config.key(), config.passphrase());
                warnOfValidity(credential, path, problems);
            }
        } catch (TlsFileException e) {
            problems.add(problem(path, e));
        }
        String name = config.serverName();
        if (name != null && literal(name) == null && !isHostName(name)) {
            problems.add(Problem.error(path + ".server-name", "\"" + name + "\" is no host name"));
        }
        return new Material(config, protocol, octets, trusted, revoked, credential);
    }

    private static void warnOfValidity(Credential credential, String path, List<Problem> problems) {
        String validity = Validity.warning(credential, Instant.now());
        if (validity != null) {
            problems.add(Problem.warning(path + ".certificate", validity));
        }
    }

    private static boolean isOpen(@Nullable Secret passphrase) {
        return passphrase == null || passphrase.value() != null;
    }

    private static Problem problem(String path, TlsFileException e) {
        return Problem.error(path + "." + e.part().key(), e.getMessage());
    }

    private static boolean isHostName(String name) {
        try {
            SNIHostName _ = new SNIHostName(name.getBytes(US_ASCII));
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /// @param offered by ALPN, best first; none to offer nothing
    private static SslContext context(Material material, List<String> offered) throws SSLException {
        SslContextBuilder builder =
                SslContextBuilder.forClient()
                        .protocols(VERSIONS)
                        // The name is checked together with the chain.
                        .endpointIdentificationAlgorithm(null);
        if (!offered.isEmpty()) {
            builder.applicationProtocolConfig(
                    new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            offered));
        }
        TlsProvider.available().configure(builder);
        if (material.config.verify()) {
            builder.trustManager(EndpointTrust.in(material.trusted, material.revoked));
        } else {
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
        }
        Credential credential = material.credential;
        if (credential != null) {
            builder.keyManager(
                    credential.key(), credential.chain().toArray(new X509Certificate[0]));
        }
        return builder.build();
    }

    /// What endpoints are shown that ask; null when it is nothing.
    public @Nullable Credential credential() {
        return material.credential;
    }

    /// What is offered by ALPN, best first.
    private static List<String> offered(UpstreamConfig.Protocol protocol) {
        return switch (protocol) {
            case HTTP1 -> List.of(ApplicationProtocolNames.HTTP_1_1);
            case HTTP2 -> List.of(ApplicationProtocolNames.HTTP_2);
            case AUTO ->
                    List.of(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1);
        };
    }

    /// Whether there are connections on which nobody speaks HTTP.
    boolean isForOctets() {
        return forOctets != null;
    }

    /// The TLS of a new connection to an endpoint. It keeps no time of its own.
    ///
    /// @param speech what will go over the connection
    /// @param wanted what is to be spoken where that is HTTP: what the endpoints are configured for
    ///   or, where that leaves the choice, HTTP/1.1
    TlsHandler handler(
            Loop loop,
            ByteBufAllocator allocator,
            Address address,
            Connector.Speech speech,
            UpstreamConfig.Protocol wanted) {
        String name = name(address);
        int port = address instanceof Address.Inet inet ? inet.port() : 0;
        // Only a handler of the context's own making has an engine that opens many records at once.
        SslContext chosen =
                switch (speech) {
                    case HTTP -> wanted == UpstreamConfig.Protocol.HTTP1 ? http1 : context;
                    case OCTETS, ENCRYPTED -> Objects.requireNonNull(forOctets);
                };
        SSLEngine engine = chosen.newHandler(allocator, name, port).engine();
        if (literal(name) == null && name.indexOf('.') < 0) {
            sendName(engine, name);
        }
        return new TlsHandler(engine, loop.ledger());
    }

    /// Engines send by themselves only names of several labels.
    private static void sendName(SSLEngine engine, String name) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name.getBytes(US_ASCII))));
        engine.setSSLParameters(parameters);
    }

    /// The name that the endpoint's certificate must have.
    private String name(Address address) {
        String configured = material.config.serverName();
        if (configured != null) {
            return configured;
        }
        return address instanceof Address.Inet inet ? inet.host() : NAMELESS;
    }

    private static byte @Nullable [] literal(String name) {
        return NetUtil.createByteArrayFromIpAddressString(name);
    }
}
