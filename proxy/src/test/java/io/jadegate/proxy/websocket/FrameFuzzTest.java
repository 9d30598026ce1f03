package io.jadegate.proxy.websocket;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.Corpus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// What holds for any octets in a WebSocket: the same frames are seen however they are cut, those
/// that a naive reader sees, and Netty's decoder agrees.
class FrameFuzzTest {
    /// @param input who sends, what was agreed on and how close frames are read in the first octet,
    ///   frames behind it
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        Rules rules =
                new Rules(
                        (input[0] & 1) != 0,
                        EXTENSIONS[(input[0] >> 1 & 3) % EXTENSIONS.length],
                        (input[0] & 8) != 0);
        byte[] octets = Arrays.copyOfRange(input, 1, input.length);
        Followed whole = followed(octets, octets.length, rules);
        for (int cut = 0; cut < octets.length; cut++) {
            same(followed(octets, cut, rules), whole);
        }
        same(followed(octets, -1, rules), whole);
        Read naive = naive(new String(octets, ISO_8859_1), rules);
        same(whole, naive.followed);
        if (rules.extensions != Extensions.DEFLATE || whole.end != End.BROKEN) {
            same(byNetty(octets, rules, naive), whole);
        }
    }

    /// How a reader is made.
    private record Rules(boolean masked, Extensions extensions, boolean readsCloses) {}

    private static final Extensions[] EXTENSIONS = Extensions.values();

    private enum End {
        BETWEEN_FRAMES,
        IN_FRAME,
        CLOSED,
        BROKEN
    }

    /// @param frames those that are whole, as `kind:length`, with `!` when they end a message
    private record Followed(List<String> frames, End end) {}

    private static String frame(int opcode, long length, boolean last) {
        return opcode + ":" + length + (last ? "!" : "");
    }

    /// @param cut where the second read begins; -1 for one read per octet
    private static Followed followed(byte[] octets, int cut, Rules rules) {
        FrameReader reader = new FrameReader(rules.masked, rules.extensions, rules.readsCloses);
        List<String> frames = new ArrayList<>();
        int from = 0;
        for (int to = cut < 0 ? 1 : cut; ; to = cut < 0 ? to + 1 : octets.length) {
            int end = Math.min(to, octets.length);
            follow(reader, Unpooled.wrappedBuffer(octets, from, end - from), frames);
            if (end == octets.length) {
                return new Followed(frames, end(reader));
            }
            from = end;
        }
    }

    private static void follow(FrameReader reader, ByteBuf piece, List<String> frames) {
        while (piece.isReadable() && reader.broken() == null && !reader.isClosed()) {
            boolean told = true;
            if (reader.isInPayload()) {
                piece.skipBytes(reader.readPayload(piece.readableBytes()));
            } else {
                told = reader.readHead(piece);
            }
            if (told && reader.broken() == null && !reader.isInPayload()) {
                frames.add(frame(reader.opcode(), reader.length(), reader.isLast()));
            }
        }
    }

    private static End end(FrameReader reader) {
        if (reader.broken() != null) {
            return End.BROKEN;
        }
        if (reader.isClosed()) {
            return End.CLOSED;
        }
        return reader.isBetweenFrames() ? End.BETWEEN_FRAMES : End.IN_FRAME;
    }

    // ---- a naive reader (RFC 6455 §5.2)

    /// @param closing what a close frame holds
    private record Read(Followed followed, String closing) {
        Read(List<String> frames, End end) {
            this(new Followed(frames, end), "");
        }
    }

    private static Read naive(String octets, Rules rules) {
        List<String> frames = new ArrayList<>();
        boolean inMessage = false;
        int at = 0;
        while (at < octets.length()) {
            char first = octets.charAt(at);
            int opcode = first & 0xf;
            boolean last = first > 0x7f;
            boolean control = opcode > 7;
            if (!List.of(0, 1, 2, 8, 9, 10).contains(opcode)
                    || !areAllowed(first >> 4 & 7, opcode, rules.extensions)
                    || (control && !last)
                    || (!control && (opcode == 0) != inMessage)) {
                return new Read(frames, End.BROKEN);
            }
            if (at + 1 == octets.length()) {
                return new Read(frames, End.IN_FRAME);
            }
            char second = octets.charAt(at + 1);
            int code = second & 0x7f;
            if (second > 0x7f != rules.masked
                    || (control && code > 125)
                    || (opcode == 8 && code == 1)) {
                return new Read(frames, End.BROKEN);
            }
            int more = code == 126 ? 2 : code == 127 ? 8 : 0;
            if (octets.length() < at + 2 + more) {
                return new Read(frames, End.IN_FRAME);
            }
            long length = more == 0 ? code : number(octets.substring(at + 2, at + 2 + more));
            if ((more == 2 && length < 126) || (more == 8 && length < 65536)) {
                return new Read(frames, End.BROKEN);
            }
            int payload = at + 2 + more + (rules.masked ? 4 : 0);
            if (octets.length() - payload < length) {
                return new Read(frames, End.IN_FRAME);
            }
            if (opcode == 8) {
                String mask = rules.masked ? octets.substring(payload - 4, payload) : "\0\0\0\0";
                String closing = unmasked(octets.substring(payload, payload + (int) length), mask);
                if (rules.readsCloses && !maySay(closing)) {
                    return new Read(new Followed(frames, End.BROKEN), closing);
                }
                frames.add(frame(opcode, length, last));
                return new Read(new Followed(frames, End.CLOSED), closing);
            }
            frames.add(frame(opcode, length, last));
            inMessage = control ? inMessage : !last;
            at = payload + (int) length;
        }
        return new Read(frames, End.BETWEEN_FRAMES);
    }

    private static String unmasked(String payload, String mask) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < payload.length(); i++) {
            plain.append((char) (payload.charAt(i) ^ mask.charAt(i & 3)));
        }
        return plain.toString();
    }

    private static boolean areAllowed(int bits, int opcode, Extensions extensions) {
        boolean compressed = bits == 4 && (opcode == 1 || opcode == 2);
        return bits == 0
                || extensions == Extensions.UNKNOWN
                || (extensions == Extensions.DEFLATE && compressed);
    }

    /// Negative when it has the bit that must not be set.
    private static long number(String octets) {
        return octets.chars().asLongStream().reduce(0, (number, octet) -> number << 8 | octet);
    }

    // ---- Netty's decoder

    /// Netty does not tell whether it stands between frames, looks at the first octet of a frame
    /// together with the second, and at what a close frame says in any case. There it is laxer than
    /// RFC 6455 in two ways: it reads the code as a signed number, and takes all from 3000 on and
    /// below 0, while nothing is above 4999 (§7.4.2); and it takes a reason that ends inside a
    /// character for UTF-8 (§8.1).
    ///
    /// @param naive makes up for that
    private static Followed byNetty(byte[] octets, Rules rules, Read naive) {
        WebSocketDecoderConfig config =
                WebSocketDecoderConfig.newBuilder()
                        .expectMaskedFrames(rules.masked)
                        .allowMaskMismatch(false)
                        .allowExtensions(rules.extensions != Extensions.NONE)
                        .maxFramePayloadLength(Integer.MAX_VALUE)
                        .closeOnProtocolViolation(false)
                        .withUTF8Validator(false)
                        .build();
        EmbeddedChannel channel = new EmbeddedChannel(new WebSocket13FrameDecoder(config));
        boolean refused = false;
        try {
            channel.writeInbound(Unpooled.wrappedBuffer(octets));
            if (naive.followed.end == End.BROKEN) {
                channel.writeInbound(Unpooled.wrappedBuffer(new byte[1]));
            }
        } catch (CorruptedWebSocketFrameException e) {
            // Longer than it can hold, which says nothing about the frame.
            refused = !e.closeStatus().equals(WebSocketCloseStatus.MESSAGE_TOO_BIG);
        }
        List<String> frames = new ArrayList<>();
        boolean closed = false;
        for (WebSocketFrame frame = channel.readInbound();
                frame != null;
                frame = channel.readInbound()) {
            int opcode = opcode(frame);
            frames.add(frame(opcode, frame.content().readableBytes(), frame.isFinalFragment()));
            closed = opcode == 8;
            frame.release();
        }
        channel.finishAndReleaseAll();
        if (refused && naive.followed.end == End.CLOSED && !maySay(naive.closing)) {
            frames.add(naive.followed.frames.getLast());
            return new Followed(frames, End.CLOSED);
        }
        if (closed && naive.followed.end == End.BROKEN && isLaxlySaid(naive.closing)) {
            frames.removeLast();
            return new Followed(frames, End.BROKEN);
        }
        if (refused || closed) {
            return new Followed(frames, refused ? End.BROKEN : End.CLOSED);
        }
        boolean between = naive.followed.end == End.BETWEEN_FRAMES;
        return new Followed(frames, between ? End.BETWEEN_FRAMES : End.IN_FRAME);
    }

    /// Whether a close frame may hold this (RFC 6455 §5.5.1, §7.4).
    private static boolean maySay(String closing) {
        if (closing.isEmpty()) {
            return true;
        }
        int code = code(closing);
        boolean known = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
        return (known || (code >= 3000 && code <= 4999)) && isUtf8(closing, /* whole= */ true);
    }

    private static boolean isLaxlySaid(String closing) {
        return !closing.isEmpty()
                && (code(closing) > 4999 || !isUtf8(closing, /* whole= */ true))
                && isUtf8(closing, /* whole= */ false);
    }

    private static int code(String closing) {
        return closing.charAt(0) << 8 | closing.charAt(1);
    }

    /// Whether the reason in a close frame is UTF-8.
    ///
    /// @param whole whether its last character must be, too
    private static boolean isUtf8(String closing, boolean whole) {
        ByteBuffer reason = ByteBuffer.wrap(closing.substring(2).getBytes(ISO_8859_1));
        CharBuffer text = CharBuffer.allocate(closing.length());
        CoderResult result = UTF_8.newDecoder().decode(reason, text, /* endOfInput= */ false);
        return result.isUnderflow() && !(whole && reason.hasRemaining());
    }

    private static int opcode(WebSocketFrame frame) {
        return switch (frame) {
            case ContinuationWebSocketFrame _ -> 0;
            case TextWebSocketFrame _ -> 1;
            case BinaryWebSocketFrame _ -> 2;
            case CloseWebSocketFrame _ -> 8;
            case PingWebSocketFrame _ -> 9;
            case PongWebSocketFrame _ -> 10;
            default -> throw new AssertionError(frame);
        };
    }

    // ---- AssertJ is for failures: it takes long to say that all is well

    private static void same(Object actual, Object expected) {
        if (!actual.equals(expected)) {
            assertThat(actual).isEqualTo(expected);
        }
    }

    @TestFactory
    Stream<DynamicTest> seesTheFramesOfTheCorpusAsAnybodyWould() throws IOException {
        return Corpus.replayed(FrameFuzzTest.class, FrameFuzzTest::fuzzerTestOneInput);
    }
}
