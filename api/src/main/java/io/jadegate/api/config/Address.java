package io.jadegate.api.config;

import java.nio.file.Path;

/// Where to listen or to connect. Written `host:port`, `:port` (listen on every address),
/// `[v6]:port` or `unix:/path`.
public sealed interface Address {

    /// A TCP address.
    ///
    /// @param host a name or an IP address without brackets; empty for every local address
    /// @param port 0 to 65535; listening on 0 takes a free port
    record Inet(String host, int port) implements Address {

        /// Whether this stands for every local address.
        public boolean any() {
            return host.isEmpty();
        }

        @Override
        public String toString() {
            return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        }
    }

    /// A Unix domain socket.
    record Unix(Path path) implements Address {

        @Override
        public String toString() {
            return "unix:" + path;
        }
    }

    /// The pattern of the written form.
    String PATTERN =
            "unix:.+|([A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?\\.?|\\[[0-9A-Fa-f:.]+\\])?:[0-9]{1,5}";

    /// The written form, for people.
    String ACCEPTED = "host:port, :port, [v6]:port or unix:/path";

    /// Reads the written form.
    ///
    /// @throws IllegalArgumentException when the text is none of them, or the port is above 65535
    static Address parse(String text) {
        if (text.startsWith("unix:") && text.length() > "unix:".length()) {
            return new Unix(Path.of(text.substring("unix:".length())));
        }
        var colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException(text);
        }
        return new Inet(host(text.substring(0, colon)), port(text.substring(colon + 1)));
    }

    private static String host(String text) {
        if (text.startsWith("[") && text.endsWith("]")) {
            var address = text.substring(1, text.length() - 1);
            if (address.indexOf(':') < 0) {
                throw new IllegalArgumentException(text);
            }
            IpLiteral.parse(address);
            return address;
        }
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            var inner = i > 0 && (c == '-' || c == '.');
            if (!inner && c != '_' && !(c < 128 && Character.isLetterOrDigit(c))) {
                throw new IllegalArgumentException(text);
            }
        }
        if (text.endsWith("-")) {
            throw new IllegalArgumentException(text);
        }
        return text;
    }

    private static int port(String text) {
        if (text.isEmpty()
                || text.length() > 5
                || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException(text);
        }
        var port = Integer.parseInt(text);
        if (port > 65535) {
            throw new IllegalArgumentException(text);
        }
        return port;
    }
}
