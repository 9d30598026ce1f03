/// Headers of the PROXY protocol, versions 1 and 2, as octets: read and written.
///
/// Must not know connections, nor whom to believe.
@NullMarked
package io.jadegate.proxy.proxyprotocol;

import org.jspecify.annotations.NullMarked;
