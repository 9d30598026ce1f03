package io.jadegate.api.config;

/// One line in a list of filters. Written `{ use: CHAIN }`, `{ skip: NAME }`, a bare kind, or
/// `KIND: {…}` with `name`, `mode` and `when` beside it.
public sealed interface FilterEntry permits FilterEntry.Use, FilterEntry.Skip, FilterConfig {

    /// The filters of a chain, in its order.
    record Use(String chain) implements FilterEntry {}

    /// Leaves out the filters of that name that `defaults.filters` brought.
    record Skip(String name) implements FilterEntry {}
}
