package io.jadegate.api.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where a forward proxy may go, for whom, and how much of it. Without `allow` every target is
/// refused.
public record ForwardConfig(
        @Doc("targets that may be reached") List<TargetConfig> allow,
        @Doc("targets that may not; stronger than allow") List<TargetConfig> deny,
        @Doc("how users prove who they are; nobody is asked when empty")
                List<Authentication> authenticate,
        @Doc("what a tunnel may carry, both ways together; then it is cut") @Default("off") @Off
                ByteSize tunnelBytes,
        @Doc("idle connections to targets, for the whole process") @Default("{}") PoolConfig pool,
        @Doc("how much all targets together get at once; a tunnel is a request and a connection")
                @Default("{}")
                CapacityConfig capacity,
        @Doc("speak SOCKS5, too, with clients whose first octet says so") @Default("true")
                boolean socks,
        @Doc("offer the script that tells browsers what goes through, /proxy.pac and /wpad.dat")
                @Default("true")
                boolean pac) {

    public ForwardConfig {
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
        authenticate = List.copyOf(authenticate);
    }

    /// Targets by name or by network.
    public record TargetConfig(
            @Doc("a host or *.suffix") @Form(TextForm.HOST_PATTERN) @Nullable String host,
            @Doc("a network of resolved addresses") @Nullable Cidr network,
            @Doc("ports") @Default("[ 443 ]") @Range(min = 1, max = 65535) List<Integer> ports) {
        public TargetConfig {
            ports = List.copyOf(ports);
        }
    }

    /// How a user proves who they are.
    public enum Authentication {
        @Doc("user name and password, of users")
        BASIC,
        @Planned
        TENANT_TOKEN
    }
}
