package io.jadegate.proxy.exchange;

import io.jadegate.proxy.upstream.Picker;
import io.jadegate.proxy.upstream.Upstream;
import org.jspecify.annotations.Nullable;

/// Where an exchange goes.
///
/// @param own the choice that the upstream gives this exchange alone; null where it chooses among
///   its endpoints
record Way(Upstream upstream, @Nullable Picker own) {}
