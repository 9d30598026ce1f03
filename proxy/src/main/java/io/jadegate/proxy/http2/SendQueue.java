package io.jadegate.proxy.http2;

import io.jadegate.proxy.stream.Ledger;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/// Octets of one stream that wait for the peer to open its window, charged to the loop's ledger.
final class SendQueue {
    private final Ledger ledger;
    private final ArrayDeque<ByteBuf> pieces = new ArrayDeque<>(4);
    private int charged;

    SendQueue(Ledger ledger) {
        this.ledger = ledger;
    }

    boolean isEmpty() {
        return pieces.isEmpty();
    }

    /// The memory that what waits takes.
    int heldBytes() {
        return charged;
    }

    /// Takes ownership.
    void add(ByteBuf data) {
        ByteBuf piece = Ledger.compact(data).touch("waits for an HTTP/2 window");
        pieces.addLast(piece);
        charge(Ledger.footprint(piece));
    }

    /// The next octets, at most `most` of them; the caller owns them.
    ByteBuf take(int most) {
        ByteBuf piece = pieces.getFirst();
        if (piece.readableBytes() > most) {
            return piece.readRetainedSlice(most);
        }
        pieces.removeFirst();
        charge(-Ledger.footprint(piece));
        return piece;
    }

    void release() {
        pieces.forEach(ByteBuf::release);
        pieces.clear();
        charge(-charged);
    }

    private void charge(int bytes) {
        charged += bytes;
        ledger.charge(bytes);
    }
}
