package io.jadegate.proxy.listener;

import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.ServerConnection;
import io.jadegate.proxy.stream.TlsSession;
import org.jspecify.annotations.Nullable;

/// A connection of which all is known that is settled before its protocol is spoken.
///
/// @param loop where it lives
/// @param books of the listener
/// @param terms by which it was accepted
/// @param before as what it stands in the books so far; null for not at all
/// @param tls what was settled with the client; null in clear text, and where TLS passes through
/// @param serverName the host that the client named in its first message under TLS; null when it
///   named none
/// @param agreed the protocol agreed on (RFC 7301); empty for none
public record Arrival(
        Loop loop,
        ServerConnection.Owner books,
        Listener.Terms terms,
        @Nullable ServerConnection before,
        @Nullable TlsSession tls,
        @Nullable String serverName,
        String agreed) {

    /// A connection in clear text.
    static Arrival inClearText(
            Loop loop,
            ServerConnection.Owner books,
            Listener.Terms terms,
            @Nullable ServerConnection before) {
        return new Arrival(loop, books, terms, before, null, null, "");
    }

    /// Tells the books as what the connection goes on.
    public void goesOnAs(ServerConnection connection) {
        if (before != null) {
            books.replace(before, connection);
        }
    }
}
