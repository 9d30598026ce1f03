package io.jadegate.proxy.l4;

import org.jspecify.annotations.Nullable;

/// What sessions of datagrams keep to. Durations are nanoseconds.
///
/// @param idle how long neither side may send anything
/// @param replies what each datagram of a client is answered with; null when nobody knows
/// @param most sessions at once
/// @param grace how long sessions may stay that have to go
public record UdpRules(long idle, @Nullable Integer replies, int most, long grace) {}
