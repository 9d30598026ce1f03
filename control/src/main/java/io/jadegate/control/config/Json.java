package io.jadegate.control.config;

import io.jadegate.api.config.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The JSON forms of what this package answers, indented, with a line break at the end.
public final class Json {

    private Json() {}

    /// A list of objects with `severity`, `path`, `file`, `line`, `column`, `message` and
    /// `suggestion`; what is unknown is left out.
    public static String problems(List<Problem> problems) {
        return write(values(problems));
    }

    /// The same as values to put into a larger whole.
    public static List<Map<String, Object>> values(List<Problem> problems) {
        return problems.stream().map(Json::problem).toList();
    }

    private static Map<String, Object> problem(Problem problem) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("severity", problem.severity().name().toLowerCase(Locale.ROOT));
        fields.put("path", problem.path());
        var position = problem.position();
        if (position != null) {
            fields.put("file", position.file());
            fields.put("line", position.line());
            fields.put("column", position.column());
        }
        fields.put("message", problem.message());
        if (problem.suggestion() != null) {
            fields.put("suggestion", problem.suggestion());
        }
        return fields;
    }

    /// Writes maps, lists, texts, numbers and truth values.
    public static String write(Object value) {
        return JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .disable(JsonWriteFeature.ESCAPE_FORWARD_SLASHES)
                        .build()
                        .writeValueAsString(value)
                        .replace("\r\n", "\n")
                + "\n";
    }
}
