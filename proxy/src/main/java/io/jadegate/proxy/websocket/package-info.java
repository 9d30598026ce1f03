/// WebSockets in the middle: frames followed as they pass, policies on messages, closes and pings
/// of the gateway's own (RFC 6455).
///
/// Must not know HTTP, routes or upstreams: it begins where the handshake has ended.
@NullMarked
package io.jadegate.proxy.websocket;

import org.jspecify.annotations.NullMarked;
