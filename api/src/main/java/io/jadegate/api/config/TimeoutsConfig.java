package io.jadegate.api.config;

import java.time.Duration;

/// How long anything may take. A duration of zero is written `off`: no limit.
public record TimeoutsConfig(
        @Doc("a TCP connection to an endpoint is made") @Default("3s") @Off Duration connect,
        @Doc("a TLS handshake is done, on either side") @Default("5s") @Off Duration tls,
        @Doc("the client sends the whole head") @Default("10s") @Off Duration header,
        @Doc("gap in the client's body") @Default("30s") @Off Duration bodyIdle,
        @Doc("gap while a peer takes no bytes") @Default("60s") @Off Duration write,
        @Doc("after the client closed its sending side, an answer begins") @Default("2s") @Off
                Duration halfClose,
        @Doc("an idle client connection is kept") @Default("75s") @Off Duration keepAlive,
        @Doc(
                        "requests on one client connection, then it is closed; over HTTP/2 once it"
                                + " is idle")
                @Default("10000")
                @Range(min = 1)
                int keepAliveRequests,
        @Doc("age of a client connection, then it is closed after its next answer")
                @Default("1h")
                @Off
                Duration keepAliveAge,
        @Doc("the upstream starts to answer") @Default("60s") @Off Duration firstByte,
        @Doc("gap in the upstream's answer") @Default("60s") @Off Duration idle,
        @Doc("the whole exchange; never applies to event streams and tunnels") @Default("off") @Off
                Duration total,
        @Doc("a tunnel without a byte in either direction is closed") @Default("10m") @Off
                Duration tunnelIdle) {}
