package io.jadegate.server;

import io.jadegate.api.config.Position;
import io.jadegate.api.config.Problem;
import io.jadegate.api.plane.ApplyResult;
import io.jadegate.api.plane.ApplyResult.Changes;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What the admin address answers to a reload, in the form of its JSON.
final class ReloadAnswer {

    private ReloadAnswer() {}

    record Applied(long revision, Changes changes, List<Line> warnings) {

        ApplyResult result() {
            return new ApplyResult.Applied(revision, changes, problems(warnings));
        }
    }

    record Rejected(String type, String title, int status, String detail, List<Line> problems) {

        ApplyResult result() {
            return new ApplyResult.Rejected(ReloadAnswer.problems(problems));
        }
    }

    record Line(
            String severity,
            String path,
            @Nullable String file,
            @Nullable Integer line,
            @Nullable Integer column,
            String message,
            @Nullable String suggestion) {

        private Problem problem() {
            return new Problem(
                    Problem.Severity.valueOf(severity.toUpperCase(Locale.ROOT)),
                    path,
                    file == null || line == null || column == null
                            ? null
                            : new Position(file, line, column),
                    message,
                    suggestion);
        }
    }

    private static List<Problem> problems(List<Line> lines) {
        return lines.stream().map(Line::problem).toList();
    }
}
