package io.jadegate.api.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A bound address and the protocol spoken on it.
public record ListenerConfig(
        @Doc("host:port, :port, [v6]:port or unix:/path") @Required Address address,
        @Doc("the protocol clients speak") @Default("http") Protocol protocol,
        @Doc("answer plain HTTP with a redirect to https") @Default("false")
                boolean redirectToHttps,
        @Doc("filters of connections; connection-limit runs by its defaults where it is not named")
                List<ConnectionFilterConfig> filters,
        @Doc("whom to believe a PROXY protocol header") @Off
                @Nullable ProxyProtocolConfig proxyProtocol,
        @Doc("how connections come to event loops") @Default("balanced") Accept accept,
        @Doc("TLS on this listener") @Nullable ListenerTlsConfig tls,
        @Doc("HTTP/3 on the same port") @Planned @Default("false") boolean http3,
        @Doc("where a tcp or udp listener goes") @NameOf("upstreams") @Nullable String upstream,
        @Doc(
                        "timeouts of a forward listener; of a tcp listener connect, tls, write and"
                                + " tunnel-idle")
                @Default("{}")
                TimeoutOverrides timeouts,
        @Doc(
                        "the longest life of a connection of a tcp listener, or a tunnel of a"
                                + " forward one, up to a tenth less by chance")
                @Default("off")
                @Off
                Duration maxAge,
        @Doc("sessions of a udp listener") @Nullable SessionConfig session,
        @Doc("where a forward proxy may go, and for whom") @Nullable ForwardConfig forward) {

    public ListenerConfig {
        filters = List.copyOf(filters);
    }

    /// The protocol clients speak.
    public enum Protocol {
        @Doc("HTTP/1.1")
        HTTP,
        @Doc("a byte stream")
        TCP,
        @Doc("datagrams")
        UDP,
        @Doc("a forward proxy: absolute-form and CONNECT")
        FORWARD
    }

    /// How connections come to event loops.
    public enum Accept {
        @Doc("one socket; the gateway spreads connections evenly")
        BALANCED,
        @Doc("a socket per loop; the kernel spreads connections by hash")
        REUSEPORT
    }

    /// Whom to believe a PROXY protocol header.
    public record ProxyProtocolConfig(
            @Doc("networks of load balancers") @Required List<Cidr> trusted,
            @Doc("whether their connections must begin with a header") @Default("true")
                    boolean required) {
        public ProxyProtocolConfig {
            trusted = List.copyOf(trusted);
        }
    }

    /// Sessions of a UDP listener.
    public record SessionConfig(
            @Doc("a session without datagrams ends") @Default("60s") Duration idle,
            @Doc("replies to each datagram of a client; 2s after the last the session ends")
                    @Range(min = 0)
                    @Nullable Integer replies,
            @Doc("sessions at once") @Default("100000") @Range(min = 1) int max) {

        /// What a listener has that says nothing about sessions.
        public static final SessionConfig DEFAULT =
                new SessionConfig(Duration.ofSeconds(60), null, 100_000);
    }
}
