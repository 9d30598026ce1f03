package io.jadegate.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Whatever this gateway takes for a request, another strict reader must read the same way: where
/// two readers differ, requests are smuggled.
class SameReadingTest {
    private static final List<String> REQUESTS =
            List.of(
                    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                    "GET /a/b;c=d/%20/e?f=g%26&h HTTP/1.1\r\nHost: a\r\nX-A: b\r\nX-A:c\r\n\r\n",
                    "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
                    "POST /p HTTP/1.1\r\nContent-Length: 010\r\nHost: a\r\n\r\n0123456789",
                    post(
                            "Host: a\r\nTransfer-Encoding: chunked",
                            "5\r\nhello\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n"),
                    post("Transfer-Encoding:chunked\r\nHost: a", "1\r\nx\r\n0\r\nX-T: u\r\n\r\n"),
                    post("Host: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
                    "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
                    "GET http://a/b/../c?d HTTP/1.1\r\nHost: a\r\n\r\n",
                    "PUT /x HTTP/1.0\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\nx",
                    "\r\nDELETE /y HTTP/1.1\r\nHost: a:80\r\nUser-Agent: \t u a \t\r\n\r\n");

    private static String post(String fields, String body) {
        return "POST /p HTTP/1.1\r\n" + fields + "\r\n\r\n" + body;
    }

    @Test
    void anotherReaderReadsAPlainRequestTheSameWay() {
        for (String request : REQUESTS) {
            byte[] octets = request.getBytes(ISO_8859_1);
            Reading read = Reading.ofRequest(octets);
            if (read != null) {
                assertThat(Reading.ofRequestByNetty(octets)).isEqualTo(read);
            }
        }
    }

    @Test
    void anotherReaderReadsAnyMutatedRequestThatIsTakenTheSameWay() {
        SplittableRandom random = new SplittableRandom(7230);
        byte[] odd = "\r\n\t \0:;,/?%.*-_a0A9x\u007f\u0085\u00a0\u00ff".getBytes(ISO_8859_1);
        int taken = 0;
        for (int i = 0; i < 30_000; i++) {
            byte[] octets = mutated(random, odd);
            Reading read = Reading.ofRequest(octets);
            if (read != null) {
                taken++;
                assertThat(Reading.ofRequestByNetty(octets)).isIn(read, null);
            }
        }
        assertThat(taken).isGreaterThan(3_000);
    }

    private static byte[] mutated(SplittableRandom random, byte[] odd) {
        byte[] octets = REQUESTS.get(random.nextInt(REQUESTS.size())).getBytes(ISO_8859_1);
        for (int changes = random.nextInt(3); changes >= 0; changes--) {
            int at = random.nextInt(octets.length);
            switch (random.nextInt(3)) {
                case 0 -> octets[at] = odd[random.nextInt(odd.length)];
                case 1 -> octets = with(octets, at, odd[random.nextInt(odd.length)]);
                default -> octets = without(octets, at);
            }
        }
        return octets;
    }

    private static byte[] with(byte[] octets, int at, byte octet) {
        byte[] longer = new byte[octets.length + 1];
        System.arraycopy(octets, 0, longer, 0, at);
        longer[at] = octet;
        System.arraycopy(octets, at, longer, at + 1, octets.length - at);
        return longer;
    }

    private static byte[] without(byte[] octets, int at) {
        byte[] shorter = new byte[octets.length - 1];
        System.arraycopy(octets, 0, shorter, 0, at);
        System.arraycopy(octets, at + 1, shorter, at, octets.length - at - 1);
        return shorter;
    }
}
