package io.jadegate.proxy.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.filter.LocalResponse;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrpcAnswerTest {

    @ParameterizedTest
    @CsvSource({
        "ROUTE_NOT_FOUND, 404, UNIMPLEMENTED",
        "REQUEST_MALFORMED, 400, INTERNAL",
        "TOKEN_MISSING, 401, UNAUTHENTICATED",
        "IP_DENIED, 403, PERMISSION_DENIED",
        "RATE_LIMIT, 429, RESOURCE_EXHAUSTED",
        "REQUEST_BODY_TOO_LARGE, 413, RESOURCE_EXHAUSTED",
        "REQUEST_HEAD_TOO_LARGE, 431, RESOURCE_EXHAUSTED",
        "UPSTREAM_NO_ENDPOINT, 503, UNAVAILABLE",
        "UPSTREAM_CONNECT_REFUSED, 502, UNAVAILABLE",
        "UPSTREAM_CONNECT_TIMEOUT, 504, UNAVAILABLE",
        "UPSTREAM_TLS_TIMEOUT, 504, UNAVAILABLE",
        "UPSTREAM_RESET, 502, UNAVAILABLE",
        "UPSTREAM_MALFORMED, 502, INTERNAL",
        "UPSTREAM_FIRST_BYTE_TIMEOUT, 504, DEADLINE_EXCEEDED",
        "TOTAL_TIMEOUT, 504, DEADLINE_EXCEEDED",
        "CLIENT_DEADLINE, 504, DEADLINE_EXCEEDED",
        "DRAINING, 503, UNAVAILABLE",
        "INTERNAL_ERROR, 500, INTERNAL",
        "REQUEST_LOOP, 508, INTERNAL",
        "TEAPOT, 418, UNKNOWN",
    })
    void aFailureBecomesAStatus(String code, int http, GrpcStatus status) {
        LocalResponse answer =
                GrpcAnswer.to(
                        GrpcCall.NATIVE, LocalResponse.of(new Reason(code, http, null, "Why.")));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.reason().code()).isEqualTo(code);
        assertThat(value(answer, FieldName.GRPC_STATUS))
                .isEqualTo(Integer.toString(status.number()));
        assertThat(value(answer, FieldName.GRPC_MESSAGE)).isEqualTo(code + ": Why.");
        assertThat(value(answer, FieldName.CONTENT_TYPE)).isEqualTo("application/grpc");
        assertThat(Objects.requireNonNull(answer.body()).bytes()).isEmpty();
    }

    /// What gRPC says of RST_STREAM, code by code, and of those that it does not speak of.
    @ParameterizedTest
    @CsvSource({
        "0, INTERNAL",
        "1, INTERNAL",
        "2, INTERNAL",
        "3, INTERNAL",
        "4, INTERNAL",
        "5, UNKNOWN",
        "6, INTERNAL",
        "7, UNAVAILABLE",
        "8, CANCELLED",
        "9, INTERNAL",
        "10, INTERNAL",
        "11, RESOURCE_EXHAUSTED",
        "12, PERMISSION_DENIED",
        "13, UNKNOWN",
        "14, UNKNOWN",
        "4294967295, UNKNOWN",
    })
    void aResetBecomesAStatus(long code, GrpcStatus status) {
        assertThat(GrpcStatus.ofReset(code)).isEqualTo(status);
    }

    @Test
    void whatIsKnownOfAFailureGoesBeforeWhatItsReasonSays() {
        LocalResponse answer =
                GrpcAnswer.to(
                        GrpcCall.NATIVE,
                        LocalResponse.of(Reason.UPSTREAM_RESET),
                        GrpcStatus.CANCELLED);
        assertThat(value(answer, FieldName.GRPC_STATUS)).isEqualTo("1");
        HeaderFields trailers =
                GrpcAnswer.trailers(Reason.UPSTREAM_INCOMPLETE, GrpcStatus.CANCELLED);
        assertThat(GrpcStatus.in(trailers)).isEqualTo(GrpcStatus.CANCELLED);
    }

    @Test
    void theRestOfAnAnswersFieldsGoAlongButNotTheTypeOfItsBody() {
        LocalResponse given =
                new LocalResponse(
                        503,
                        Reason.BUFFERS_EXHAUSTED,
                        null,
                        List.of(
                                new LocalResponse.Field(FieldName.CONTENT_TYPE, "text/html"),
                                new LocalResponse.Field(FieldName.RETRY_AFTER, "1")),
                        null);
        LocalResponse answer = GrpcAnswer.to(GrpcCall.WEB_TEXT, given);
        assertThat(value(answer, FieldName.RETRY_AFTER)).isEqualTo("1");
        assertThat(value(answer, FieldName.CONTENT_TYPE))
                .isEqualTo("application/grpc-web-text+proto");
    }

    @Test
    void aFixedTextBecomesTheMessagePercentEncoded() {
        byte[] text = "50 % ist für heute genug\n".getBytes(StandardCharsets.UTF_8);
        LocalResponse given =
                new LocalResponse(
                        503,
                        Reason.ROUTE_RESPONSE,
                        null,
                        List.of(),
                        new LocalResponse.Body("text/plain; charset=utf-8", text));
        assertThat(value(GrpcAnswer.to(GrpcCall.NATIVE, given), FieldName.GRPC_MESSAGE))
                .isEqualTo("50 %25 ist f%C3%BCr heute genug");
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 204, 308, 421})
    void whatIsNoFailureOrIsSaidToHttpStaysAsItIs(int status) {
        LocalResponse given = LocalResponse.of(Reason.ROUTE_RESPONSE.withStatus(status));
        assertThat(GrpcAnswer.to(GrpcCall.NATIVE, given)).isSameAs(given);
    }

    @Test
    void whoDoesNotCallByGrpcIsAnsweredByHttp() {
        LocalResponse given = LocalResponse.of(Reason.ROUTE_NOT_FOUND);
        assertThat(GrpcAnswer.to(null, given)).isSameAs(given);
    }

    @ParameterizedTest
    @CsvSource({
        "0, OK",
        "16, UNAUTHENTICATED",
        "4, DEADLINE_EXCEEDED",
        "17, UNKNOWN",
        "99, UNKNOWN",
        "-1, UNKNOWN",
        "x, UNKNOWN",
        "'', UNKNOWN",
        "001, UNKNOWN"
    })
    void aStatusIsReadAsClientsReadIt(String text, GrpcStatus status) {
        HeaderFields fields = new HeaderFields();
        fields.addChecked(FieldName.GRPC_STATUS, text);
        assertThat(GrpcStatus.in(fields)).isEqualTo(status);
        assertThat(GrpcStatus.in(new HeaderFields())).isNull();
    }

    @Test
    void trailersTellOfAFailureAndNeverOfASuccess() {
        HeaderFields trailers = GrpcAnswer.trailers(Reason.UPSTREAM_INCOMPLETE, null);
        assertThat(GrpcStatus.in(trailers)).isEqualTo(GrpcStatus.UNAVAILABLE);
        assertThat(trailers.get(FieldName.GRPC_MESSAGE)).startsWith("UPSTREAM_INCOMPLETE: ");
    }

    private static String value(LocalResponse answer, FieldName name) {
        List<String> values =
                answer.fields().stream()
                        .filter(field -> field.name().equals(name))
                        .map(LocalResponse.Field::value)
                        .toList();
        assertThat(values).hasSize(1);
        return values.getFirst();
    }
}
