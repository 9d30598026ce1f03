package io.jadegate.api.filter;

import org.jspecify.annotations.Nullable;

/// One policy on connections, asked once, when a connection has been accepted and before a single
/// octet of it is read. An instance serves all connections of a listener, on all event loops at
/// once, so its own state must be safe for that; it must never block.
///
/// Whoever is not let in is told nothing: its connection is reset.
public interface ConnectionFilter {
    /// Decides about a connection. Pure: it moves no counter, since a later filter may refuse.
    ///
    /// Several loops may decide at once, so a limit may be passed by one connection less than there
    /// are loops.
    ///
    /// @return why the connection is refused; null lets it in
    @Nullable Reason decide(ClientConnection connection);

    /// Asked about a connection that is open when another configuration begins to serve. Pure.
    ///
    /// @return why it would not be let in any more and has to go; null lets it stay, as whatever
    ///   only counts new connections does
    default @Nullable Reason review(ClientConnection connection) {
        return null;
    }

    /// The connection was let in by all filters: here counters move.
    default void opened(ClientConnection connection) {}

    /// A connection that was let in is gone. Called once for each [#opened], with an equal address.
    default void closed(ClientConnection connection) {}
}
