package io.jadegate.proxy.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.RequestHead;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrpcCallTest {

    @ParameterizedTest
    @CsvSource({
        "application/grpc, NATIVE",
        "application/grpc+proto, NATIVE",
        "Application/GRPC+json, NATIVE",
        "application/grpc;charset=utf-8, NATIVE",
        "application/grpc-web, WEB",
        "application/grpc-web+proto, WEB",
        "application/grpc-web-text, WEB_TEXT",
        "application/grpc-web-text+proto, WEB_TEXT",
        "application/grpcx,",
        "application/grpc-webs,",
        "application/grp,",
        "application/json,",
    })
    void isKnownByTheTypeOfItsContent(String type, GrpcCall call) {
        assertThat(GrpcCall.of(head(Method.POST, type))).isEqualTo(call);
    }

    @Test
    void isAlwaysAPost() {
        assertThat(GrpcCall.of(head(Method.PUT, "application/grpc"))).isNull();
        assertThat(GrpcCall.of(new RequestHead())).isNull();
    }

    private static RequestHead head(Method method, String type) {
        RequestHead head = new RequestHead();
        head.method(method);
        head.fields().add(FieldName.CONTENT_TYPE, type);
        return head;
    }
}
