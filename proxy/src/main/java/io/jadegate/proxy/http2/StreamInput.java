package io.jadegate.proxy.http2;

import io.jadegate.proxy.stream.ByteStream;
import io.jadegate.proxy.stream.HttpStream;

/// What one stream receives: its window (RFC 9113 §6.9), and how much is still to come.
///
/// Credit goes back as octets are consumed, so that a stream whose other side does not read stops,
/// and no other.
final class StreamInput {
    /// What the peer may send before any of it is consumed.
    static final int WINDOW = ByteStream.WINDOW;

    private final Multiplexer<?> streams;
    private final int id;
    private long bodyLeft = HttpStream.UNKNOWN_LENGTH;
    private int window = WINDOW;
    private int credit;
    private int unconsumed;
    private boolean ended;
    private boolean touched;

    StreamInput(Multiplexer<?> streams, int id) {
        this.streams = streams;
        this.id = id;
    }

    /// The length of the body is known.
    ///
    /// @param length octets, or one of the constants of [HttpStream]
    void declare(long length) {
        bodyLeft = length >= 0 ? length : HttpStream.UNKNOWN_LENGTH;
    }

    /// Takes octets off the window.
    ///
    /// @return whether they were within it
    boolean take(int octets) {
        window -= octets;
        return window >= 0;
    }

    /// Counts octets of the body.
    ///
    /// @param end whether they are the last
    /// @return whether the body is as long as it was declared to be, so far
    boolean fits(int octets, boolean end) {
        if (bodyLeft == HttpStream.UNKNOWN_LENGTH) {
            return true;
        }
        bodyLeft -= octets;
        return bodyLeft >= 0 && !(end && bodyLeft > 0);
    }

    /// Octets were passed on that will be [#consumed].
    void passedOn(int octets) {
        unconsumed += octets;
    }

    /// Nothing more will arrive.
    void end() {
        ended = true;
    }

    /// Whether the peer has sent all it wanted to send.
    boolean ended() {
        return ended;
    }

    /// Whether the stream is to be told that a read is over; to be set by who will.
    boolean touched() {
        return touched;
    }

    void touched(boolean touched) {
        this.touched = touched;
    }

    /// Octets that were passed on are out of the way.
    void consumed(int octets) {
        unconsumed -= octets;
        giveCredit(octets);
    }

    /// What was passed on and what will come are dropped: nobody consumes them any more.
    void dropRest() {
        consumed(unconsumed);
    }

    /// Gives the window back in pieces of half its size; while the node's budget is tight, only
    /// when nothing is left of what it let in.
    void giveCredit(int octets) {
        credit += octets;
        boolean enough = credit >= WINDOW / 2 && (unconsumed == 0 || !streams.tight());
        if (enough && !ended) {
            streams.writeCredit(id, credit);
            window += credit;
            credit = 0;
        }
    }
}
