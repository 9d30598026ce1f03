/// What flows: streams of octets, request/response pairs, their failures and the loop they live on.
///
/// The ground floor of the data plane. Must not know codecs, routes or upstreams.
@NullMarked
package io.jadegate.proxy.stream;

import org.jspecify.annotations.NullMarked;
