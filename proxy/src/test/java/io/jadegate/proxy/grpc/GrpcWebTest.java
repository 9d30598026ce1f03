package io.jadegate.proxy.grpc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.filter.BodyTransform;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Base64;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrpcWebTest {

    // ---- requests

    @Test
    void base64InPiecesOfAnySizeIsWhatItStandsFor() {
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 500; round++) {
            byte[] plain = new byte[random.nextInt(40)];
            random.nextBytes(plain);
            byte[] more = new byte[random.nextInt(5)];
            random.nextBytes(more);
            // A sender may pad and begin anew at any point.
            String text = encoded(plain) + encoded(more);
            BodyTransform decoding = decoding();
            StringBuilder decoded = new StringBuilder();
            for (int at = 0; at < text.length(); ) {
                int end = Math.min(text.length(), at + 1 + random.nextInt(7));
                decoded.append(Objects.requireNonNull(passed(decoding, text.substring(at, end))));
                at = end;
            }
            assertThat(decoded.toString())
                    .isEqualTo(new String(plain, ISO_8859_1) + new String(more, ISO_8859_1));
            assertThat(decoding.end(null)).isNotNull();
        }
    }

    private static String encoded(byte[] plain) {
        return Base64.getEncoder().encodeToString(plain);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "A",
                "=",
                "A=",
                "AA=A",
                "AA==A===",
                "AAA==",
                "A A=",
                "AA\r\n",
                "-_-_",
                "\u00ff\u00ff\u00ff\u00ff"
            })
    void whatIsNoBase64IsMalformed(String text) {
        BodyTransform decoding = decoding();
        boolean taken = passed(decoding, text) != null && decoding.end(null) != null;
        assertThat(taken).isFalse();
    }

    private static BodyTransform decoding() {
        return Objects.requireNonNull(
                new GrpcWeb(GrpcCall.WEB_TEXT, new HeaderFields()).requestBody());
    }

    @ParameterizedTest
    @CsvSource({
        "WEB, application/grpc-web+proto, application/grpc+proto, 7",
        "WEB, application/grpc-web, application/grpc, 7",
        "WEB_TEXT, application/grpc-web-text+thrift; a=b, application/grpc+thrift; a=b,",
    })
    void aRequestBecomesOneOfGrpc(GrpcCall call, String type, String grpc, String length) {
        HeaderFields fields = fields("Content-Type", type, "Content-Length", "7");
        fields.add(FieldName.of("X-Grpc-Web"), "1");
        fields.add(FieldName.ACCEPT, "*/*");
        new GrpcWeb(call, fields).request(fields);

        assertThat(fields.get(FieldName.CONTENT_TYPE)).isEqualTo(grpc);
        assertThat(fields.get(FieldName.CONTENT_LENGTH)).isEqualTo(length);
        assertThat(fields.contains(FieldName.of("x-grpc-web"))).isFalse();
        assertThat(fields.contains(FieldName.ACCEPT)).isFalse();
    }

    // ---- answers

    @Test
    void theTrailersOfAnAnswerAreTheLastFrameOfItsBody() {
        HeaderFields head = fields("Content-Type", "application/grpc+proto");
        BodyTransform answer = answer(GrpcCall.WEB, new HeaderFields(), head);
        HeaderFields trailers = fields("Grpc-Status", "0", "X-Sum", "1");

        assertThat(head.get(FieldName.CONTENT_TYPE)).isEqualTo("application/grpc-web+proto");
        assertThat(passed(answer, "\0\0\0\0\1x")).isEqualTo("\0\0\0\0\1x");
        assertThat(text(answer.end(trailers)))
                .isEqualTo("\u0080\0\0\0\u001agrpc-status: 0\r\nx-sum: 1\r\n");
        assertThat(trailers.size()).isZero();
    }

    @Test
    void aTextIsPaddedWhereverItIsSent() {
        HeaderFields head = fields("Content-Type", "application/grpc");
        BodyTransform answer = answer(GrpcCall.WEB_TEXT, new HeaderFields(), head);

        assertThat(head.get(FieldName.CONTENT_TYPE)).isEqualTo("application/grpc-web-text");
        assertThat(passed(answer, "a")).isEqualTo("YQ==");
        assertThat(passed(answer, "")).isEmpty();
        assertThat(text(answer.end(fields("grpc-status", "0"))))
                .isEqualTo(encoded("\u0080\0\0\0\u0010grpc-status: 0\r\n".getBytes(ISO_8859_1)));
    }

    @Test
    void aCallerOfEitherKindMayAskForText() {
        HeaderFields request = fields("Accept", "application/grpc-web-text");
        HeaderFields head = fields("Content-Type", "application/grpc");
        answer(GrpcCall.WEB, request, head);
        assertThat(head.get(FieldName.CONTENT_TYPE)).isEqualTo("application/grpc-web-text");
    }

    @Test
    void anAnswerWithoutTrailersGetsNoFrameThatSaysItWasWhole() {
        HeaderFields head = fields("Content-Type", "application/grpc", "grpc-status", "5");
        BodyTransform answer = answer(GrpcCall.WEB, new HeaderFields(), head);
        assertThat(text(answer.end(null))).isEmpty();
    }

    @Test
    void whatIsNoGrpcStaysAsItIs() {
        HeaderFields head = fields("Content-Type", "text/html");
        assertThat(new GrpcWeb(GrpcCall.WEB, new HeaderFields()).response(head)).isNull();
        assertThat(head.get(FieldName.CONTENT_TYPE)).isEqualTo("text/html");
    }

    private static BodyTransform answer(GrpcCall call, HeaderFields request, HeaderFields head) {
        return Objects.requireNonNull(new GrpcWeb(call, request).response(head));
    }

    private static HeaderFields fields(String... namesAndValues) {
        HeaderFields fields = new HeaderFields();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.add(FieldName.of(namesAndValues[i]), namesAndValues[i + 1]);
        }
        return fields;
    }

    private static @Nullable String passed(BodyTransform transform, String octets) {
        ByteBuf out = transform.data(Unpooled.copiedBuffer(octets, ISO_8859_1));
        return out == null ? null : text(out);
    }

    private static String text(@Nullable ByteBuf octets) {
        ByteBuf given = Objects.requireNonNull(octets);
        String text = given.toString(ISO_8859_1);
        given.release();
        return text;
    }
}
