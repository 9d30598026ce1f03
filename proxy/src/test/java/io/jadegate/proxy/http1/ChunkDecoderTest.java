package io.jadegate.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.proxy.stream.HeadLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkDecoderTest {
    private static final HeadLimits LIMITS = new HeadLimits(1024, 10, 8192);

    private static final List<String> BODIES =
            List.of(
                    "0\r\n\r\n",
                    "5\r\nhello\r\n0\r\n\r\nGET /",
                    "005\r\nhello\r\nA;x=\"y\"\r\n0123456789\r\n0;z\r\nX: y\r\nZ:\r\n\r\n",
                    "fF\r\n" + "x".repeat(255) + "\r\n0\r\n\r\n",
                    "5\nhello\r\n0\r\n\r\n",
                    "5\r\nhelloX\r\n0\r\n\r\n",
                    "5\r\nhello\r\n0\r\nX : y\r\n\r\n",
                    "5\r\nhello\r\n0\r\nX: y\n\r\n",
                    "5 \r\nhello\r\n0\r\n\r\n",
                    "-5\r\nhello\r\n0\r\n\r\n",
                    "0x5\r\nhello\r\n0\r\n\r\n",
                    "\r\nhello\r\n0\r\n\r\n",
                    "5;\u0000\r\nhello\r\n0\r\n\r\n",
                    "5;" + "x".repeat(300) + "\r\nhello\r\n0\r\n\r\n",
                    "ffffffffffffffff\r\n",
                    "0\r\n" + "A: b\r\n".repeat(11) + "\r\n");

    /// The data, how it ended, and how much was taken; of a faulty body only that it is faulty.
    private static String decode(byte[] octets, int... cuts) {
        ChunkDecoder decoder = ChunkDecoder.ofRequests(LIMITS);
        decoder.begin();
        StringBuilder data = new StringBuilder();
        int from = 0;
        int taken = 0;
        for (int i = 0; i <= cuts.length; i++) {
            int to = i < cuts.length ? cuts[i] : octets.length;
            ByteBuf piece = Unpooled.wrappedBuffer(octets, from, to - from);
            while (piece.isReadable() && !decoder.done() && decoder.failure() == null) {
                int length = decoder.next(piece);
                data.append(piece.readCharSequence(length, ISO_8859_1));
            }
            taken += piece.readerIndex();
            if (decoder.failure() != null) {
                return data + " " + decoder.failure().kind();
            }
            if (decoder.done()) {
                return data + " done at " + taken + " with " + decoder.trailers();
            }
            from = to;
        }
        return data + " incomplete";
    }

    private static String decode(String text) {
        return decode(text.getBytes(ISO_8859_1));
    }

    private static void assertSameHoweverCut(byte[] octets) {
        String whole = decode(octets);
        int[] everywhere = new int[octets.length];
        for (int cut = 0; cut < octets.length; cut++) {
            everywhere[cut] = cut;
            assertThat(decode(octets, cut)).isEqualTo(whole);
        }
        assertThat(decode(octets, everywhere)).isEqualTo(whole);
    }

    @Test
    void decodesABodyTheSameHoweverItIsCut() {
        BODIES.forEach(body -> assertSameHoweverCut(body.getBytes(ISO_8859_1)));
    }

    @Test
    void decodesAMutatedBodyTheSameHoweverItIsCut() {
        SplittableRandom random = new SplittableRandom(9112);
        byte[] odd = "\r\n\t \0;=\"0Ffgx".getBytes(ISO_8859_1);
        for (int i = 0; i < 500; i++) {
            byte[] octets = BODIES.get(random.nextInt(BODIES.size())).getBytes(ISO_8859_1);
            octets[random.nextInt(octets.length)] = odd[random.nextInt(odd.length)];
            assertSameHoweverCut(octets);
        }
    }

    @Test
    void takesFramingOffAndLeavesWhatFollows() {
        assertThat(decode("5\r\nhello\r\n0\r\n\r\nGET /")).isEqualTo("hello done at 15 with null");
    }

    @Test
    void givesTrailers() {
        assertThat(decode("0\r\nX: y\r\nZ: \r\n\r\n")).isEqualTo(" done at 16 with X: y\nZ: \n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5\nhello",
                "5 \r\n",
                " 5\r\n",
                "+5\r\n",
                "0x5\r\n",
                "g\r\n",
                ";x\r\n",
                "5\r\nhelloX\r\n",
                "5\r\nhello\rX",
                "5;x\ny\r\n",
                "5;x=\u0085\r\n",
                "5\rX",
                "1000000000000000\r\n",
                "0\r\nX : y\r\n",
                "0\r\n X: y\r\n",
                "5;\r\n",
                "5;;a\r\n",
                "5;a;\r\n",
                "5;=b\r\n",
                "5;\"b\"\r\n",
                "5;a=\"\r\n",
                "5;a=\"\\\"\r\n",
                "5;a=\"b\r\n\"\r\n",
                "5;a=b,c\r\n",
                "5;a=(\r\n",
                "5 ;a\r\n",
            })
    void refuses(String body) {
        assertThat(decode(body)).endsWith("REQUEST_MALFORMED");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5;a",
                "5;a=b",
                "5;a;b=c",
                "5; a = b ; c",
                "5;a=\"b c\"",
                "5;a=\"\\\"\";b",
                "5;a=\"\"",
                "5;a=b\t"
            })
    void dropsAnExtension(String size) {
        assertThat(decode(size + "\r\nhello\r\n0;z\r\n\r\n")).startsWith("hello done");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    zz                        | no chunk size (RFC 9112 7.1) at octet 0 of the body
                    5 ~                       | not a chunk size (RFC 9112 7.1) at octet 1 of the body
                    5~hello~3x                | not a chunk size (RFC 9112 7.1) at octet 11 of the body
                    5~helloX                  | chunk data not ended by CRLF (RFC 9112 7.1) at octet 8 of the body
                    5^X                       | a chunk size not ended by CRLF (RFC 9112 7.1) at octet 2 of the body
                    1000000000000000          | a chunk size of more than 15 digits (RFC 9112 7.1) at octet 15 of the body
                    5;a~hello~0;~             | not a chunk extension (RFC 9112 7.1) at octet 14 of the body
                    5;a="~                    | not text in a chunk extension (RFC 9112 7.1) at octet 5 of the body
                    5~hello~0~X : 1~          | white space in or behind a field name (RFC 9112 5.1) at octet 1 of the trailer section
                    """)
    void saysWhatIsWrongAndWhere(String body, String detail) {
        byte[] octets = body.replace("~", "\r\n").replace('^', '\r').getBytes(ISO_8859_1);
        for (int cut = 0; cut < octets.length; cut++) {
            assertThat(detail(octets, cut)).isEqualTo(detail);
        }
    }

    /// What is wrong with a body that comes in two pieces.
    private static @Nullable String detail(byte[] octets, int cut) {
        ChunkDecoder decoder = ChunkDecoder.ofRequests(LIMITS);
        decoder.begin();
        for (ByteBuf piece :
                List.of(
                        Unpooled.wrappedBuffer(octets, 0, cut),
                        Unpooled.wrappedBuffer(octets, cut, octets.length - cut))) {
            while (piece.isReadable() && decoder.failure() == null) {
                piece.skipBytes(decoder.next(piece));
            }
        }
        return Objects.requireNonNull(decoder.failure()).detail();
    }

    @Test
    void boundsTheExtensionsOfAWholeBody() {
        assertThat(decode(("1;" + "x".repeat(200) + "\r\ny\r\n").repeat(100)))
                .endsWith("REQUEST_MALFORMED");
    }

    @Test
    void boundsTrailersAsHeads() {
        assertThat(decode("0\r\nX: " + "y".repeat(2000) + "\r\n\r\n"))
                .endsWith("REQUEST_HEAD_TOO_LARGE");
        assertThat(decode("0\r\n" + "A: b\r\n".repeat(11) + "\r\n"))
                .endsWith("REQUEST_HEAD_TOO_LARGE");
    }
}
