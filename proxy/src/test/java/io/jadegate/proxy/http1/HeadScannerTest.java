package io.jadegate.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.RequestHead;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.stream.HeadLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadScannerTest {
    private static final HeadLimits LIMITS = new HeadLimits(32 * 1024, 100, 8192);
    private static final HeadLimits TIGHT = new HeadLimits(300, 5, 40);
    private static final HeadLimits TIGHTER = new HeadLimits(90, 5, 40);

    /// What becomes of octets that arrive in pieces: the head or the kind of failure, and how much
    /// was taken.
    private static String read(byte[] octets, HeadLimits limits, int... cuts) {
        HeadScanner scanner = HeadScanner.ofRequests(limits);
        RequestHead head = new RequestHead();
        scanner.begin();
        int from = 0;
        int taken = 0;
        for (int i = 0; i <= cuts.length; i++) {
            int to = i < cuts.length ? cuts[i] : octets.length;
            ByteBuf piece = Unpooled.wrappedBuffer(octets, from, to - from);
            int result = scanner.scan(piece, head);
            taken += piece.readerIndex();
            if (result == HeadScanner.FAILED) {
                return scanner.failure().kind().toString();
            }
            if (result == 0) {
                return head + "taken " + taken + " body " + Framing.ofRequest(head);
            }
            from = to;
        }
        return "incomplete";
    }

    private static String read(String text) {
        return read(text.getBytes(ISO_8859_1), LIMITS);
    }

    private static String lines(String... lines) {
        return String.join("\r\n", lines);
    }

    private static int[] everyOctet(int length) {
        int[] cuts = new int[length];
        for (int i = 0; i < length; i++) {
            cuts[i] = i;
        }
        return cuts;
    }

    private static void assertSameHoweverCut(byte[] octets, HeadLimits limits) {
        String whole = read(octets, limits);
        for (int cut = 0; cut <= octets.length; cut++) {
            assertThat(read(octets, limits, cut)).isEqualTo(whole);
        }
        assertThat(read(octets, limits, everyOctet(octets.length))).isEqualTo(whole);
    }

    private static final List<String> HEADS =
            List.of(
                    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\n",
                    "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
                    "\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
                    lines(
                            "POST /a/../b%41?q=1&r HTTP/1.1",
                            "Host: EXAMPLE.com:8080",
                            "Content-Length: 007",
                            "X-A:b",
                            "x-a: \t c \t",
                            "",
                            "body"),
                    lines(
                            "PUT http://Example.com/x HTTP/1.1",
                            "host: example.com",
                            "Transfer-Encoding: chunked",
                            "",
                            "0\r\n\r\n"),
                    "OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
                    "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
                    "GET / HTTP/1.0\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: a\r\nX: caf\u00e9\r\n\r\n",
                    "GET / HTTP/1.1\nHost: a\n\n",
                    "GET / HTTP/1.1\r\nHost: a\n\r\n",
                    "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
                    "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
                    "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
                    "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
                    "GET /\r\n\r\n",
                    "GET\r\n\r\n",
                    "G\rT / HTTP/1.1\r\n\r\n",
                    "GET / HTTP/2.0\r\n\r\n",
                    "GET / http/1.1\r\nHost: a\r\n\r\n",
                    "GET /" + "u".repeat(60) + " HTTP/1.1\r\nHost: a\r\n\r\n",
                    "GET /" + "u".repeat(200) + " HTTP/1.1\r\nHost: a\r\n\r\n",
                    "M".repeat(120) + " / HTTP/1.1\r\nHost: a\r\n\r\n",
                    "M".repeat(104) + "(",
                    "M".repeat(150) + "(/",
                    "GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(400) + "\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: a\r\n" + "A: b\r\n".repeat(6) + "\r\n",
                    "\u0016\u0003\u0001\u0002\u0000\u0001",
                    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
                    "GET / HTTP/1.1\r\n\r\n");

    @Test
    void readsAHeadTheSameHoweverItIsCut() {
        for (String head : HEADS) {
            for (HeadLimits limits : List.of(LIMITS, TIGHT, TIGHTER)) {
                assertSameHoweverCut(head.getBytes(ISO_8859_1), limits);
            }
        }
    }

    @Test
    void readsAMutatedHeadTheSameHoweverItIsCut() {
        SplittableRandom random = new SplittableRandom(20_261_122);
        byte[] odd = "\r\n\t \0:;,/?%.*[](\u007f\u0080\u00ffaA1".getBytes(ISO_8859_1);
        for (int i = 0; i < 4_000; i++) {
            byte[] octets = HEADS.get(random.nextInt(HEADS.size())).getBytes(ISO_8859_1);
            for (int changes = random.nextInt(4); changes >= 0; changes--) {
                octets[random.nextInt(octets.length)] = odd[random.nextInt(odd.length)];
            }
            HeadLimits limits = random.nextBoolean() ? LIMITS : TIGHT;
            String whole = read(octets, limits);
            int cut = random.nextInt(octets.length);
            assertThat(read(octets, limits, cut)).isEqualTo(whole);
            assertThat(read(octets, limits, everyOctet(octets.length))).isEqualTo(whole);
        }
    }

    @Test
    void readsALongHeadTheSameHoweverItIsCut() {
        for (int length : new int[] {8_100, 8_191, 8_192, 8_193, 8_300, 33_000, 70_000}) {
            for (String head :
                    List.of(
                            "GET /" + "u".repeat(length) + " HTTP/1.1\r\nHost: a\r\n\r\n",
                            "GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(length) + "\r\n\r\n",
                            "M".repeat(length) + " / HTTP/1.1\r\nHost: a\r\n\r\n")) {
                byte[] octets = head.getBytes(ISO_8859_1);
                String whole = read(octets, LIMITS);
                assertThat(read(octets, LIMITS, everyOctet(octets.length))).isEqualTo(whole);
                for (int cut : new int[] {1, 2_047, 2_048, 2_049, 8_191, 8_192, 8_260}) {
                    if (cut < octets.length) {
                        assertThat(read(octets, LIMITS, cut)).isEqualTo(whole);
                    }
                }
            }
        }
    }

    @Test
    void readsAStatusLineTheSameHoweverItIsCut() {
        for (String text :
                List.of(
                        "HTTP/1.1 200 OK\r\nA: b\r\n\r\n",
                        "HTTP/1.1 200\r\n\r\n",
                        "HTTP/1.0 404 \r\n\r\n",
                        "HTTP/1.1 099 x\r\n\r\n",
                        "HTTP/1.1 600 x\r\n\r\n",
                        "HTTP/1.1 2000\r\n\r\n",
                        "HTTP/1.1  200 OK\r\n\r\n",
                        "HTTP/3.0 200 OK\r\n\r\n",
                        "ICY 200 OK\r\n\r\n",
                        "\r\nHTTP/1.1 200 OK\r\n\r\n")) {
            byte[] octets = text.getBytes(ISO_8859_1);
            String whole = readResponse(octets, octets.length);
            for (int cut = 0; cut <= octets.length; cut++) {
                assertThat(readResponse(octets, cut)).isEqualTo(whole);
            }
        }
    }

    private static String readResponse(byte[] octets, int cut) {
        HeadScanner scanner = HeadScanner.ofResponses(LIMITS);
        ResponseHead head = new ResponseHead();
        scanner.begin();
        int result = scanner.scan(Unpooled.wrappedBuffer(octets, 0, cut), head);
        if (result == HeadScanner.INCOMPLETE) {
            result = scanner.scan(Unpooled.wrappedBuffer(octets, cut, octets.length - cut), head);
        }
        return switch (result) {
            case 0 -> head.toString();
            case HeadScanner.FAILED -> scanner.failure().kind().toString();
            default -> "incomplete";
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    REQUEST_MALFORMED      | GET / HTTP/1.1\\nHost: a\\n\\n
                    REQUEST_MALFORMED      | GET / HTTP/1.1\\r\\nHost: a\\n\\r\\n
                    REQUEST_MALFORMED      | GET / HTTP/1.1\\r\\nHost : a\\r\\n\\r\\n
                    REQUEST_MALFORMED      | GET / HTTP/1.1\\r\\nHost: a\\r\\n b\\r\\n\\r\\n
                    REQUEST_MALFORMED      | GET / HTTP/1.1\\r\\nHost: a\\r\\n: b\\r\\n\\r\\n
                    REQUEST_MALFORMED      | GET / HTTP/1.1\\r\\nHost: a\\r\\nb\\r\\n\\r\\n
                    REQUEST_MALFORMED      | GET /%00 HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n
                    REQUEST_MALFORMED      | GET /a b HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n
                    REQUEST_MALFORMED      | GET a HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n
                    REQUEST_MALFORMED      | G@T / HTTP/1.1
                    REQUEST_VERSION        | GET / HTTP/1.2\\r\\nHost: a\\r\\n\\r\\n
                    REQUEST_VERSION        | PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n
                    """)
    void refuses(String kind, String octets) {
        assertThat(read(octets.replace("\\r", "\r").replace("\\n", "\n"))).isEqualTo(kind);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 9, 15, 16, 17, 31})
    void findsAControlCharacterWhereverItStandsInAValue(int at) {
        for (int octet = 0; octet < 256; octet++) {
            StringBuilder value = new StringBuilder("v".repeat(32));
            value.setCharAt(at, (char) octet);
            String read = read("GET / HTTP/1.1\r\nHost: a\r\nX: " + value + "\r\n\r\n");
            boolean control = (octet < 32 && octet != '\t') || octet == 127;
            assertThat(read.equals("REQUEST_MALFORMED")).isEqualTo(control);
        }
    }

    @Test
    void leavesWhatFollowsTheHead() {
        HeadScanner scanner = HeadScanner.ofRequests(LIMITS);
        ByteBuf in = Unpooled.copiedBuffer("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /2", ISO_8859_1);
        scanner.begin();

        assertThat(scanner.scan(in, new RequestHead())).isZero();
        assertThat(in.toString(ISO_8859_1)).isEqualTo("GET /2");
    }

    @Test
    void servesManyHeadsWithOneScannerAndOneHead() {
        HeadScanner scanner = HeadScanner.ofRequests(LIMITS);
        RequestHead head = new RequestHead();
        List<String> paths = new ArrayList<>();
        ByteBuf in =
                Unpooled.copiedBuffer(
                        lines(
                                "GET /1?q HTTP/1.0",
                                "Host: A",
                                "X: y",
                                "",
                                "GET /2 HTTP/1.1",
                                "Host: b",
                                "",
                                ""),
                        ISO_8859_1);
        while (in.isReadable()) {
            head.clear(4096);
            scanner.begin();
            assertThat(scanner.scan(in, head)).isZero();
            paths.add(head.path() + head.query() + head.host() + head.fields().size());
        }

        assertThat(paths).containsExactly("/1qa2", "/2nullb1");
        assertThat(head.fields().get(FieldName.of("X"))).isNull();
    }
}
