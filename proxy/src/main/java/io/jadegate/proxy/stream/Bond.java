package io.jadegate.proxy.stream;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is for one connection of a client and for no other, and ends with it: connections to
/// endpoints that were told that they are for that client, or that take whoever speaks over them
/// for the one who has spoken before.
///
/// Only for the loop's own thread.
public final class Bond {
    // Almost nobody has any.
    private @Nullable List<Kept> kept;
    private boolean over;

    /// Something that is kept for the client.
    public interface Kept {
        /// The client's connection has gone: serves nobody any more.
        void clientLeft();
    }

    /// What there is, in the order that it came.
    public List<Kept> kept() {
        return kept == null ? List.of() : kept;
    }

    /// Whether the client's connection has gone.
    public boolean over() {
        return over;
    }

    public void add(Kept more) {
        if (kept == null) {
            kept = new ArrayList<>(2);
        }
        kept.add(more);
    }

    /// Has gone by itself.
    public void remove(Kept gone) {
        if (kept != null) {
            kept.remove(gone);
        }
    }

    /// The client's connection has gone.
    public void end() {
        over = true;
        List.copyOf(kept()).forEach(Kept::clientLeft);
    }
}
