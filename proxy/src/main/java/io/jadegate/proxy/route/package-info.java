/// Which route takes a request: host, path and conditions compiled for lookup.
///
/// Pure functions of a request head and a client address; nothing here changes after it was
/// compiled. Must not know exchanges, filters, upstreams or channels.
@NullMarked
package io.jadegate.proxy.route;

import org.jspecify.annotations.NullMarked;
