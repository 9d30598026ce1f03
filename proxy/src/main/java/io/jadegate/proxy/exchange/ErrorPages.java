package io.jadegate.proxy.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jadegate.api.config.ErrorsConfig;
import io.jadegate.api.config.Problem;
import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.LocalResponse;
import io.jadegate.api.filter.RequestValues;
import io.jadegate.api.filter.Template;
import io.jadegate.api.filter.TemplateException;
import io.jadegate.api.filter.Vocabulary;
import io.jadegate.api.http.ResponseHead;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The bodies of answers that say what went wrong.
public sealed interface ErrorPages {

    /// The pages that a configuration asks for.
    ///
    /// @param position where the setting stands
    /// @param problems what makes no page is added here
    static ErrorPages of(ErrorsConfig config, String position, List<Problem> problems) {
        return switch (config) {
            case ErrorsConfig.ProblemJson() -> new ProblemJson();
            case ErrorsConfig.Html() -> new Html();
            case ErrorsConfig.Template template -> page(template, position, problems);
        };
    }

    private static ErrorPages page(
            ErrorsConfig.Template config, String position, List<Problem> problems) {
        try {
            return new Page(Template.parse(Files.readString(config.file()), Page.VALUES));
        } catch (IOException e) {
            problems.add(
                    Problem.error(
                            position, "cannot read \"" + config.file() + "\": " + e.getMessage()));
        } catch (TemplateException e) {
            problems.add(
                    Problem.error(position, "in \"" + config.file() + "\": " + e.getMessage()));
        }
        return new ProblemJson();
    }

    /// The body for an answer.
    ///
    /// @param detail what may be said besides the reason's title, or null
    LocalResponse.Body body(LocalResponse response, @Nullable String detail, HttpExchange exchange);

    /// RFC 9457.
    record ProblemJson() implements ErrorPages {
        @Override
        public LocalResponse.Body body(
                LocalResponse response, @Nullable String detail, HttpExchange exchange) {
            StringBuilder json = new StringBuilder(256);
            json.append("{\"type\":\"urn:jadegate:reason:").append(response.reason().code());
            json.append("\",\"title\":");
            quote(json, response.reason().title());
            json.append(",\"status\":").append(response.status());
            if (detail != null) {
                json.append(",\"detail\":");
                quote(json, detail);
            }
            json.append(",\"reason\":\"").append(response.reason().code());
            json.append("\",\"request-id\":");
            quote(json, exchange.requestId());
            json.append("}\n");
            return new LocalResponse.Body(
                    "application/problem+json", json.toString().getBytes(UTF_8));
        }

        private static void quote(StringBuilder json, String text) {
            json.append('"');
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '"' || c == '\\') {
                    json.append('\\').append(c);
                } else if (c < ' ') {
                    json.append(String.format("\\u%04x", (int) c));
                } else {
                    json.append(c);
                }
            }
            json.append('"');
        }
    }

    /// A plain page.
    record Html() implements ErrorPages {
        @Override
        public LocalResponse.Body body(
                LocalResponse response, @Nullable String detail, HttpExchange exchange) {
            String phrase = phrase(response.status());
            String text =
                    """
                    <!DOCTYPE html>
                    <html lang="en">
                    <head><meta charset="utf-8"><title>%1$d %2$s</title></head>
                    <body>
                    <h1>%1$d %2$s</h1>
                    <p>%3$s%4$s</p>
                    <p><small>%5$s, request %6$s</small></p>
                    </body>
                    </html>
                    """
                            .formatted(
                                    response.status(),
                                    phrase,
                                    escape(response.reason().title()),
                                    detail == null ? "" : " " + escape(detail),
                                    response.reason().code(),
                                    escape(exchange.requestId()));
            return new LocalResponse.Body("text/html; charset=utf-8", text.getBytes(UTF_8));
        }
    }

    /// A page of the operator's own: the values of the request, and besides them `status`,
    /// `phrase`, `reason`, `title` and `detail`.
    record Page(Template<Occurrence> template) implements ErrorPages {
        private static final Vocabulary<Occurrence> VALUES =
                Vocabulary.<Occurrence>builder()
                        .include(RequestValues.current(), Occurrence::exchange)
                        .text("status", what -> Integer.toString(what.response().status()))
                        .text("phrase", what -> phrase(what.response().status()))
                        .text("reason", what -> what.response().reason().code())
                        .text("title", what -> what.response().reason().title())
                        .text("detail", Occurrence::detail)
                        .build();

        @Override
        public LocalResponse.Body body(
                LocalResponse response, @Nullable String detail, HttpExchange exchange) {
            PageText text = new PageText();
            template.renderTo(new Occurrence(response, detail, exchange), text);
            return new LocalResponse.Body(
                    "text/html; charset=utf-8",
                    text.page.toString().getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    /// What a page tells of.
    record Occurrence(LocalResponse response, @Nullable String detail, HttpExchange exchange) {}

    private static String phrase(int status) {
        return new String(ResponseHead.reasonPhrase(status), StandardCharsets.ISO_8859_1);
    }

    /// A page whose values, which come from the client, cannot become markup.
    final class PageText implements Template.Sink {
        private final StringBuilder page = new StringBuilder(1024);

        @Override
        public void literal(byte[] text) {
            page.append(new String(text, StandardCharsets.ISO_8859_1));
        }

        @Override
        public void value(byte[] bytes, int from, int to) {
            value(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1));
        }

        @Override
        public void value(String text) {
            page.append(escape(text));
        }
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
