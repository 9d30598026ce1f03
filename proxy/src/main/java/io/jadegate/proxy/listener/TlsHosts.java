package io.jadegate.proxy.listener;

import io.jadegate.proxy.stream.TlsSession;
import io.jadegate.proxy.tls.ClientTrust;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The entries of a listener's `tls.hosts` and `tls.passthrough`, to be found by name: exact, then
/// by the longest wildcard, then `*`. Of equal ones what passes through comes first. Immutable.
public final class TlsHosts {
    private static final String ANY = "*";

    private final Map<String, TlsHost> byPattern;
    private final Map<String, Passthrough> passthrough;
    private final boolean someWantCertificates;

    /// What a client's first message leads to.
    public sealed interface Choice {
        /// TLS in the name of one of the listener's own hosts.
        record Own(TlsHost host) implements Choice {}

        /// Nothing: the connection stays encrypted.
        ///
        /// @param pattern the entry of `tls.passthrough`
        record Pass(String pattern, ConnectionHandler handler) implements Choice {}
    }

    private TlsHosts(Map<String, TlsHost> byPattern, Map<String, Passthrough> passthrough) {
        this.byPattern = byPattern;
        this.passthrough = passthrough;
        this.someWantCertificates =
                byPattern.values().stream().anyMatch(TlsHosts::wantsCertificates);
    }

    private static boolean wantsCertificates(@Nullable TlsHost host) {
        return host != null && host.settings().clients() != null;
    }

    public static TlsHosts of(Collection<TlsHost> hosts) {
        return of(hosts, Map.of());
    }

    /// @param passthrough by the patterns of `tls.passthrough`
    public static TlsHosts of(Collection<TlsHost> hosts, Map<String, Passthrough> passthrough) {
        Map<String, TlsHost> byPattern = HashMap.newHashMap(hosts.size());
        hosts.forEach(host -> byPattern.put(normal(host.host()), host));
        Map<String, Passthrough> passing = HashMap.newHashMap(passthrough.size());
        passthrough.forEach((pattern, each) -> passing.put(normal(pattern), each));
        return new TlsHosts(Map.copyOf(byPattern), Map.copyOf(passing));
    }

    private static String normal(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    /// The entry for a host name.
    ///
    /// @param name null when the client named none
    /// @return null when there is none
    public @Nullable TlsHost find(@Nullable String name) {
        if (name == null) {
            return byPattern.get(ANY);
        }
        String wanted = normal(name);
        TlsHost found = wanted.startsWith(ANY) ? null : byPattern.get(wanted);
        for (int dot = wanted.indexOf('.'); found == null && dot >= 0; ) {
            found = byPattern.get(ANY + wanted.substring(dot));
            dot = wanted.indexOf('.', dot + 1);
        }
        return found == null ? byPattern.get(ANY) : found;
    }

    /// What becomes of a connection.
    ///
    /// @param name that the client asks for; null when it named none
    /// @param offered the protocols that it offers, best first
    /// @return null when nobody here has the name
    public @Nullable Choice choose(@Nullable String name, List<String> offered) {
        String wanted = name == null ? "" : normal(name);
        Choice found = wanted.isEmpty() || wanted.startsWith(ANY) ? null : at(wanted, offered);
        for (int dot = wanted.indexOf('.'); found == null && dot >= 0; ) {
            found = at(ANY + wanted.substring(dot), offered);
            dot = wanted.indexOf('.', dot + 1);
        }
        return found == null ? at(ANY, offered) : found;
    }

    private @Nullable Choice at(String pattern, List<String> offered) {
        Passthrough passing = passthrough.get(pattern);
        ConnectionHandler handler = passing == null ? null : passing.chosen(offered);
        if (handler != null) {
            return new Choice.Pass(pattern, handler);
        }
        TlsHost own = byPattern.get(pattern);
        return own == null ? null : new Choice.Own(own);
    }

    /// Whether a connection may be asked for a host (RFC 9110 §15.5.20): for one of the entry it
    /// was opened for, and for others as long as neither of the two wants to see certificates of
    /// clients. What is demanded of clients by now must be what the connection was let in by.
    ///
    /// @param session of the connection; its entry may be gone
    public boolean covers(TlsSession session, String name) {
        if (!someWantCertificates) {
            return true;
        }
        TlsHost own = named(session.host());
        TlsHost asked = find(name);
        if (own != asked) {
            return !wantsCertificates(own) && !wantsCertificates(asked);
        }
        return asked == null
                || asked.settings().clients() == null
                || asked.settings().clients().equals(session.demand());
    }

    /// The entries, as configured, that demand certificates of clients otherwise than they did:
    /// what was settled with those who came before says nothing about whether they may be here.
    ///
    /// @param before null for clear text
    Set<String> demandingOtherwise(@Nullable TlsHosts before) {
        Set<String> entries = new HashSet<>();
        for (TlsHost host : byPattern.values()) {
            TlsHost old = before == null ? null : before.named(host.host());
            ClientTrust demanded = host.settings().clients();
            if (demanded != null && (old == null || !demanded.equals(old.settings().clients()))) {
                entries.add(host.host());
                if (old != null) {
                    // The same entry may be written otherwise.
                    entries.add(old.host());
                }
            }
        }
        return entries;
    }

    /// The entry configured by exactly these words; null when there is none.
    public @Nullable TlsHost named(String pattern) {
        return byPattern.get(normal(pattern));
    }

    /// All entries, in no order.
    public Collection<TlsHost> all() {
        return byPattern.values();
    }
}
