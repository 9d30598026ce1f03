/// What TLS needs on either side: the provider, certificates, keys and authorities from files.
///
/// Must not know listeners, upstreams or HTTP.
@NullMarked
package io.jadegate.proxy.tls;

import org.jspecify.annotations.NullMarked;
