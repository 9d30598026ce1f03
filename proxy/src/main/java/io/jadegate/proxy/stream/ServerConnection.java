package io.jadegate.proxy.stream;

import io.jadegate.proxy.observe.ListenerCounts;
import org.jspecify.annotations.Nullable;

/// A connection with a client, whatever is spoken on it, as those see it who keep the books about
/// connections and end them. Only for the loop's own thread.
public interface ServerConnection {
    /// Ends the connection as soon as no exchange is under way: at once when it is idle, else
    /// behind the answers that are being given. Tunnels go on.
    void drain();

    /// Whether it has been asked to drain before it is known what is spoken on it: what it goes on
    /// as has to drain.
    default boolean leaving() {
        return false;
    }

    /// Ends the connection now, whatever it is doing.
    void abort();

    /// Ends the connection for the memory it takes; what it was about fails for that reason.
    void shed();

    /// The memory that the client makes us hold by what it sends and does not read.
    long heldBytes();

    /// The part of it that is what the client does not read.
    long responseBytes();

    /// The client; null while it is not known.
    @Nullable Peer peer();

    /// The client as people name it.
    default String client() {
        Peer known = peer();
        return known == null ? "" : known.name();
    }

    /// The route of the exchange under way, of the oldest where there are several; null when there
    /// is none.
    default @Nullable String routeName() {
        return null;
    }

    /// What was settled with the client where the connection is encrypted; null in clear text, and
    /// until it is settled.
    @Nullable TlsSession tls();

    /// When the connection was accepted, in the time of [System#nanoTime()].
    long acceptedNanos();

    /// Who keeps the books about connections.
    interface Owner {
        void opened(ServerConnection connection);

        void closed(ServerConnection connection);

        /// A connection goes on as another one, which speaks what it turned out to speak. The other
        /// has not been opened yet.
        void replace(ServerConnection before, ServerConnection after);

        /// What is counted of the listener by now.
        ListenerCounts counts();
    }
}
