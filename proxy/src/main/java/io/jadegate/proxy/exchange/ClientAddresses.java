package io.jadegate.proxy.exchange;

import io.jadegate.api.config.ClientAddressConfig;
import io.jadegate.api.config.IpLiteral;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.net.IpSet;
import io.jadegate.proxy.stream.Peer;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Finds the client behind trusted proxies: from the right of what they wrote, past every address
/// that is trusted itself. Whatever cannot be read ends the walk, so nobody is believed further
/// than the last proxy that is known.
public final class ClientAddresses {
    private final IpSet trusted;
    private final int hops;
    private final ClientAddressConfig.Header header;

    public ClientAddresses(ClientAddressConfig config) {
        trusted = IpSet.of(config.trusted());
        hops = config.hops();
        header = config.header();
    }

    /// A client.
    ///
    /// @param address its IP address
    /// @param text the same as text
    record Client(InetAddress address, String text) {}

    /// Whether what the peer says of other addresses is believed.
    boolean trusts(Peer peer) {
        return hops > 0 || names(peer);
    }

    /// Whether the peer is one of the addresses that are trusted by name.
    boolean names(Peer peer) {
        return trusted.contains(peer.address());
    }

    /// The client of a request that came from `peer`.
    Client client(HeaderFields fields, Peer peer) {
        Client direct = new Client(peer.address(), peer.text());
        if (!trusts(peer)) {
            return direct;
        }
        List<String> written = written(fields);
        Client found = direct;
        for (int i = written.size() - 1, passed = 1; i >= 0; i--, passed++) {
            InetAddress address = parse(written.get(i));
            if (address == null) {
                return found;
            }
            found = new Client(address, Peer.text(address));
            if (hops > 0 ? passed >= hops : !trusted.contains(address)) {
                return found;
            }
        }
        // Shorter than a number of proxies would have made it: somebody came in by another door.
        return hops > 0 ? direct : found;
    }

    private List<String> written(HeaderFields fields) {
        List<String> addresses = new ArrayList<>(4);
        FieldName name =
                header == ClientAddressConfig.Header.FORWARDED
                        ? FieldName.FORWARDED
                        : FieldName.X_FORWARDED_FOR;
        for (int i = fields.find(name); i >= 0; i = fields.find(name, i + 1)) {
            for (String element : fields.value(i).split(",", -1)) {
                addresses.add(
                        header == ClientAddressConfig.Header.FORWARDED
                                ? forParameter(element)
                                : element.strip());
            }
        }
        return addresses;
    }

    /// The `for` parameter of one element of `Forwarded` (RFC 7239 §4), or an empty text.
    private static String forParameter(String element) {
        for (String parameter : element.split(";", -1)) {
            String stripped = parameter.strip();
            if (stripped.toLowerCase(Locale.ROOT).startsWith("for=")) {
                return stripped.substring(4).replace("\"", "");
            }
        }
        return "";
    }

    /// An IP address with or without port and brackets, or null.
    private static @Nullable InetAddress parse(String text) {
        String host = text;
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            host = end < 0 ? "" : text.substring(1, end);
        } else if (text.indexOf(':') >= 0 && text.indexOf(':') == text.lastIndexOf(':')) {
            host = text.substring(0, text.indexOf(':'));
        }
        try {
            return IpLiteral.address(host);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
