package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Where messages begin and end, both ways.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class FramingTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";

    @RegisterExtension static final Gateway gateway = new Gateway();

    // ---- requests

    @Test
    void forwardsABodyOfKnownLength() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client =
                gateway.send(
                        "POST /in HTTP/1.1\r\n"
                                + "Host: a.test\r\n"
                                + "Content-Length: 11\r\n\r\n"
                                + "hello world");
        Wire upstream = backend.accept();
        Message request = upstream.readRequest();
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        Message response = client.readResponse();

        assertThat(request.startLine()).isEqualTo("POST /in HTTP/1.1");
        assertThat(request.field("content-length")).isEqualTo("11");
        assertThat(request.has("transfer-encoding")).isFalse();
        assertThat(request.body()).isEqualTo("hello world");
        assertThat(response.startLine()).isEqualTo("HTTP/1.1 200 OK");
        assertThat(response.field("content-length")).isEqualTo("2");
        assertThat(response.body()).isEqualTo("ok");
    }

    @Test
    void forwardsAChunkedBodyInChunksOfItsOwn() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client =
                gateway.send(
                        "POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "5;ext=\"1\"\r\nhello\r\n00006\r\n world\r\n0\r\n\r\n");
        Wire upstream = backend.accept();
        Message request = upstream.readRequest();
        upstream.send("HTTP/1.1 204 No Content\r\n\r\n");

        assertThat(request.field("transfer-encoding")).isEqualTo("chunked");
        assertThat(request.has("content-length")).isFalse();
        assertThat(request.body()).isEqualTo("hello world");
        assertThat(client.readResponse().status()).isEqualTo(204);
    }

    @Test
    void readsMessagesThatArriveOctetByOctet() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client =
                gateway.connect()
                        .trickle(
                                "POST /a HTTP/1.1\r\n"
                                        + "Host: a.test\r\n"
                                        + "Transfer-Encoding: chunked\r\n\r\n"
                                        + "5\r\n"
                                        + "hello\r\n"
                                        + "1\r\n"
                                        + "!\r\n"
                                        + "0\r\n"
                                        + "X-T: 1\r\n\r\n");
        Wire upstream = backend.accept();
        assertThat(upstream.readRequest().body()).isEqualTo("hello!");
        upstream.trickle(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
        assertThat(client.readResponse().body()).isEqualTo("ok");
        client.trickle(GET);
        assertThat(upstream.readRequest().target()).isEqualTo("/");
        upstream.trickle("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nagain");

        assertThat(client.readResponse().body()).isEqualTo("again");
    }

    @Test
    void givesNoLengthToARequestWithoutBody() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send("DELETE / HTTP/1.1\r\nHost: a.test\r\n\r\n");
        Wire upstream = backend.accept();
        Message request = upstream.readRequest();
        upstream.send("HTTP/1.1 204 No Content\r\n\r\n");

        assertThat(request.names()).doesNotContain("content-length", "transfer-encoding");
        assertThat(client.readResponse().status()).isEqualTo(204);
    }

    @Test
    void keepsALengthOfZero() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 0\r\n\r\n");
        Wire upstream = backend.accept();
        Message request = upstream.readRequest();
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

        assertThat(request.field("content-length")).isEqualTo("0");
        assertThat(client.readResponse().field("content-length")).isEqualTo("0");
    }

    @Test
    @Row("header-rules/trailers-request")
    void forwardsRequestTrailersWithoutThoseThatFrameOrRoute() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client =
                gateway.send(
                        "POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "2\r\nhi\r\n0\r\nX-Checksum: 7\r\nHost: evil.test\r\n"
                                + "Content-Length: 5\r\nAuthorization: x\r\n\r\n");
        Wire upstream = backend.accept();
        Message request = upstream.readRequest();
        upstream.send("HTTP/1.1 204 No Content\r\n\r\n");
        client.readResponse();

        assertThat(request.trailers()).containsExactly(new Message.Field("X-Checksum", "7"));
        assertThat(request.field("host")).isEqualTo("a.test");
    }

    @Test
    void answersPipelinedRequestsInOrder() throws Exception {
        gateway.forward(gateway.echoing());

        Wire client =
                gateway.send(
                        "GET /1 HTTP/1.1\r\nHost: a.test\r\n\r\n"
                                + "POST /2 HTTP/1.1\r\nHost: a.test\r\nContent-Length: 3\r\n\r\nabc"
                                + "HEAD /3 HTTP/1.1\r\nHost: a.test\r\n\r\n"
                                + "GET /4 HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n"
                                + "GET /never HTTP/1.1\r\nHost: a.test\r\n\r\n");

        assertThat(client.readResponse().body()).isEqualTo("/1");
        assertThat(client.readResponse().body()).isEqualTo("/2abc");
        assertThat(client.readHeadResponse().field("content-length")).isEqualTo("2");
        assertThat(client.readResponse().body()).isEqualTo("/4");
        assertThat(client.readToEnd()).isEmpty();
    }

    // ---- responses

    @Test
    void forwardsChunkedAnswersWithoutTheirExtensions() throws Exception {
        gateway.forward(
                gateway.answering(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "3;a=b\r\nabc\r\n0a\r\n0123456789\r\n0\r\n\r\n"));

        Wire client = gateway.send(GET);
        Message first = client.readResponse();
        Message second = client.send(GET).readResponse();

        assertThat(first.field("transfer-encoding")).isEqualTo("chunked");
        assertThat(first.body()).isEqualTo("abc0123456789");
        assertThat(second.body()).isEqualTo("abc0123456789");
    }

    @Test
    void putsAnAnswerThatRunsUntilTheCloseIntoChunks() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send("HTTP/1.1 200 OK\r\n\r\nall that there is").endOutput();
        Message response = client.readResponse();

        assertThat(response.field("transfer-encoding")).isEqualTo("chunked");
        assertThat(response.field("connection")).isNull();
        assertThat(response.body()).isEqualTo("all that there is");
        assertThat(upstream.readToEnd()).isEmpty();
    }

    @Test
    void answersHttp10WithABodyThatRunsUntilTheClose() throws Exception {
        gateway.forward(
                gateway.answering(
                        "HTTP/1.1 200 OK\r\n"
                                + "Transfer-Encoding: chunked\r\n\r\n"
                                + "3\r\n"
                                + "abc\r\n"
                                + "0\r\n\r\n"));

        Wire client =
                gateway.send("GET / HTTP/1.0\r\nHost: a.test\r\nConnection: keep-alive\r\n\r\n");
        Message response = client.readResponse();

        assertThat(response.names()).doesNotContain("transfer-encoding", "content-length");
        assertThat(response.field("connection")).isEqualTo("close");
        assertThat(response.body()).isEqualTo("abc");
    }

    @Test
    @Row("header-rules/host-http10")
    void takesAnHttp10RequestWithoutHost() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send("GET /old HTTP/1.0\r\n\r\n");
        Wire upstream = backend.accept();
        Message request = upstream.readRequest();
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

        assertThat(request.startLine()).isEqualTo("GET /old HTTP/1.1");
        assertThat(request.field("host")).isEqualTo(backend.address());
        assertThat(client.readResponse().body()).isEqualTo("ok");
        assertThat(client.readToEnd()).isEmpty();
    }

    @Test
    void answersHeadWithTheLengthAndNoBody() throws Exception {
        gateway.forward(gateway.answering("HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n"));

        Wire client = gateway.send("HEAD / HTTP/1.1\r\nHost: a.test\r\n\r\n");
        assertThat(client.readHeadResponse().field("content-length")).isEqualTo("400");

        client.send("HEAD / HTTP/1.1\r\nHost: a.test\r\n\r\n");
        assertThat(client.readHeadResponse().status()).isEqualTo(200);
    }

    @Test
    void answersHeadWithoutInventingALength() throws Exception {
        gateway.forward(gateway.answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));

        Wire client = gateway.send("HEAD / HTTP/1.1\r\nHost: a.test\r\n\r\n");
        Message response = client.readHeadResponse();
        client.send("HEAD / HTTP/1.1\r\nHost: a.test\r\n\r\n");

        assertThat(response.field("content-length")).isNull();
        assertThat(client.readHeadResponse().status()).isEqualTo(200);
    }

    @Test
    void keepsTheLengthOfANotModifiedAnswer() throws Exception {
        gateway.forward(
                gateway.answering(
                        "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\nETag: \"x\"\r\n\r\n"));

        Wire client = gateway.send(GET);
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(304);
        assertThat(response.field("content-length")).isEqualTo("9");
        assertThat(client.send(GET).readResponse().status()).isEqualTo(304);
    }

    @Test
    void takesTheLengthFromANoContentAnswer() throws Exception {
        gateway.forward(gateway.answering("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"));

        Wire client = gateway.send(GET);
        Message response = client.readResponse();

        assertThat(response.names()).doesNotContain("content-length", "transfer-encoding");
        assertThat(client.send(GET).readResponse().status()).isEqualTo(204);
    }

    @Test
    @Row("header-rules/trailers-response")
    void forwardsAnswerTrailersToThoseWhoTakeThem() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client =
                gateway.send(
                        "GET / HTTP/1.1\r\nHost: a.test\r\nTE: trailers\r\nConnection: TE\r\n\r\n");
        Wire upstream = backend.accept();
        Message request = upstream.readRequest();
        upstream.send(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n"
                        + "X-Sum: 1\r\nSet-Cookie: a=b\r\nTransfer-Encoding: x\r\n\r\n");

        assertThat(request.field("te")).isEqualTo("trailers");
        assertThat(request.field("connection")).isEqualTo("TE");
        assertThat(client.readResponse().trailers())
                .extracting(Message.Field::name, Message.Field::value)
                .containsExactly(tuple("X-Sum", "1"));
    }

    @Test
    @Row("header-rules/trailers-unwanted")
    void dropsAnswerTrailersThatNobodyTakes() throws Exception {
        gateway.forward(
                gateway.answering(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n"));

        Message response = gateway.send(GET).readResponse();

        assertThat(response.body()).isEqualTo("ok");
        assertThat(response.trailers()).isEmpty();
        assertThat(response.has("x-sum")).isFalse();
    }

    // ---- answers that are cut

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\nX: ",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalfXX"
            })
    void showsThatAnAnswerWasCut(String answer) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send(answer).endOutput();

        assertThat(client.readToReset()).contains("half").doesNotEndWith("0\r\n\r\n");
        upstream.awaitGone();
    }

    @Test
    void showsThatAnAnswerUntilTheCloseWasCutByAReset() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send("HTTP/1.1 200 OK\r\n\r\nhalf");
        client.readUntil("half");
        upstream.reset();

        assertThat(client.readToReset()).doesNotContain("0\r\n\r\n");
    }

    @Test
    void showsAnHttp10ClientThatAnAnswerWasCut() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send("GET / HTTP/1.0\r\nHost: a.test\r\n\r\n");
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
                .endOutput();

        assertThat(client.readToReset()).endsWith("half");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
                "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx",
                "HTTP/1.1 200 OK\r\n"
                        + "Content-Length: 1\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + "0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\nContent-Length: 1\n\nx",
                "HTTP/1.1 200 OK\r\nX : 1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: 1\r\n folded\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n",
                "HTTP/1.1 20 OK\r\n\r\n",
                "HTTP/2 200 OK\r\n\r\n",
                "SSH-2.0-OpenSSH_9.6\r\n\r\n"
            })
    @Row("header-rules/response-framing")
    void answers502ToAnEndpointThatSpeaksNoSoundHttp(String answer) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send(answer);
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(502);
        assertThat(response.body()).contains("\"reason\":\"UPSTREAM_MALFORMED\"");
        assertThat(response.field("proxy-status")).isEqualTo("jadegate; error=http_protocol_error");
        upstream.awaitGone();
        client.send(GET);
        backend.accept().send("HTTP/1.1 204 No Content\r\n\r\n");
        assertThat(client.readResponse().status()).isEqualTo(204);
    }

    @Test
    @Row("size-limits/response-head")
    void answers502ToALargeHeadOfAnAnswer() throws Exception {
        answers502ToTheHead("X: " + "a".repeat(3000) + "\r\n");
    }

    @Test
    @Row("size-limits/response-fields")
    void answers502ToAnAnswerWithManyFields() throws Exception {
        answers502ToTheHead("X: 1\r\n".repeat(20));
    }

    private static void answers502ToTheHead(String fields) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend, "defaults: { limits: { head: 2KiB, fields: 20, uri: 1KiB } }");

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + fields + "\r\n");
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(502);
        assertThat(response.body()).contains("\"reason\":\"UPSTREAM_HEAD_TOO_LARGE\"");
        assertThat(response.field("proxy-status"))
                .isEqualTo("jadegate; error=http_response_header_section_size");
        upstream.awaitGone();
    }

    @Test
    void answers502WhenTheHeadOfAnAnswerIsCut() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send("HTTP/1.1 200 OK\r\nContent-").endOutput();
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(502);
        assertThat(response.field("proxy-status"))
                .isEqualTo("jadegate; error=http_response_incomplete");
    }

    @Test
    void neverGivesWhatAnEndpointSaidTooMuchToTheNextRequest() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                        + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
        assertThat(client.readResponse().body()).isEqualTo("ok");
        client.send(GET);
        Wire other = backend.accept();
        other.readRequest();
        other.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood");

        assertThat(client.readResponse().body()).isEqualTo("good");
        upstream.awaitGone();
    }

    // ---- interim answers

    @Test
    @Row("header-rules/expect")
    void passesTheContinueOfTheEndpointOn() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client =
                gateway.send(
                        "PUT / HTTP/1.1\r\n"
                                + "Host: a.test\r\n"
                                + "Content-Length: 4\r\n"
                                + "Expect: 100-continue\r\n\r\n");
        Wire upstream = backend.accept();
        assertThat(upstream.readHead()).containsIgnoringCase("\r\nexpect: 100-continue\r\n");
        upstream.send("HTTP/1.1 100 Continue\r\n\r\n");
        assertThat(client.readResponse().status()).isEqualTo(100);
        client.send("body");
        assertThat(upstream.read(4)).isEqualTo("body");
        upstream.send("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(201);
    }

    @Test
    @Row("header-rules/expect-silent")
    void continuesByItselfWhenTheEndpointStaysSilent() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client =
                gateway.send(
                        "PUT / HTTP/1.1\r\n"
                                + "Host: a.test\r\n"
                                + "Content-Length: 4\r\n"
                                + "Expect: 100-continue\r\n\r\n");
        Wire upstream = backend.accept();
        upstream.readHead();
        assertThat(client.readResponse().status()).isEqualTo(100);
        client.send("body");
        assertThat(upstream.read(4)).isEqualTo("body");
        upstream.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(200);
    }

    @Test
    @Row("header-rules/expect-refused")
    void passesARefusalInsteadOfContinueOn() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client =
                gateway.send(
                        "PUT / HTTP/1.1\r\n"
                                + "Host: a.test\r\n"
                                + "Content-Length: 4\r\n"
                                + "Expect: 100-continue\r\n\r\n");
        Wire upstream = backend.accept();
        upstream.readHead();
        upstream.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(413);
        upstream.awaitGone();
    }

    @Test
    @Row("header-rules/early-hints")
    void dropsInterimAnswersThatTheClientMayNotUnderstand() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send(
                "HTTP/1.1 100 Continue\r\n\r\n"
                        + "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
                        + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

        assertThat(client.readResponse().startLine()).isEqualTo("HTTP/1.1 200 OK");
    }

    @Test
    @Row("size-limits/interim")
    void answers502ToInterimAnswersWithoutEnd() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send("HTTP/1.1 102 Processing\r\n\r\n".repeat(40));
        Message response = client.readResponse();
        while (response.status() == 102) {
            response = client.readResponse();
        }

        assertThat(response.status()).isEqualTo(502);
    }

    @Test
    void answers502ToAnUpgradeThatNobodyAskedFor() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n");
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(502);
        assertThat(response.body()).contains("UPSTREAM_UPGRADE_FAILED");
    }

    // ---- answers before the end of a request

    @Test
    void passesAnAnswerOnThatComesBeforeTheBodyHasEnded() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client =
                gateway.send(
                        "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 100000\r\n\r\nsome");
        Wire upstream = backend.accept();
        upstream.readHead();
        upstream.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
        Message response = client.readResponse();
        upstream.awaitGone();

        assertThat(response.status()).isEqualTo(403);
        assertThat(response.body()).isEqualTo("no");
        client.send("x".repeat(100_000 - 4)).send(GET);
        backend.accept().send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nagain");
        assertThat(client.readResponse().body()).isEqualTo("again");
    }

    @Test
    void letsBodyAndAnswerFlowAtTheSameTime() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 6\r\n\r\n");
        Wire upstream = backend.accept();
        upstream.readHead();
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n");
        assertThat(client.readHead()).startsWith("HTTP/1.1 200 OK\r\n");
        for (char letter = 'a'; letter <= 'f'; letter++) {
            client.send(String.valueOf(letter));
            upstream.send(upstream.read(1));
            assertThat(client.read(1)).isEqualTo(String.valueOf(letter));
        }
        client.send(GET);
        upstream.readRequest();
        upstream.send("HTTP/1.1 204 No Content\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(204);
    }
}
