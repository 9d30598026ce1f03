package io.jadegate.proxy.http2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.Octets;
import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.http1.HeadReader;
import io.jadegate.proxy.http1.HeadWriter;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.OutgoingRequest;
import io.jadegate.proxy.stream.TestChannel;
import io.jadegate.testkit.Corpus;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// What holds for any octets that a client may send as the header block of a request: Netty's own
/// checks take what ours take; and what goes to an endpoint of HTTP/1.1 is one head and nothing
/// behind it, with the method, target, authority and fields that were sent, and no others.
class HeaderBlockFuzzTest {
    private static final HeadLimits LIMITS = new HeadLimits(4096, 20, 1024);
    private static final HeadLimits WIDE = new HeadLimits(64 * 1024, 100, 8192);
    private static final HeaderFields.Selection BUT_FRAMING =
            HeaderFields.Selection.allBut(FieldName.HOST, FieldName.TE);

    /// @param input a header block
    public static void fuzzerTestOneInput(byte[] input) {
        Loop loop = new TestChannel().loop();
        RequestBlock block = new RequestBlock(loop, LIMITS, /* extended= */ true);
        HeaderBlockDecoder decoder = new HeaderBlockDecoder(block);
        try {
            decoder.decodeHeaders(1, Unpooled.wrappedBuffer(input));
        } catch (Http2Exception e) {
            // Nothing to decompress; the connection ends.
            return;
        }
        if (block.endRequest(/* secure= */ false) != null) {
            return;
        }
        long length = block.bodyLength(/* ended= */ false);
        if (block.failure() != null || block.head().method().equals(Method.CONNECT)) {
            return;
        }
        Http2Headers netty = netty(input);
        RequestHead head = block.head();
        assertThat(head.webSocket() ? "CONNECT" : head.method().name())
                .isEqualTo(netty.method().toString());
        isTheSameInHttp11(head, length);
        isAmongWhatWasSent(head.fields(), netty);
    }

    /// Netty's strict reading.
    private static Http2Headers netty(byte[] input) {
        try {
            return new DefaultHttp2HeadersDecoder(
                            /* validateHeaders= */ true, /* validateHeaderValues= */ true, 1 << 20)
                    .decodeHeaders(1, Unpooled.wrappedBuffer(input));
        } catch (Http2Exception e) {
            throw new AssertionError("taken, and refused by Netty", e);
        }
    }

    private static void isTheSameInHttp11(RequestHead head, long length) {
        OutgoingRequest outgoing = new OutgoingRequest();
        outgoing.begin(head, BUT_FRAMING, "", length);
        Octets octets = new Octets(256);
        HeadWriter.request(octets, outgoing);
        byte[] written = octets.toString().getBytes(ISO_8859_1);
        RequestHead read = new RequestHead();

        HeadReader.Result result = HeadReader.read(written, read, WIDE);

        assertThat(result).isInstanceOf(HeadReader.Result.Read.class);
        assertThat(((HeadReader.Result.Read) result).bodyLength())
                .isEqualTo(length == HttpStream.NO_BODY ? HttpStream.NO_BODY : length);
        assertThat(octets.toString().indexOf("\r\n\r\n")).isEqualTo(written.length - 4);
        assertThat(read.method()).isEqualTo(head.method());
        assertThat(read.path()).isEqualTo(head.path());
        assertThat(read.query()).isEqualTo(head.query());
        assertThat(read.authority()).isEqualTo(head.authority());
        assertThat(lines(read.fields())).isEqualTo(lines(head.fields()));
    }

    /// The fields that reach an endpoint, without those that framing and target are made of.
    private static List<String> lines(HeaderFields fields) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            if (BUT_FRAMING.keeps(fields, i) && fields.id(i) != FieldName.TRANSFER_ENCODING.id()) {
                lines.add(fields.name(i) + ": " + fields.value(i));
            }
        }
        return lines;
    }

    private static void isAmongWhatWasSent(HeaderFields fields, Http2Headers sent) {
        for (int i = 0; i < fields.size(); i++) {
            String name = fields.name(i);
            boolean made =
                    fields.is(i, FieldName.HOST)
                            || fields.is(i, FieldName.COOKIE)
                            || fields.is(i, FieldName.CONTENT_LENGTH);
            if (!made) {
                assertThat(sent.getAll(name)).map(CharSequence::toString).contains(fields.value(i));
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> takesOfTheCorpusWhatIsOneRequest() throws IOException {
        return Corpus.replayed(HeaderBlockFuzzTest.class, HeaderBlockFuzzTest::fuzzerTestOneInput);
    }
}
