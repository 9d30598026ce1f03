package io.jadegate.server.golden;

import io.jadegate.api.config.Position;
import io.jadegate.api.config.Problem;
import io.jadegate.api.plane.ExplainRequest;
import io.jadegate.control.admin.ExplainQuestion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A file of golden requests, in the form that editors know as `.http`:
///
/// ```
/// ### an order of the shop reaches its upstream
/// # @from 203.0.113.7
/// # @expect route orders
/// # @expect header x-env: prod
/// GET http://shop.example.com/orders/7
/// X-Canary: true
/// ```
///
/// `###` begins a request and names it. `# @listener`, `# @from` and `# @expect` speak to Jadegate,
/// all other lines with `#` are comments. Then come the request line and the fields, up to an empty
/// line; a body is not looked at, since no decision depends on it.
///
/// @param requests in order
/// @param problems what is wrong with the text; the requests concerned are left out
public record GoldenFile(List<GoldenRequest> requests, List<Problem> problems) {

    private static final Pattern DIRECTIVE = Pattern.compile("#\\s*@(\\w+)\\s*(.*)");
    private static final Pattern REQUEST_LINE =
            Pattern.compile("([!#$%&'*+.^_`|~\\w-]+)\\s+(\\S+)(\\s+HTTP/1\\.1)?");

    /// A request with what is expected of it.
    ///
    /// @param name what `###` says
    /// @param position of its request line
    public record GoldenRequest(
            String name,
            Position position,
            ExplainRequest request,
            List<Expectation> expectations) {

        public GoldenRequest {
            expectations = List.copyOf(expectations);
        }
    }

    public GoldenFile {
        requests = List.copyOf(requests);
        problems = List.copyOf(problems);
    }

    /// Reads a file.
    ///
    /// @param file its name, for positions
    /// @param text its content
    public static GoldenFile parse(String file, String text) {
        var reader = new Reader(file);
        text.lines().forEach(reader::line);
        reader.endOfRequest();
        return new GoldenFile(reader.requests, reader.problems);
    }

    private static final class Reader {

        final List<GoldenRequest> requests = new ArrayList<>();
        final List<Problem> problems = new ArrayList<>();

        private final String file;
        private int lineNumber;
        private boolean inBody;
        private String name = "";
        private final List<Expectation> expectations = new ArrayList<>();
        private final List<String> fields = new ArrayList<>();
        private @Nullable String from;
        private @Nullable String listener;
        private @Nullable String method;
        private String url = "";
        private int requestLineNumber;

        Reader(String file) {
            this.file = file;
        }

        void line(String line) {
            lineNumber++;
            if (line.startsWith("###")) {
                endOfRequest();
                name = line.substring(3).strip();
            } else if (inBody) {
                return;
            } else if (line.startsWith("#")) {
                directive(line);
            } else if (line.isBlank()) {
                inBody = method != null;
            } else if (method == null) {
                requestLine(line);
            } else {
                fields.add(line.strip());
            }
        }

        void endOfRequest() {
            if (method != null) {
                request(method);
            } else if (!expectations.isEmpty()) {
                problem(lineNumber, "expectations without a request", null);
            }
            inBody = false;
            name = "";
            expectations.clear();
            fields.clear();
            from = null;
            listener = null;
            method = null;
        }

        private void request(String method) {
            try {
                requests.add(
                        new GoldenRequest(
                                name.isEmpty() ? method + " " + url : name,
                                new Position(file, requestLineNumber, 1),
                                new ExplainQuestion(
                                                method, url, List.copyOf(fields), from, listener)
                                        .request(),
                                expectations));
            } catch (IllegalArgumentException e) {
                problem(requestLineNumber, Objects.requireNonNull(e.getMessage()), null);
            }
        }

        private void requestLine(String line) {
            var matcher = REQUEST_LINE.matcher(line.strip());
            if (!matcher.matches()) {
                problem(lineNumber, "\"%s\" is not a request line".formatted(line), "METHOD URL");
                inBody = true;
                return;
            }
            method = matcher.group(1);
            url = matcher.group(2);
            requestLineNumber = lineNumber;
        }

        private void directive(String line) {
            var matcher = DIRECTIVE.matcher(line);
            if (!matcher.matches()) {
                return;
            }
            String rest = matcher.group(2).strip();
            switch (matcher.group(1)) {
                case "expect" -> expect(rest);
                case "listener" -> listener = rest;
                case "from" -> from = rest;
                default -> {} // Editors have directives of their own.
            }
        }

        private void expect(String text) {
            String[] words = text.split("\\s+", 2);
            Optional<Expectation.Subject> subject =
                    Arrays.stream(Expectation.Subject.values())
                            .filter(it -> it.word().equals(words[0].toLowerCase(Locale.ROOT)))
                            .findFirst();
            if (subject.isEmpty()) {
                String known =
                        Arrays.stream(Expectation.Subject.values())
                                .map(Expectation.Subject::word)
                                .collect(Collectors.joining(", "));
                problem(
                        lineNumber,
                        "\"%s\" cannot be expected; what can is %s".formatted(words[0], known),
                        null);
            } else if (words.length < 2) {
                problem(lineNumber, "nothing is said about the expected " + words[0], null);
            } else {
                expectations.add(new Expectation(subject.get(), words[1]));
            }
        }

        private void problem(int line, String message, @Nullable String suggestion) {
            problems.add(
                    new Problem(
                            Problem.Severity.ERROR,
                            "",
                            new Position(file, line, 1),
                            message,
                            suggestion));
        }
    }
}
