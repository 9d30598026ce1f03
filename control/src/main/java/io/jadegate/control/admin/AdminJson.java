package io.jadegate.control.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.jadegate.api.config.Position;
import io.jadegate.api.config.Problem;
import io.jadegate.api.plane.ApplyResult;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;

/// The JSON of the admin address: names spelt as in the configuration (`in-flight`), absent values
/// left out, unknown members refused. Safe for all threads.
public final class AdminJson {
    // Made when first needed: a node that nobody asks does not load the library. Two threads may
    // make two, which are equal.
    private volatile @Nullable JsonMapper mapper;

    private record ProblemDocument(
            String type, String title, int status, String detail, @Nullable List<Line> problems) {}

    private record AppliedDocument(
            long revision, ApplyResult.Changes changes, List<Line> warnings) {}

    /// A [Problem] with its position unfolded, as `check --output json` has it.
    private record Line(
            String severity,
            String path,
            @Nullable String file,
            @Nullable Integer line,
            @Nullable Integer column,
            String message,
            @Nullable String suggestion) {

        static Line of(Problem problem) {
            Position position = problem.position();
            return new Line(
                    word(problem.severity()),
                    problem.path(),
                    position == null ? null : position.file(),
                    position == null ? null : position.line(),
                    position == null ? null : position.column(),
                    problem.message(),
                    problem.suggestion());
        }
    }

    /// The spelling of an enum's constant.
    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private JsonMapper mapper() {
        JsonMapper made = mapper;
        if (made == null) {
            mapper =
                    made =
                            JsonMapper.builder()
                                    .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
                                    .changeDefaultPropertyInclusion(
                                            all -> all.withValueInclusion(Include.NON_NULL))
                                    .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
                                    .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
                                    .enable(SerializationFeature.INDENT_OUTPUT)
                                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                                    .build();
        }
        return made;
    }

    Answer answer(Object value) {
        return Answer.json(200, bytes(value));
    }

    Answer answer(ApplyResult.Applied applied) {
        return answer(
                (Object)
                        new AppliedDocument(
                                applied.revision(),
                                applied.changes(),
                                applied.warnings().stream().map(Line::of).toList()));
    }

    Answer problem(int status, String title, String detail, List<Problem> problems) {
        List<Line> lines = problems.isEmpty() ? null : problems.stream().map(Line::of).toList();
        return Answer.problem(
                status, bytes(new ProblemDocument("about:blank", title, status, detail, lines)));
    }

    /// @throws JacksonException when the body is something else
    <T> T read(byte[] body, Class<T> type) {
        return mapper().readValue(body, type);
    }

    /// A value as it goes over the admin address, with a line break at the end.
    public String text(Object value) {
        return new String(bytes(value), UTF_8);
    }

    /// What [#text] made.
    ///
    /// @throws JacksonException when the text is something else
    public <T> T read(String text, Class<T> type) {
        return mapper().readValue(text, type);
    }

    private byte[] bytes(Object value) {
        byte[] json = mapper().writeValueAsBytes(value);
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return line;
    }
}
