/// What one can see of traffic: the facts of an ended exchange, the access log, the counters.
///
/// Event loops write without locks, readers sum. Must not know codecs, channels or how an exchange
/// works, only [io.jadegate.proxy.observe.ExchangeFacts].
@NullMarked
package io.jadegate.proxy.observe;

import org.jspecify.annotations.NullMarked;
