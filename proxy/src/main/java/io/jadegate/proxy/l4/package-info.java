/// What happens to octets that nobody interprets: the one copy loop of the data plane, and the
/// connections that are nothing but octets.
///
/// Must not know HTTP or routes.
@NullMarked
package io.jadegate.proxy.l4;

import org.jspecify.annotations.NullMarked;
