package io.jadegate.api.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// TLS on a listener.
public record ListenerTlsConfig(
        @Doc("certificates by SNI: exact, then wildcard, then \"*\"") @Keys(TextForm.HOST_PATTERN)
                Map<String, HostConfig> hosts,
        @Doc("protocol versions") @Default("[ \"1.2\", \"1.3\" ]") List<Version> versions,
        @Doc("protocols offered by ALPN, best first") @Default("[ h2, http/1.1 ]")
                List<Protocol> alpn,
        @Doc("Strict-Transport-Security on every answer that has none of its own") @Off
                @Nullable HstsConfig hsts,
        @Doc("upstreams by SNI that get the connection undecrypted; \"*\" for any")
                @Keys(TextForm.HOST_PATTERN)
                Map<String, PassthroughConfig> passthrough) {

    public ListenerTlsConfig {
        hosts = Ordered.copyOf(hosts);
        versions = List.copyOf(versions);
        alpn = List.copyOf(alpn);
        passthrough = Ordered.copyOf(passthrough);
    }

    /// A version of TLS.
    public enum Version {
        @Key("1.2")
        V1_2,
        @Key("1.3")
        V1_3
    }

    /// A protocol as ALPN names it.
    public enum Protocol {
        @Doc("HTTP/2; offered once it is spoken")
        H2,
        @Key("http/1.1")
        @Doc("HTTP/1.1")
        HTTP1
    }

    /// The certificate of one host.
    public record HostConfig(
            @Doc("PEM file with the chain, the host's own first, or a PKCS#12 file") @Required
                    Path certificate,
            @Doc("PEM file with the key; left out when the certificate's file holds it")
                    @Nullable Path key,
            @Doc("what key or PKCS#12 file is encrypted by") @Nullable Secret passphrase,
            @Doc("whether clients show a certificate")
                    @Nullable ClientCertificateConfig clientCertificate,
            @Doc("where a tcp listener goes for this host") @NameOf("upstreams")
                    @Nullable String upstream) {}

    /// Whether clients show a certificate.
    public record ClientCertificateConfig(
            @Doc("whether one is demanded") @Default("required") Mode mode,
            @Doc("PEM file with the authorities that are believed") @Required Path trusted,
            @Doc("PEM file with their lists of revoked certificates") @Nullable Path revoked,
            @Doc("how the upstream learns of it") @Default("off") Forward forward) {

        /// Whether a certificate is demanded.
        public enum Mode {
            REQUIRED,
            OPTIONAL
        }

        /// How the upstream learns of it.
        public enum Forward {
            OFF,
            @Doc("Client-Cert of RFC 9440")
            RFC9440,
            @Doc("X-Forwarded-Client-Cert")
            XFCC
        }
    }
}
