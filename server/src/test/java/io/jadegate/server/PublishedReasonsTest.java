package io.jadegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.filter.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What the documentation says of reasons is what they are. With `GOLDEN_UPDATE=true` in the
/// environment the file is written instead of compared.
class PublishedReasonsTest {

    private static final Path ERRORS = Path.of("../docs/errors.md");
    private static final String BEGIN = "<!-- The table below is generated; do not edit it. -->\n";
    private static final String HEAD =
            "\n| Reason | Status | `Proxy-Status` | Meaning |\n|---|---|---|---|\n";

    @Test
    void theTableOfReasonsIsTheOneOfThisVersion() throws IOException {
        String page = Files.readString(ERRORS);
        assertThat(page).contains(BEGIN);
        String expected = page.substring(0, page.indexOf(BEGIN)) + BEGIN + table();

        if ("true".equals(System.getenv("GOLDEN_UPDATE"))) {
            Files.writeString(ERRORS, expected);
        } else {
            assertThat(page).isEqualTo(expected);
        }
    }

    private static String table() {
        return Arrays.stream(Reason.class.getFields())
                .filter(field -> field.getType() == Reason.class)
                .map(field -> {
                    try {
                        return row(Objects.requireNonNull((Reason) field.get(null)));
                    } catch (IllegalAccessException e) {
                        throw new AssertionError(e);
                    }
                })
                .collect(Collectors.joining("", HEAD, ""));
    }

    private static String row(Reason reason) {
        return "| `%s` | %d | %s | %s |\n"
                .formatted(
                        reason.code(),
                        reason.status(),
                        reason.proxyError() == null ? "–" : "`" + reason.proxyError() + "`",
                        reason.title());
    }
}
