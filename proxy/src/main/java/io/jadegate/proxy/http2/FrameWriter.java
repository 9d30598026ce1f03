package io.jadegate.proxy.http2;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jadegate.proxy.stream.Output;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameTypes;

/// Writes frames (RFC 9113 §4, §6) behind each other into what a connection is about to send, so
/// that heads, framing and small bodies go out in one write.
final class FrameWriter {
    static final int HEADER = 9;

    /// The largest frame that is sent whatever the peer would take, so that streams get their
    /// turns.
    private static final int MOST = 32 * 1024;

    /// The largest table that a peer can make us keep for it.
    private static final long MOST_TABLE = 4096;

    private static final long UNCHANGED = -1;

    private static final int ACK = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    private static final int TABLE_SIZE_HINT = 32;

    private final Output output;
    private final DefaultHttp2HeadersEncoder encoder =
            new DefaultHttp2HeadersEncoder(
                    OutgoingFields.SENSITIVE, /* ignoreMaxHeaderListSize= */ true, TABLE_SIZE_HINT);
    private int maxFrame = 16 * 1024;
    private long tableSize = UNCHANGED;
    private long smallestTable;

    FrameWriter(Output output) {
        this.output = output;
    }

    /// The peer takes frames of so many octets.
    void maxFrame(int octets) {
        maxFrame = Math.min(octets, MOST);
    }

    /// How much goes into a frame.
    int maxFrame() {
        return maxFrame;
    }

    /// The peer keeps so large a table of fields.
    void tableSize(long octets) {
        long most = Math.min(octets, MOST_TABLE);
        smallestTable = tableSize == UNCHANGED ? most : Math.min(most, smallestTable);
        tableSize = most;
    }

    /// However often the size has changed since the last head, the peer needs to be told of two:
    /// the smallest, and what it is now (RFC 7541 §4.2).
    private void resizeTable() throws Http2Exception {
        if (tableSize != UNCHANGED) {
            encoder.maxHeaderTableSize(smallestTable);
            encoder.maxHeaderTableSize(tableSize);
            tableSize = UNCHANGED;
        }
    }

    /// @param settings identifiers and values in turn
    void settings(int... settings) {
        ByteBuf out = begin(settings.length * 3, Http2FrameTypes.SETTINGS, 0, 0);
        for (int i = 0; i < settings.length; i += 2) {
            out.writeShort(settings[i]).writeInt(settings[i + 1]);
        }
    }

    void settingsAck() {
        begin(0, Http2FrameTypes.SETTINGS, ACK, 0);
    }

    void ping(long data) {
        begin(8, Http2FrameTypes.PING, 0, 0).writeLong(data);
    }

    void pingAck(long data) {
        begin(8, Http2FrameTypes.PING, ACK, 0).writeLong(data);
    }

    void goAway(int lastStream, long code, String why) {
        byte[] text = why.getBytes(US_ASCII);
        begin(8 + text.length, Http2FrameTypes.GO_AWAY, 0, 0)
                .writeInt(lastStream)
                .writeInt((int) code)
                .writeBytes(text);
    }

    void reset(int stream, long code) {
        begin(4, Http2FrameTypes.RST_STREAM, 0, stream).writeInt((int) code);
    }

    void windowUpdate(int stream, int octets) {
        begin(4, Http2FrameTypes.WINDOW_UPDATE, 0, stream).writeInt(octets);
    }

    /// Writes a head or trailer section, in as many frames as it takes.
    void headers(int stream, OutgoingFields fields, boolean end) {
        ByteBuf out = begin(0, Http2FrameTypes.HEADERS, end ? END_STREAM : 0, stream);
        int start = out.writerIndex();
        try {
            resizeTable();
            encoder.encodeHeaders(stream, fields, out);
        } catch (Http2Exception e) {
            throw new IllegalStateException("no limit is set that a head could exceed", e);
        }
        int length = out.writerIndex() - start;
        if (length <= maxFrame) {
            out.setMedium(start - HEADER, length);
            out.setByte(start - HEADER + 4, END_HEADERS | (end ? END_STREAM : 0));
            return;
        }
        ByteBuf rest = out.copy(start + maxFrame, length - maxFrame);
        try {
            out.writerIndex(start + maxFrame);
            out.setMedium(start - HEADER, maxFrame);
            while (rest.isReadable()) {
                int octets = Math.min(rest.readableBytes(), maxFrame);
                int flags = octets == rest.readableBytes() ? END_HEADERS : 0;
                header(out, octets, Http2FrameTypes.CONTINUATION, flags, stream);
                out.writeBytes(rest, octets);
            }
        } finally {
            rest.release();
        }
    }

    /// Writes octets of a body, no more than fit into a frame; takes ownership.
    void data(int stream, ByteBuf data) {
        begin(data.readableBytes(), Http2FrameTypes.DATA, 0, stream);
        output.data(data);
    }

    /// Writes the end of a body.
    void end(int stream) {
        begin(0, Http2FrameTypes.DATA, END_STREAM, stream);
    }

    private ByteBuf begin(int length, int type, int flags, int stream) {
        ByteBuf out = output.tail(HEADER + length);
        header(out, length, type, flags, stream);
        return out;
    }

    private static void header(ByteBuf out, int length, int type, int flags, int stream) {
        out.writeMedium(length).writeByte(type).writeByte(flags).writeInt(stream);
    }

    /// Gives up what the encoder holds.
    void close() {
        encoder.close();
    }
}
