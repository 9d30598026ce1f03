/// Where requests go: upstreams, their targets, balancing, connections and the permits for them.
///
/// Must not know exchanges, routes or listeners: it lends streams to whoever asks.
@NullMarked
package io.jadegate.proxy.upstream;

import org.jspecify.annotations.NullMarked;
