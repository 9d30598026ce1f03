package io.jadegate.proxy;

import io.jadegate.api.config.ListenerConfig;
import io.jadegate.api.config.ListenerTlsConfig;
import io.jadegate.api.config.ListenerTlsConfig.ClientCertificateConfig;
import io.jadegate.api.config.ListenerTlsConfig.HostConfig;
import io.jadegate.api.config.Problem;
import io.jadegate.api.config.Secret;
import io.jadegate.proxy.listener.Listener;
import io.jadegate.proxy.listener.Passthrough;
import io.jadegate.proxy.listener.TlsHost;
import io.jadegate.proxy.listener.TlsHosts;
import io.jadegate.proxy.tls.CertificateNames;
import io.jadegate.proxy.tls.Certificates;
import io.jadegate.proxy.tls.ClientTrust;
import io.jadegate.proxy.tls.Credential;
import io.jadegate.proxy.tls.TlsFileException;
import io.jadegate.proxy.tls.TlsProvider;
import io.jadegate.proxy.tls.Validity;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Turns `listeners.NAME.tls` into what handshakes are done with. Reads every file each time, so
/// that a certificate that was replaced is seen; an entry that would serve as before is carried
/// over, with the sessions it has begun.
final class TlsCompiler {
    private final Cleaner cleaner =
            Cleaner.create(Thread.ofPlatform().daemon().name("jadegate-tls-cleaner").factory());

    private @Nullable TlsProvider provider;

    /// @param passthrough what stays encrypted, by the patterns of `tls.passthrough`
    /// @param before what the listener served by until now
    /// @return null for a listener in clear text, and when there are errors
    @Nullable TlsHosts compile(
            String listener,
            ListenerConfig config,
            Map<String, Passthrough> passthrough,
            Listener.@Nullable Terms before,
            List<Problem> problems) {
        ListenerTlsConfig tls = config.tls();
        if (tls == null) {
            return null;
        }
        String at = "listeners." + listener + ".tls";
        if (tls.hosts().isEmpty() && passthrough.isEmpty()) {
            problems.add(Problem.error(at + ".hosts", "is empty; name a host, or \"*\" for any"));
        }
        if (tls.versions().isEmpty()) {
            problems.add(Problem.error(at + ".versions", "is empty; leave it out for 1.2 and 1.3"));
        }
        // Nobody here knows what a client agrees to speak with an endpoint.
        List<String> alpn =
                config.protocol() == ListenerConfig.Protocol.TCP
                        ? List.of()
                        : tls.alpn().stream().map(TlsCompiler::name).toList();
        List<TlsHost> hosts = new ArrayList<>();
        TlsHosts old = before == null ? null : before.tls();
        tls.hosts()
                .forEach((host, entry) -> {
                    String path = at + ".hosts." + host;
                    TlsHost.Settings settings = settings(host, tls, alpn, entry, path, problems);
                    TlsHost known = old == null ? null : old.named(host);
                    if (settings != null && !tls.versions().isEmpty()) {
                        add(hosts, settings, known, path, problems);
                    }
                });
        return hosts.size() < tls.hosts().size() ? null : TlsHosts.of(hosts, passthrough);
    }

    private void add(
            List<TlsHost> hosts,
            TlsHost.Settings settings,
            @Nullable TlsHost known,
            String path,
            List<Problem> problems) {
        if (known != null && known.settings().equals(settings)) {
            hosts.add(known);
            return;
        }
        try {
            hosts.add(TlsHost.of(settings, provider(), cleaner));
        } catch (SSLException e) {
            problems.add(
                    Problem.error(path + ".certificate", "cannot be served by: " + e.getMessage()));
        }
    }

    private TlsProvider provider() {
        TlsProvider chosen = provider;
        if (chosen == null) {
            chosen = TlsProvider.chosen();
            provider = chosen;
        }
        return chosen;
    }

    private static TlsHost.@Nullable Settings settings(
            String host,
            ListenerTlsConfig tls,
            List<String> alpn,
            HostConfig entry,
            String path,
            List<Problem> problems) {
        Credential credential = credential(entry, path, problems);
        ClientCertificateConfig clients = entry.clientCertificate();
        ClientTrust trust =
                clients == null ? null : trust(clients, path + ".client-certificate", problems);
        if (credential == null || (clients != null && trust == null)) {
            return null;
        }
        warn(host, credential, path + ".certificate", problems);
        return new TlsHost.Settings(
                host,
                credential,
                tls.versions().stream().map(TlsCompiler::name).sorted().toList(),
                alpn,
                trust,
                clients == null ? ClientCertificateConfig.Forward.OFF : clients.forward());
    }

    private static String name(ListenerTlsConfig.Version version) {
        return switch (version) {
            case V1_2 -> "TLSv1.2";
            case V1_3 -> "TLSv1.3";
        };
    }

    private static String name(ListenerTlsConfig.Protocol protocol) {
        return switch (protocol) {
            case H2 -> "h2";
            case HTTP1 -> "http/1.1";
        };
    }

    private static @Nullable Credential credential(
            HostConfig entry, String path, List<Problem> problems) {
        Secret passphrase = entry.passphrase();
        if (passphrase != null && passphrase.value() == null) {
            // Checked without secrets: nothing can be said about the key.
            return null;
        }
        try {
            return Credential.read(entry.certificate(), entry.key(), passphrase);
        } catch (TlsFileException e) {
            problems.add(Problem.error(path + "." + e.part().key(), e.getMessage()));
            return null;
        }
    }

    private static @Nullable ClientTrust trust(
            ClientCertificateConfig config, String path, List<Problem> problems) {
        try {
            List<X509Certificate> authorities = Certificates.trusted(config.trusted());
            Path lists = config.revoked();
            List<X509CRL> revoked = lists == null ? List.of() : Certificates.revoked(lists);
            Instant now = Instant.now();
            for (X509CRL list : revoked) {
                if (list.getNextUpdate() != null
                        && list.getNextUpdate().toInstant().isBefore(now)) {
                    problems.add(
                            Problem.warning(
                                    path + ".revoked",
                                    "ran out at "
                                            + list.getNextUpdate().toInstant()
                                            + "; no client of its authority is let in"));
                }
            }
            return new ClientTrust(config.mode(), authorities, revoked);
        } catch (TlsFileException e) {
            problems.add(Problem.error(path + "." + e.part().key(), e.getMessage()));
            return null;
        }
    }

    /// What a client will mind, though it can be served.
    private static void warn(
            String host, Credential credential, String path, List<Problem> problems) {
        String validity = Validity.warning(credential, Instant.now());
        if (validity != null) {
            problems.add(Problem.warning(path, validity));
        }
        CertificateNames names = CertificateNames.of(credential.own());
        if (!host.equals("*") && !names.cover(host.toLowerCase(Locale.ROOT))) {
            problems.add(
                    Problem.warning(
                            path,
                            "does not name \""
                                    + host
                                    + "\", only "
                                    + String.join(", ", names.all())));
        }
    }
}
