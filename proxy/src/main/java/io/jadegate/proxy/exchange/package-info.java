/// One proxied request: its policies, its attempts, and what goes where until it ends.
///
/// Knows streams, routes and upstreams; must not know codecs, sockets or how a configuration is
/// read.
@NullMarked
package io.jadegate.proxy.exchange;

import org.jspecify.annotations.NullMarked;
