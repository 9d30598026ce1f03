package io.jadegate.control.admin;

import java.net.InetAddress;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who may ask. Three questions, each against another attack: is the Host a name of ours (a web
/// page that rebinds its own name to this address still sends its own name), does the Origin belong
/// to us (a web page elsewhere that sends requests here), is the token right (anybody else).
final class Guard {
    private final @Nullable Set<String> hosts;
    private final @Nullable AdminToken token;

    /// @param hosts the names by which this address may be called, in lower case; addresses always
    ///   may be, for they cannot be rebound. Null: any name.
    /// @param token what opens everything else than the open paths, or null when nothing is closed
    Guard(@Nullable Set<String> hosts, @Nullable AdminToken token) {
        this.hosts = hosts;
        this.token = token;
    }

    /// The refusal of a request, or null when it may go on.
    ///
    /// @param open whether the path asks for no token
    @Nullable Answer refusal(AdminRequest request, boolean open) {
        String host = request.host();
        if (host == null) {
            return Answer.problem(400, "Bad Request", "The request has no Host.");
        }
        if (hosts != null && !isOurs(host, hosts)) {
            return Answer.problem(
                    421, "Misdirected Request", "The Host is not a name of the admin address.");
        }
        if (request.origin() != null && !isSameOrigin(request.origin(), host)) {
            return Answer.problem(403, "Forbidden", "The request comes from another origin.");
        }
        if (!open && token != null && !bearsToken(request.authorization(), token)) {
            return Answer.problem(
                            401, "Unauthorized", "Authorization: Bearer with the token is needed.")
                    .with("WWW-Authenticate", "Bearer realm=jadegate");
        }
        return null;
    }

    private static boolean isOurs(String host, Set<String> hosts) {
        String name = withoutPort(host).toLowerCase(Locale.ROOT);
        return hosts.contains(name) || isAddress(name);
    }

    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    }

    private static boolean isAddress(String name) {
        boolean bracketed = name.startsWith("[") && name.endsWith("]");
        try {
            InetAddress address =
                    InetAddress.ofLiteral(bracketed ? name.substring(1, name.length() - 1) : name);
            return bracketed == (name.indexOf(':') >= 0) && address != null;
        } catch (IllegalArgumentException notAnAddress) {
            return false;
        }
    }

    /// A proxy in front may have taken TLS off, so the scheme does not count.
    private static boolean isSameOrigin(String origin, String host) {
        return origin.equalsIgnoreCase("http://" + host)
                || origin.equalsIgnoreCase("https://" + host);
    }

    private static boolean bearsToken(@Nullable String authorization, AdminToken token) {
        String scheme = "Bearer ";
        return authorization != null
                && authorization.regionMatches(true, 0, scheme, 0, scheme.length())
                && token.is(authorization.substring(scheme.length()).strip());
    }
}
