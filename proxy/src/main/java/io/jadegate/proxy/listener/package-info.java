/// Bound addresses and the connections accepted on them: bind, accept, count, drain.
///
/// Must not know routes or upstreams; what a connection says goes to a handler.
@NullMarked
package io.jadegate.proxy.listener;

import org.jspecify.annotations.NullMarked;
