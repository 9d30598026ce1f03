package io.jadegate.api.plane;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// A request to explain.
///
/// @param listener the listener it would come to, or null for the first that serves HTTP
/// @param from the address of the peer
/// @param head the head in HTTP/1.1 form, the empty line at its end included; it goes through the
///   same scanner as traffic
public record ExplainRequest(@Nullable String listener, InetAddress from, byte[] head) {}
