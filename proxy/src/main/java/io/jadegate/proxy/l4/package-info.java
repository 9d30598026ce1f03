/// What happens to octets that nobody interprets: the one copy loop of the data plane.
///
/// Must not know HTTP, routes or upstreams.
@NullMarked
package io.jadegate.proxy.l4;

import org.jspecify.annotations.NullMarked;
