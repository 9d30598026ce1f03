/// What `jadegate run` without a configuration shows: upstreams that echo, on loopback ports of
/// their own.
///
/// It is an ordinary peer of the gateway and knows nothing of how it works inside.
@NullMarked
package io.jadegate.server.demonstration;

import org.jspecify.annotations.NullMarked;
