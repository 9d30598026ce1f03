package io.jadegate.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Paths;
import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.stream.HttpStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.InvalidChunkExtensionException;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Whatever this gateway takes for a request, another strict reader must read the same way: where
/// two readers differ, requests are smuggled.
class SameReadingTest {
    private static final HeadLimits LIMITS = new HeadLimits(4096, 100, 2048);

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
                    "PUT /x HTTP/1.0\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\nx",
                    "\r\nDELETE /y HTTP/1.1\r\nHost: a:80\r\nUser-Agent: \t u a \t\r\n\r\n");

    private static String post(String fields, String body) {
        return "POST /p HTTP/1.1\r\n" + fields + "\r\n\r\n" + body;
    }

    /// One line that says all that matters; null when the request is refused or not whole.
    private static @Nullable String ours(byte[] octets) {
        HeadScanner scanner = HeadScanner.ofRequests(LIMITS);
        RequestHead head = new RequestHead();
        ByteBuf in = Unpooled.wrappedBuffer(octets);
        scanner.begin();
        if (scanner.scan(in, head) != 0) {
            return null;
        }
        String body = body(in, head);
        if (body == null) {
            return null;
        }
        HeaderFields fields = head.fields();
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            lines.add(line(fields.name(i), fields.value(i)));
        }
        String query = head.query();
        return head.method()
                + " "
                + head.path()
                + (query == null ? "" : "?" + query)
                + " 1."
                + head.minorVersion()
                + "\n"
                + sorted(lines)
                + "\n\n"
                + body;
    }

    /// A length that is spelt anew moves to the end; the order of all others is another test's.
    private static String sorted(List<String> lines) {
        return lines.stream().sorted().collect(Collectors.joining("\n"));
    }

    private static @Nullable String body(ByteBuf in, RequestHead head) {
        long length = Framing.ofRequest(head);
        if (length == HttpStream.NO_BODY) {
            return "";
        }
        if (length >= 0) {
            return length > in.readableBytes()
                    ? null
                    : in.toString(in.readerIndex(), (int) length, ISO_8859_1);
        }
        if (length == Framing.FAULTY) {
            return null;
        }
        ChunkDecoder decoder = ChunkDecoder.ofRequests(LIMITS);
        decoder.begin();
        StringBuilder body = new StringBuilder();
        while (in.isReadable() && !decoder.done() && decoder.failure() == null) {
            body.append(in.readCharSequence(decoder.next(in), ISO_8859_1));
        }
        return decoder.done() ? body.toString() : null;
    }

    private static String line(String name, String value) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower + ": " + (lower.equals("content-length") ? Long.parseLong(value) : value);
    }

    private static @Nullable String theirs(byte[] octets) throws Paths.PathException {
        EmbeddedChannel channel =
                new EmbeddedChannel(new HttpRequestDecoder(new HttpDecoderConfig()));
        channel.writeInbound(Unpooled.wrappedBuffer(octets));
        String head = "nothing";
        StringBuilder body = new StringBuilder();
        boolean ended = false;
        boolean refusedExtension = false;
        for (HttpObject part = channel.readInbound();
                part != null && !ended;
                part = channel.readInbound()) {
            if (part.decoderResult().cause() instanceof InvalidChunkExtensionException) {
                // The extension ends with us, so no reader behind us can stumble over it.
                refusedExtension = true;
            } else if (part.decoderResult().isFailure()) {
                head = part.decoderResult().toString();
            } else if (part instanceof HttpRequest request) {
                head = head(request);
            }
            if (part instanceof HttpContent content) {
                body.append(content.content().toString(ISO_8859_1));
            }
            ended = part instanceof LastHttpContent;
            ReferenceCountUtil.release(part);
        }
        channel.finishAndReleaseAll();
        if (refusedExtension) {
            return null;
        }
        return ended ? head + "\n\n" + body : head;
    }

    private static String head(HttpRequest request) throws Paths.PathException {
        List<String> lines = new ArrayList<>();
        request.headers()
                .forEach(field -> {
                    byte[] name = field.getKey().getBytes(ISO_8859_1);
                    // Ours drops what might be taken for a field that matters.
                    if (field.getKey().indexOf('_') < 0
                            || !FieldName.isKnownWithDashes(name, 0, name.length)) {
                        lines.add(line(field.getKey(), field.getValue()));
                    }
                });
        String uri = request.uri();
        int mark = uri.indexOf('?');
        byte[] path = (mark < 0 ? uri : uri.substring(0, mark)).getBytes(ISO_8859_1);
        String canonical =
                path[0] == '*'
                        ? "*"
                        : new String(Paths.canonical(path, 0, path.length), ISO_8859_1);
        return request.method()
                + " "
                + canonical
                + (mark < 0 ? "" : uri.substring(mark))
                + " 1."
                + request.protocolVersion().minorVersion()
                + "\n"
                + sorted(lines);
    }

    @Test
    void anotherReaderReadsAPlainRequestTheSameWay() throws Paths.PathException {
        for (String request : REQUESTS) {
            byte[] octets = request.getBytes(ISO_8859_1);
            String read = ours(octets);
            if (read != null) {
                assertThat(theirs(octets)).isEqualTo(read);
            }
        }
    }

    @Test
    void anotherReaderReadsAnyMutatedRequestThatIsTakenTheSameWay() throws Paths.PathException {
        SplittableRandom random = new SplittableRandom(7230);
        byte[] odd = "\r\n\t \0:;,/?%.*-_a0A9x\u007f\u0085\u00a0\u00ff".getBytes(ISO_8859_1);
        int taken = 0;
        for (int i = 0; i < 30_000; i++) {
            byte[] octets = mutated(random, odd);
            String read = ours(octets);
            if (read != null && !read.contains("://")) {
                taken++;
                assertThat(theirs(octets)).isIn(read, null);
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
