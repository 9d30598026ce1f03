package io.jadegate.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// An end of HTTP/2, a client's or an endpoint's, that says what a test wants it to say, frame by
/// frame, right or wrong. Fields are sent as literals of any octets.
///
/// It reads only when it is asked to, and gives credit back for what it reads, but for the streams
/// of [#stall].
public final class Http2Wire implements AutoCloseable {
    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int PRIORITY = 2;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PUSH_PROMISE = 5;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int CONTINUATION = 9;

    public static final int END_STREAM = 1;
    public static final int END_HEADERS = 4;
    public static final int ACK = 1;

    public static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private static final int INITIAL_WINDOW = 4;

    private final Wire wire;
    private final DefaultHttp2HeadersDecoder decoder =
            new DefaultHttp2HeadersDecoder(/* validateHeaders= */ true, 1 << 20);
    private final Map<Integer, Answer> answers = new HashMap<>();
    private final Set<Integer> stalled = new HashSet<>();
    private final List<GoAway> goAways = new ArrayList<>();

    /// A frame as it came.
    public record Frame(int type, int flags, int stream, byte[] payload) {
        public boolean has(int flag) {
            return (flags & flag) != 0;
        }

        /// The number that begins at an octet of the payload.
        public int number(int at) {
            return ByteBuffer.wrap(payload).getInt(at);
        }
    }

    /// What the gateway said when it ended the connection.
    public record GoAway(int lastStream, int code) {}

    /// What has come on a stream so far.
    public static final class Answer {
        private final List<List<String>> heads = new ArrayList<>();
        private final StringBuilder body = new StringBuilder();
        private boolean ended;
        private int reset = -1;

        /// The heads in order, interim ones first and trailers last, each of lines `name: value`.
        public List<List<String>> heads() {
            return heads;
        }

        /// The status of the final head; 0 when there is none yet.
        public int status() {
            return heads.stream()
                    .filter(head -> head.getFirst().startsWith(":status: "))
                    .mapToInt(head -> Integer.parseInt(head.getFirst().substring(9)))
                    .filter(status -> status >= 200)
                    .findFirst()
                    .orElse(0);
        }

        public String body() {
            return body.toString();
        }

        /// Whether the stream was ended in an orderly way.
        public boolean ended() {
            return ended;
        }

        /// The code that the stream was reset with, or -1.
        public int reset() {
            return reset;
        }

        private boolean over() {
            return ended || reset >= 0;
        }
    }

    private final Map<Long, Integer> seen = new HashMap<>();
    private int lastRequest;

    private Http2Wire(Wire wire) {
        this.wire = wire;
    }

    /// Begins to speak on a connection: the preface, and settings as identifiers and values.
    public static Http2Wire over(Wire wire, int... settings) throws IOException {
        Http2Wire http2 = new Http2Wire(wire);
        wire.send(PREFACE);
        return http2.settings(settings);
    }

    /// Begins to speak as an endpoint: settings as identifiers and values. The gateway's preface is
    /// read first.
    public static Http2Wire accepting(Wire wire, int... settings) throws IOException {
        return silent(wire).settings(settings);
    }

    /// Begins to speak as an endpoint that says nothing yet.
    public static Http2Wire silent(Wire wire) throws IOException {
        String preface = wire.read(PREFACE.length());
        if (!preface.equals(PREFACE)) {
            throw new IOException("not a preface: " + preface);
        }
        return new Http2Wire(wire);
    }

    /// The same, with a window of so many octets for each stream.
    public static Http2Wire withWindow(Wire wire, int octets) throws IOException {
        return over(wire, INITIAL_WINDOW, octets);
    }

    public Wire wire() {
        return wire;
    }

    // ---- sending

    public Http2Wire settings(int... settings) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(settings.length * 3);
        for (int i = 0; i < settings.length; i += 2) {
            payload.putShort((short) settings[i]).putInt(settings[i + 1]);
        }
        return frame(SETTINGS, 0, 0, payload.array());
    }

    /// Sends a frame.
    public Http2Wire frame(int type, int flags, int stream, byte... payload) throws IOException {
        synchronized (wire) {
            wire.send(octets(type, flags, stream, payload));
        }
        return this;
    }

    /// The octets of a frame.
    public static byte[] octets(int type, int flags, int stream, byte... payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /// Sends a head in one frame.
    ///
    /// @param end whether it is the whole request
    /// @param fields names and values in turn, pseudo-header fields among them
    public Http2Wire head(int stream, boolean end, String... fields) throws IOException {
        return frame(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block(fields));
    }

    /// Sends the head of a request for a path, with further fields.
    public Http2Wire request(int stream, boolean end, String method, String path, String... fields)
            throws IOException {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                ":method",
                                method,
                                ":scheme",
                                "http",
                                ":authority",
                                "example.com",
                                ":path",
                                path));
        all.addAll(List.of(fields));
        return head(stream, end, all.toArray(String[]::new));
    }

    /// Sends the head of an answer, with further fields.
    public Http2Wire respond(int stream, boolean end, int status, String... fields)
            throws IOException {
        List<String> all = new ArrayList<>(List.of(":status", Integer.toString(status)));
        all.addAll(List.of(fields));
        return head(stream, end, all.toArray(String[]::new));
    }

    /// Sends a request for a path that has no content.
    public Http2Wire get(int stream, String path, String... fields) throws IOException {
        return request(stream, /* end= */ true, "GET", path, fields);
    }

    public Http2Wire data(int stream, boolean end, String octets) throws IOException {
        return frame(DATA, end ? END_STREAM : 0, stream, octets.getBytes(ISO_8859_1));
    }

    public Http2Wire reset(int stream, int code) throws IOException {
        return frame(RST_STREAM, 0, stream, number(code));
    }

    public Http2Wire windowUpdate(int stream, int octets) throws IOException {
        return frame(WINDOW_UPDATE, 0, stream, number(octets));
    }

    public static byte[] number(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    /// Fields as a header block: literals that no table keeps (RFC 7541 §6.2.2).
    public static byte[] block(String... fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i += 2) {
            block.write(0);
            literal(block, fields[i]);
            literal(block, fields[i + 1]);
        }
        return block.toByteArray();
    }

    private static void literal(ByteArrayOutputStream block, String text) {
        int length = text.length();
        if (length < 127) {
            block.write(length);
        } else {
            block.write(127);
            int rest = length - 127;
            for (; rest > 127; rest >>= 7) {
                block.write((rest & 127) | 128);
            }
            block.write(rest);
        }
        block.writeBytes(text.getBytes(ISO_8859_1));
    }

    /// Gives no credit back on these streams from now on.
    public Http2Wire stall(int stream) {
        stalled.add(stream);
        return this;
    }

    // ---- reading

    /// Reads a frame, and takes it for what it is: settings and pings are answered, answers grow.
    ///
    /// @throws EOFException when the gateway has ended the connection
    public Frame read() throws IOException {
        byte[] head = wire.readBytes(9);
        ByteBuffer numbers = ByteBuffer.wrap(head);
        int length = numbers.getInt(0) >>> 8;
        int stream = numbers.getInt(5) & Integer.MAX_VALUE;
        Frame frame = new Frame(head[3], head[4] & 0xff, stream, wire.readBytes(length));
        take(frame);
        return frame;
    }

    private void take(Frame frame) throws IOException {
        seen.merge(kind(frame.type, frame.stream), 1, Integer::sum);
        switch (frame.type) {
            case SETTINGS -> {
                if (!frame.has(ACK)) {
                    reply(SETTINGS, ACK, 0);
                }
            }
            case PING -> {
                if (!frame.has(ACK)) {
                    reply(PING, ACK, 0, frame.payload);
                }
            }
            case GOAWAY -> goAways.add(new GoAway(frame.number(0), frame.number(4)));
            case RST_STREAM -> answer(frame.stream).reset = frame.number(0);
            case HEADERS -> {
                answer(frame.stream).heads.add(fields(whole(frame)));
                answer(frame.stream).ended |= frame.has(END_STREAM);
            }
            case DATA -> {
                answer(frame.stream).body.append(new String(frame.payload, ISO_8859_1));
                answer(frame.stream).ended |= frame.has(END_STREAM);
                giveCredit(frame);
            }
            default -> {}
        }
    }

    /// Who has ended the connection may have left its last words in it, so that it is read on.
    private void reply(int type, int flags, int stream, byte... payload) {
        try {
            frame(type, flags, stream, payload);
        } catch (IOException ended) {
            // The next read tells.
        }
    }

    private byte[] whole(Frame first) throws IOException {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.writeBytes(first.payload);
        for (Frame next = first; !next.has(END_HEADERS); ) {
            next = read();
            block.writeBytes(next.payload);
        }
        return block.toByteArray();
    }

    private List<String> fields(byte[] block) throws IOException {
        List<String> fields = new ArrayList<>();
        try {
            decoder.decodeHeaders(1, Unpooled.wrappedBuffer(block))
                    .forEach(field -> fields.add(field.getKey() + ": " + field.getValue()));
        } catch (Http2Exception e) {
            throw new IOException("not a header block", e);
        }
        return fields;
    }

    private void giveCredit(Frame data) {
        if (data.payload.length > 0) {
            reply(WINDOW_UPDATE, 0, 0, number(data.payload.length));
            if (!stalled.contains(data.stream) && !data.has(END_STREAM)) {
                reply(WINDOW_UPDATE, 0, data.stream, number(data.payload.length));
            }
        }
    }

    /// What has come on a stream so far.
    public Answer answer(int stream) {
        return answers.computeIfAbsent(stream, _ -> new Answer());
    }

    /// How many frames of a type have been read on a stream.
    public int frames(int type, int stream) {
        return seen.getOrDefault(kind(type, stream), 0);
    }

    private static long kind(int type, int stream) {
        return (long) stream << 8 | type;
    }

    /// Reads until a stream is over, in whichever way.
    public Answer await(int stream) throws IOException {
        Answer answer = answer(stream);
        while (!answer.over()) {
            read();
        }
        return answer;
    }

    /// Reads until the gateway begins a request that was not there before.
    ///
    /// @return its stream
    public int awaitRequest() throws IOException {
        while (true) {
            Frame frame = read();
            if (frame.type == HEADERS && frame.stream > lastRequest) {
                lastRequest = frame.stream;
                return frame.stream;
            }
        }
    }

    /// Reads until a stream has brought so many octets of an answer.
    public Answer awaitBody(int stream, int octets) throws IOException {
        Answer answer = answer(stream);
        while (answer.body.length() < octets) {
            read();
        }
        return answer;
    }

    /// Reads until there is a frame of a type.
    public Frame await(int type, int flags) throws IOException {
        while (true) {
            Frame frame = read();
            if (frame.type == type && (frame.flags & flags) == flags) {
                return frame;
            }
        }
    }

    /// Reads until the gateway says that it ends the connection.
    public GoAway awaitGoAway() throws IOException {
        int known = goAways.size();
        while (goAways.size() == known) {
            read();
        }
        return goAways.getLast();
    }

    /// Asks for a sign of life and waits for it: all that was sent before has been read by then.
    public Http2Wire ping() throws IOException {
        frame(PING, 0, 0, new byte[8]);
        await(PING, ACK);
        return this;
    }

    @Override
    public void close() throws IOException {
        wire.close();
    }
}
