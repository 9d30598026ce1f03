package io.jadegate.proxy.tls;

import io.netty.util.NetUtil;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The names that a certificate is good for: its alternative names. The common name counts for
/// nothing (RFC 9525 §2).
public final class CertificateNames {
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private final List<String> names = new ArrayList<>();
    private final List<String> addresses = new ArrayList<>();

    private CertificateNames() {}

    /// The names of a certificate; none when they cannot be read.
    public static CertificateNames of(X509Certificate certificate) {
        CertificateNames names = new CertificateNames();
        try {
            @Nullable Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> alternative : alternatives) {
                    names.add(alternative);
                }
            }
        } catch (CertificateParsingException unreadable) {
            names.names.clear();
            names.addresses.clear();
        }
        return names;
    }

    private void add(List<?> alternative) {
        if (alternative.get(0) instanceof Integer kind
                && alternative.get(1) instanceof String value) {
            switch (kind) {
                case DNS_NAME -> names.add(value.toLowerCase(Locale.ROOT));
                case IP_ADDRESS -> addresses.add(value);
                default -> {}
            }
        }
    }

    /// Whether the certificate is good for a DNS name, or for all that a pattern such as
    /// `*.example.com` stands for. A wildcard of the certificate stands for one whole first label
    /// (RFC 9525 §6.3).
    ///
    /// @param name in lower case, without a dot at the end
    public boolean cover(String name) {
        if (names.contains(name)) {
            return true;
        }
        int dot = name.indexOf('.');
        return dot > 0 && names.contains("*" + name.substring(dot));
    }

    /// Whether the certificate is good for an IP address, of 4 or 16 octets.
    public boolean coverAddress(byte[] address) {
        return addresses.stream()
                .anyMatch(text ->
                        Arrays.equals(NetUtil.createByteArrayFromIpAddressString(text), address));
    }

    /// The DNS names and addresses, for people.
    public List<String> all() {
        List<String> all = new ArrayList<>(names);
        all.addAll(addresses);
        return all;
    }
}
