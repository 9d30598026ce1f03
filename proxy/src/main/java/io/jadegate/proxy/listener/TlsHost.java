package io.jadegate.proxy.listener;

import io.jadegate.api.config.ListenerTlsConfig.ClientCertificateConfig;
import io.jadegate.proxy.tls.ClientTrust;
import io.jadegate.proxy.tls.Credential;
import io.jadegate.proxy.tls.TlsProvider;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.ReferenceCountUtil;
import java.lang.ref.Cleaner;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// One entry of a listener's `tls.hosts`: the certificate of a host, and how to speak TLS in its
/// name. Used by all loops.
///
/// Sessions are resumed by tickets, whose keys live here: a session of one host is none of another,
/// so that nobody gets around a client certificate by beginning elsewhere.
public final class TlsHost {
    /// Forward secrecy and authenticated encryption only; of equal ones the cheapest first.
    private static final List<String> CIPHERS =
            List.of(
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private static final String HTTP_1_0 = "http/1.0";

    private static final long SESSION_SECONDS = Duration.ofHours(1).toSeconds();
    private static final long SESSIONS = 1024;

    /// A key closes tickets for so long, and for as long again it opens what it has closed. This,
    /// and not the timeout, is what ends sessions of TLS 1.3: BoringSSL gives them two days.
    private static final long TICKET_KEY_NANOS = Duration.ofMinutes(30).toNanos();

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Settings settings;
    private final SslContext context;
    private final AtomicReference<@Nullable OpenSslSessionTicketKey> ticketKey =
            new AtomicReference<>();
    private final AtomicLong ticketKeyNanos = new AtomicLong();

    /// What an entry is made of. Two that are equal serve alike.
    ///
    /// @param host as configured: exact, with a wildcard, or `*`
    /// @param versions such as `TLSv1.3`
    /// @param protocols what is offered by ALPN, best first
    /// @param clients whom to believe; null when clients are not asked for a certificate
    /// @param forward how upstreams learn of a client's certificate
    public record Settings(
            String host,
            Credential credential,
            List<String> versions,
            List<String> protocols,
            @Nullable ClientTrust clients,
            ClientCertificateConfig.Forward forward) {
        public Settings {
            versions = List.copyOf(versions);
            protocols = List.copyOf(protocols);
        }
    }

    private TlsHost(Settings settings, SslContext context) {
        this.settings = settings;
        this.context = context;
        rotateTicketKeys(System.nanoTime());
    }

    /// Makes an entry ready to serve.
    ///
    /// @param cleaner gives the provider's memory back once nobody refers to the entry any more
    /// @throws SSLException when the provider takes no such certificate, key or version
    public static TlsHost of(Settings settings, TlsProvider provider, Cleaner cleaner)
            throws SSLException {
        SslContext context = context(settings, provider);
        TlsHost host = new TlsHost(settings, context);
        // Not by counting: connections that begin may find the entry in a configuration that is
        // being replaced.
        cleaner.register(host, () -> ReferenceCountUtil.release(context));
        return host;
    }

    private static SslContext context(Settings settings, TlsProvider provider) throws SSLException {
        X509Certificate[] chain = settings.credential().chain().toArray(X509Certificate[]::new);
        SslContextBuilder builder =
                SslContextBuilder.forServer(settings.credential().key(), chain)
                        .protocols(settings.versions())
                        .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                        .sessionTimeout(SESSION_SECONDS)
                        .sessionCacheSize(SESSIONS);
        provider.configure(builder);
        if (!settings.protocols().isEmpty()) {
            builder.applicationProtocolConfig(
                    new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            settings.protocols()));
        }
        ClientTrust clients = settings.clients();
        if (clients != null) {
            boolean required = clients.mode() == ClientCertificateConfig.Mode.REQUIRED;
            builder.clientAuth(required ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL)
                    .trustManager(clients.trustManager());
        }
        return builder.build();
    }

    public Settings settings() {
        return settings;
    }

    /// The entry as configured.
    public String host() {
        return settings.host();
    }

    /// Whether there is a protocol for a client that offers some by ALPN (RFC 7301 §3.2). Where
    /// either side names none, HTTP/1.1 is meant; who speaks that speaks HTTP/1.0 as well.
    boolean speaksAnyOf(List<String> offered) {
        List<String> spoken = settings.protocols();
        return offered.isEmpty()
                || spoken.isEmpty()
                || !Collections.disjoint(spoken, offered)
                || (spoken.contains(ApplicationProtocolNames.HTTP_1_1)
                        && offered.contains(HTTP_1_0));
    }

    /// An engine for one connection; whoever gets it releases it.
    SSLEngine newEngine(ByteBufAllocator allocator) {
        rotateTicketKeys(System.nanoTime());
        // By way of a handler that is not used: only so BoringSSL's engine is one that encrypts
        // more than a record at a time.
        SslHandler unused = context.newHandler(allocator);
        return unused.engine();
    }

    /// Takes a new key for tickets when it is time.
    ///
    /// @param now in nanoseconds
    void rotateTicketKeys(long now) {
        OpenSslSessionTicketKey before = ticketKey.get();
        long since = ticketKeyNanos.get();
        if ((before != null && now - since < TICKET_KEY_NANOS)
                || !(context.sessionContext() instanceof OpenSslSessionContext sessions)
                || !ticketKeyNanos.compareAndSet(since, now)) {
            return;
        }
        OpenSslSessionTicketKey fresh = newTicketKey();
        ticketKey.set(fresh);
        if (before == null || now - since >= 2 * TICKET_KEY_NANOS) {
            sessions.setTicketKeys(fresh);
        } else {
            sessions.setTicketKeys(fresh, before);
        }
    }

    private static OpenSslSessionTicketKey newTicketKey() {
        byte[] random =
                new byte
                        [OpenSslSessionTicketKey.NAME_SIZE
                                + OpenSslSessionTicketKey.HMAC_KEY_SIZE
                                + OpenSslSessionTicketKey.AES_KEY_SIZE];
        RANDOM.nextBytes(random);
        int hmac = OpenSslSessionTicketKey.NAME_SIZE;
        int aes = hmac + OpenSslSessionTicketKey.HMAC_KEY_SIZE;
        return new OpenSslSessionTicketKey(
                Arrays.copyOfRange(random, 0, hmac),
                Arrays.copyOfRange(random, hmac, aes),
                Arrays.copyOfRange(random, aes, random.length));
    }
}
