package io.jadegate.proxy.exchange;

import io.jadegate.api.http.HeaderFields;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Ledger;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// A request's body on its way from the client to whichever attempt is under way.
///
/// Until a stream is there it waits here, within the client stream's window. After that a copy of
/// what has been sent is kept only while a retry could need it and it is small; then octets just
/// pass through.
final class RequestBody {
    /// The largest body that is kept for a retry.
    private static final int REPLAY = 64 * 1024;

    /// Pieces up to this size are gathered in buffers of [#GATHERED] octets: a body can come in
    /// pieces of one octet each.
    private static final int SMALL = 512;

    private static final int GATHERED = 4 * SMALL;

    private final HttpStream.Server source;
    private final Ledger ledger;
    private @Nullable ArrayDeque<ByteBuf> kept;
    private @Nullable ByteBuf keptRoot;
    private @Nullable ByteBuf gathered;
    private HttpStream.@Nullable Client sink;
    private @Nullable HeaderFields trailers;
    private boolean keeping;
    private boolean whole;
    private boolean ended;
    private int keptOctets;
    private long keptBytes;
    private int owed;
    private long received;

    /// @param ledger where the memory of what is kept is charged
    /// @param ended whether there is no body
    RequestBody(HttpStream.Server source, Ledger ledger, boolean ended) {
        this.source = source;
        this.ledger = ledger;
        this.ended = ended;
        this.keeping = true;
        this.whole = true;
    }

    /// Octets received so far.
    long received() {
        return received;
    }

    /// Whether the client has sent all of it.
    boolean ended() {
        return ended;
    }

    /// Whether all that was received is still here, so that another attempt can be made.
    boolean replayable() {
        return whole;
    }

    /// Whether the client waits for the endpoint to read.
    boolean stalled() {
        return owed > 0;
    }

    /// Octets from the client.
    void add(ByteBuf data) {
        add(data, data.readableBytes());
    }

    /// What stands for octets from the client.
    ///
    /// @param data may be nothing yet
    /// @param credit how many octets came
    void add(ByteBuf data, int credit) {
        received += credit;
        owed += credit;
        if (data.isReadable()) {
            pass(data);
        } else {
            data.release();
        }
        if (sink != null) {
            giveCredit(sink);
        }
    }

    private void pass(ByteBuf data) {
        int octets = data.readableBytes();
        HttpStream.Client stream = sink;
        if (stream == null) {
            keep(Ledger.compact(data).touch("request body waits for a stream"));
            return;
        }
        if (keeping && keptOctets + octets <= REPLAY && !ledger.tight()) {
            keep(data.retainedDuplicate().touch("request body kept for a retry"));
        } else {
            stopKeeping();
        }
        stream.send(data);
    }

    @SuppressWarnings("ReferenceEquality") // The same memory, not the same octets.
    private void keep(ByteBuf piece) {
        int octets = piece.readableBytes();
        keptOctets += octets;
        if (octets > SMALL) {
            gathered = null;
            ByteBuf root = Ledger.root(piece);
            // Neighbours share the memory that they were read into.
            append(piece, root == keptRoot ? 0 : root.capacity());
            keptRoot = root;
            return;
        }
        ByteBuf gathering = gathered;
        if (gathering == null || gathering.writableBytes() < octets) {
            gathering = piece.alloc().directBuffer(GATHERED, GATHERED);
            gathered = gathering;
            append(gathering, GATHERED);
        }
        gathering.writeBytes(piece);
        piece.release();
    }

    private void append(ByteBuf piece, int footprint) {
        if (kept == null) {
            kept = new ArrayDeque<>(4);
        }
        kept.addLast(piece);
        keptBytes += footprint;
        ledger.charge(footprint);
    }

    /// The memory of what is kept, for a stream or for a retry.
    long keptBytes() {
        return keptBytes;
    }

    /// The client's end of the body. The trailers are borrowed.
    void end(@Nullable HeaderFields trailers) {
        ended = true;
        if (trailers != null) {
            HeaderFields copy = new HeaderFields(trailers.limit(), trailers.size() + 1);
            copy.copyFrom(trailers);
            ForwardedFields.cleanTrailers(copy);
            this.trailers = copy;
        }
        if (sink != null) {
            sink.sendEnd(this.trailers);
        }
    }

    /// Sends what there is, and from now on all that comes, to an attempt's stream.
    ///
    /// @param keep whether a retry could need it again
    void attach(HttpStream.Client stream, boolean keep) {
        sink = stream;
        keeping = keep && keptOctets <= REPLAY && !ledger.tight();
        if (kept != null) {
            kept.forEach(piece -> stream.send(piece.retainedDuplicate()));
        }
        if (!keeping) {
            stopKeeping();
        }
        if (ended) {
            stream.sendEnd(trailers);
        }
        giveCredit(stream);
    }

    /// The attempt has failed; what is kept waits for the next.
    void detach() {
        sink = null;
    }

    /// No retry will come.
    void stopKeeping() {
        keeping = false;
        if (received > 0 && (sink != null || keptOctets > 0)) {
            whole = false;
        }
        release();
    }

    /// The endpoint reads again.
    void writable() {
        if (sink != null) {
            giveCredit(sink);
        }
    }

    private void giveCredit(HttpStream.Client stream) {
        if (owed == 0 || !stream.writable()) {
            return;
        }
        int credit = owed;
        owed = 0;
        source.consumed(credit);
    }

    /// Drops whatever is held.
    void release() {
        if (kept != null) {
            kept.forEach(ByteBuf::release);
            kept = null;
            keptRoot = null;
            gathered = null;
            keptOctets = 0;
        }
        ledger.charge(-keptBytes);
        keptBytes = 0;
    }
}
