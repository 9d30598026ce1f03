package io.jadegate.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.http.HeaderFields;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.testkit.Corpus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// What holds for any octets behind the head of a chunked message: they are decoded the same
/// however they are cut, to what a naive decoder makes of them, and Netty's decoder agrees.
class ChunkFuzzTest {
    private static final HeadLimits LIMITS = new HeadLimits(1024, 10, 8192);
    private static final byte[] HEAD =
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(ISO_8859_1);

    /// @param input a chunked body, and perhaps more
    public static void fuzzerTestOneInput(byte[] input) {
        Decoded whole = decoded(input, input.length);
        for (int cut = 0; cut < input.length; cut++) {
            same(decoded(input, cut), whole);
        }
        same(decoded(input, -1), whole);
        same(whole, naive(new String(input, ISO_8859_1), whole));
        if (whole.end == End.DONE) {
            byte[] message = new byte[HEAD.length + input.length];
            System.arraycopy(HEAD, 0, message, 0, HEAD.length);
            System.arraycopy(input, 0, message, HEAD.length, input.length);
            Reading ours = Reading.ofRequest(message);
            Reading theirs = Reading.ofRequestByNetty(message);
            if (ours == null || theirs != null) {
                same(String.valueOf(ours), String.valueOf(theirs));
            }
        }
    }

    private enum End {
        DONE,
        INCOMPLETE,
        FAULTY
    }

    /// @param taken octets, of a whole body
    private record Decoded(String data, End end, int taken, List<String> trailers) {}

    /// @param cut where the second read begins; -1 for one read per octet
    private static Decoded decoded(byte[] octets, int cut) {
        ChunkDecoder decoder = ChunkDecoder.ofRequests(LIMITS);
        decoder.begin();
        StringBuilder data = new StringBuilder();
        int from = 0;
        for (int to = cut < 0 ? 1 : cut; ; to = cut < 0 ? to + 1 : octets.length) {
            int end = Math.min(to, octets.length);
            ByteBuf piece = Unpooled.wrappedBuffer(octets, from, end - from);
            while (piece.isReadable() && !decoder.done() && decoder.failure() == null) {
                data.append(piece.readCharSequence(decoder.next(piece), ISO_8859_1));
            }
            if (decoder.failure() != null) {
                return new Decoded(data.toString(), End.FAULTY, 0, List.of());
            }
            if (decoder.done()) {
                int taken = from + piece.readerIndex();
                return new Decoded(data.toString(), End.DONE, taken, lines(decoder.trailers()));
            }
            if (end == octets.length) {
                return new Decoded(data.toString(), End.INCOMPLETE, 0, List.of());
            }
            from = end;
        }
    }

    private static List<String> lines(@Nullable HeaderFields trailers) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; trailers != null && i < trailers.size(); i++) {
            lines.add(trailers.name(i) + ":" + trailers.value(i));
        }
        return lines;
    }

    // ---- a naive decoder

    private static final String OPEN =
            "\"(?:[\\t\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]|\\\\[\\t\\x20-\\x7e])*+";
    private static final String PART =
            "[ \\t]*+[!#$%&'*+.^_`|~0-9A-Za-z-](?:[!#$%&'*+.^_`|~0-9A-Za-z= \\t-]|"
                    + OPEN
                    + "\")*+";
    private static final String EXTENSION =
            "(?:;(?=[^\r]{0,256}+(?:\r|$))" + PART + "(?:;" + PART + ")*+)?";
    private static final Pattern SIZE = Pattern.compile("([0-9A-Fa-f]{1,15})" + EXTENSION + "\r\n");
    private static final Pattern SIZE_BEGUN =
            Pattern.compile(
                    "[0-9A-Fa-f]{0,15}|[0-9A-Fa-f]{1,15}(?:"
                            + EXTENSION
                            + "\r?|;(?=[^\r]{0,256}+$)(?:"
                            + PART
                            + ";)*(?:[ \\t]*|"
                            + PART
                            + OPEN
                            + "\\\\?))");

    /// @param ours says what to make of trailers, which are another test's, when they are not taken
    private static Decoded naive(String octets, Decoded ours) {
        StringBuilder data = new StringBuilder();
        Matcher size = SIZE.matcher(octets);
        int at = 0;
        while (size.find(at) && size.start() == at) {
            at = size.end();
            long length = Long.parseLong(size.group(1), 16);
            if (length == 0) {
                return naiveTrailers(octets, at, data.toString(), ours);
            }
            int end = (int) Math.min(octets.length(), at + length);
            data.append(octets, at, end);
            at = end;
            String lineEnd = octets.substring(at, Math.min(at + 2, octets.length()));
            if (!lineEnd.equals("\r\n")) {
                return unfinished(data, "\r\n".startsWith(lineEnd));
            }
            at += 2;
        }
        return unfinished(data, SIZE_BEGUN.matcher(octets.substring(at)).matches());
    }

    private static Decoded unfinished(StringBuilder data, boolean soFarSound) {
        return new Decoded(data.toString(), soFarSound ? End.INCOMPLETE : End.FAULTY, 0, List.of());
    }

    private static Decoded naiveTrailers(String octets, int at, String data, Decoded ours) {
        String section = octets.substring(at);
        int end = section.startsWith("\r\n") ? 0 : section.indexOf("\r\n\r\n") + 2;
        if (ours.end != End.DONE || end == 1) {
            return new Decoded(
                    data, ours.end == End.DONE ? End.INCOMPLETE : ours.end, 0, List.of());
        }
        List<String> trailers =
                section.substring(0, end)
                        .lines()
                        .map(line ->
                                line.replaceFirst(":[ \t]*", ":").replaceFirst("[ \t]+\\z", ""))
                        .filter(line -> !Reading.isDropped(line.substring(0, line.indexOf(':'))))
                        .toList();
        return new Decoded(data, End.DONE, at + end + 2, trailers);
    }

    // ---- AssertJ is for failures: it takes long to say that all is well

    private static void same(Object actual, Object expected) {
        if (!actual.equals(expected)) {
            assertThat(actual).isEqualTo(expected);
        }
    }

    @TestFactory
    Stream<DynamicTest> decodesTheCorpusAsAnybodyWould() throws IOException {
        return Corpus.replayed(ChunkFuzzTest.class, ChunkFuzzTest::fuzzerTestOneInput);
    }
}
