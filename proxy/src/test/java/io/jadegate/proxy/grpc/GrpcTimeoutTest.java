package io.jadegate.proxy.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrpcTimeoutTest {

    @ParameterizedTest
    @CsvSource({
        "1n, 1",
        "2u, 2000",
        "3m, 3000000",
        "4S, 4000000000",
        "5M, 300000000000",
        "6H, 21600000000000",
        "00000007m, 7000000",
        "0S, 0",
        // Eight digits of hours are more than a long has nanoseconds for.
        "99999999H, 9223372036854775807",
    })
    void readsANumberAndAUnit(String text, long nanos) {
        assertThat(GrpcTimeout.in(fields(text))).isEqualTo(nanos);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "S",
                "1",
                "1s",
                "1h",
                "-1S",
                "+1S",
                "1.5S",
                " 1S",
                "1 S",
                "123456789n",
                "1SS"
            })
    void takesNothingElseForATime(String text) {
        HeaderFields fields = new HeaderFields();
        fields.addChecked(FieldName.GRPC_TIMEOUT, text);
        assertThat(GrpcTimeout.in(fields)).isEqualTo(GrpcTimeout.MALFORMED);
    }

    @Test
    void takesNotTwoTimes() {
        HeaderFields fields = fields("1S");
        fields.add(FieldName.GRPC_TIMEOUT, "1S");
        assertThat(GrpcTimeout.in(fields)).isEqualTo(GrpcTimeout.MALFORMED);
    }

    @Test
    void knowsThatThereIsNone() {
        assertThat(GrpcTimeout.in(new HeaderFields())).isEqualTo(GrpcTimeout.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1n",
        "0, 1n",
        "-5, 1n",
        "99999999, 99999999n",
        "100000000, 100000u",
        "100000001, 100001u",
        "99999999000, 99999999u",
        "99999999001, 100000m",
        "5000000000000000, 5000000S",
        "9223372036854775807, 2562048H",
    })
    void saysWhatIsLeftInEightDigitsAndNeverLessThanItIs(long nanos, String text) {
        HeaderFields fields = new HeaderFields();
        GrpcTimeout.add(fields, nanos);
        assertThat(fields.get(FieldName.GRPC_TIMEOUT)).isEqualTo(text);
        assertThat(GrpcTimeout.in(fields)).isGreaterThanOrEqualTo(nanos);
    }

    private static HeaderFields fields(String timeout) {
        HeaderFields fields = new HeaderFields();
        fields.add(FieldName.GRPC_TIMEOUT, timeout);
        return fields;
    }
}
