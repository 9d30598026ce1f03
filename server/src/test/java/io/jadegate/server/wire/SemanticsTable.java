package io.jadegate.server.wire;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The rows of the tables in `docs/semantics.md`.
record SemanticsTable(List<Line> lines) {
    private static final Path PAGE = Path.of("../docs/semantics.md");
    private static final int CELLS = 6;

    SemanticsTable {
        lines = List.copyOf(lines);
    }

    /// One row.
    ///
    /// @param table the heading above, as in names of rows
    /// @param topic what the rule is about; the one above where the cell is empty
    /// @param name the row's name
    /// @param fallback the default, or `–`
    /// @param key the configuration's key, `fixed`, or `–`
    record Line(String table, String topic, String name, String rule, String fallback, String key) {

        /// Whether what the row is about cannot be done yet.
        boolean planned() {
            return rule.startsWith("*Not in this version.* ");
        }

        /// Whether the value has no key.
        boolean fixed() {
            return key.equals("fixed");
        }

        boolean hasKey() {
            return !fixed() && !key.equals("–");
        }
    }

    static SemanticsTable read() throws IOException {
        List<Line> lines = new ArrayList<>();
        String table = "";
        String topic = "";
        for (String text : Files.readAllLines(PAGE)) {
            if (text.startsWith("## ")) {
                table = text.substring(3).toLowerCase(Locale.ROOT).replace(' ', '-');
            }
            List<String> cells = cells(text);
            if (cells.isEmpty() || cells.getFirst().equals("Topic")) {
                continue;
            }
            if (cells.size() != CELLS) {
                throw new AssertionError("a row of " + cells.size() + " cells: " + text);
            }
            topic = cells.getFirst().isEmpty() ? topic : cells.getFirst();
            lines.add(
                    new Line(
                            table,
                            topic,
                            code(cells.get(1)),
                            cells.get(2),
                            cells.get(3),
                            code(cells.get(4))));
        }
        return new SemanticsTable(lines);
    }

    /// The cells of a line of a table; none for every other line, and for the one below the head.
    static List<String> cells(String line) {
        if (!line.startsWith("| ")) {
            return List.of();
        }
        List<String> cells = new ArrayList<>();
        for (String cell : line.strip().split("(?<!\\\\)\\|", -1)) {
            cells.add(cell.strip());
        }
        return cells.subList(1, cells.size() - 1);
    }

    private static String code(String cell) {
        return cell.replace("`", "");
    }
}
