package io.jadegate.proxy.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.ErrorsConfig;
import io.jadegate.api.config.Problem;
import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.LocalResponse;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.http.RequestHead;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErrorPagesTest {
    private static final LocalResponse NOT_FOUND = LocalResponse.of(Reason.ROUTE_NOT_FOUND);

    @TempDir private Path folder;

    /// An exchange that knows nothing but its identifier and its path.
    private record TestExchange(String requestId, RequestHead received) implements HttpExchange {
        static TestExchange of(String requestId, String path) {
            RequestHead head = new RequestHead();
            head.path(path);
            return new TestExchange(requestId, head);
        }

        @Override
        public RequestHead request() {
            return received;
        }

        @Override
        public RequestHead edit() {
            return received;
        }

        @Override
        public InetAddress clientAddress() {
            return InetAddress.getLoopbackAddress();
        }

        @Override
        public String clientAddressText() {
            return "127.0.0.1";
        }

        @Override
        public String listener() {
            return "";
        }

        @Override
        public String route() {
            return "";
        }

        @Override
        public @Nullable String upstream() {
            return null;
        }

        @Override
        public int matchedLength() {
            return 0;
        }

        @Override
        public @Nullable String pathParameter(String name) {
            return null;
        }

        @Override
        public <T> @Nullable T get(Key<T> key) {
            return null;
        }

        @Override
        public <T> void put(Key<T> key, T value) {}
    }

    private static LocalResponse.Body body(
            ErrorsConfig config, List<Problem> problems, @Nullable String detail, String id) {
        return ErrorPages.of(config, "defaults.errors", problems)
                .body(NOT_FOUND, detail, TestExchange.of(id, "/<b>"));
    }

    private static String text(ErrorsConfig config, @Nullable String detail, String id) {
        List<Problem> problems = new ArrayList<>();
        LocalResponse.Body body = body(config, problems, detail, id);
        assertThat(problems).isEmpty();
        return new String(body.bytes(), UTF_8);
    }

    @Test
    void aDetailCannotLeaveItsJsonString() {
        String json =
                text(new ErrorsConfig.ProblemJson(), "a\"b\\c\u0001d\n\u00e9</script>", "id\"1");

        assertThat(json)
                .contains("\"status\":404")
                .contains("\"reason\":\"ROUTE_NOT_FOUND\"")
                .contains("\"detail\":\"a\\\"b\\\\c\\u0001d\\u000a\u00e9</script>\"")
                .contains("\"request-id\":\"id\\\"1\"");
    }

    @Test
    void aProblemWithoutADetailHasNone() {
        assertThat(text(new ErrorsConfig.ProblemJson(), null, "1")).doesNotContain("detail");
    }

    @Test
    void aValueCannotBecomeMarkup() {
        String html = text(new ErrorsConfig.Html(), "<script>'\"&</script>", "<i>");

        assertThat(html)
                .contains("<h1>404 Not Found</h1>")
                .contains("&lt;script&gt;&#39;&quot;&amp;&lt;/script&gt;")
                .contains("&lt;i&gt;")
                .doesNotContain("<script>")
                .doesNotContain("<i>");
    }

    @Test
    void aPageOfTheOperatorKeepsItsOwnMarkupAndEscapesValues() throws IOException {
        Path file = folder.resolve("page.html");
        Files.writeString(file, "<h1>\u7389\u95e8 {{path}}</h1>");

        assertThat(text(new ErrorsConfig.Template(file), null, "1"))
                .isEqualTo("<h1>\u7389\u95e8 /&lt;b&gt;</h1>");
    }

    @Test
    void aPageOfTheOperatorCanSayWhatWentWrong() throws IOException {
        Path file = folder.resolve("page.html");
        Files.writeString(
                file, "{{status}}|{{phrase}}|{{reason}}|{{title}}|{{detail}}|{{request.id}}");

        assertThat(text(new ErrorsConfig.Template(file), "octet <3>", "id-1"))
                .isEqualTo(
                        "404|Not Found|ROUTE_NOT_FOUND|No route matches the request."
                                + "|octet &lt;3&gt;|id-1");
    }

    @Test
    void aPageOfTheOperatorSaysNothingForADetailThatThereIsNot() throws IOException {
        Path file = folder.resolve("page.html");
        Files.writeString(file, "[{{detail}}]");

        assertThat(text(new ErrorsConfig.Template(file), null, "1")).isEqualTo("[]");
    }

    @Test
    void aPageThatCannotBeReadIsAProblem() {
        List<Problem> problems = new ArrayList<>();

        LocalResponse.Body body =
                body(new ErrorsConfig.Template(folder.resolve("none")), problems, null, "1");

        assertThat(body.contentType()).isEqualTo("application/problem+json");
        assertThat(problems)
                .hasSize(1)
                .allSatisfy(problem ->
                        assertThat(problem.severity()).isEqualTo(Problem.Severity.ERROR));
    }
}
