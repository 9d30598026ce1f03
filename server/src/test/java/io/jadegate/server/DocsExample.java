package io.jadegate.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// A runnable example of a document: a configuration in a block ` ```yaml title=gateway.yaml `, or
/// with another name where the example needs a server that not every machine has, followed by
/// commands with what they print in blocks ` ```console `.
///
/// @param place file and line of the configuration
/// @param config its text
/// @param commands in order
record DocsExample(String place, String config, List<Command> commands) {

    private static final Pattern CONFIG = Pattern.compile("```yaml title=(\\S+)\\s*");
    private static final String USUAL = "gateway.yaml";
    private static final Pattern CONSOLE = Pattern.compile("```console\\s*");

    /// @param line of the command in its document
    /// @param expected what it prints; a line `…` stands for any lines, `…` within a line for any
    ///   text
    record Command(int line, String text, String expected) {}

    static List<DocsExample> in(Path root, Path document) {
        return in(root, document, USUAL);
    }

    /// The examples with configurations of a name.
    static List<DocsExample> in(Path root, Path document, String title) {
        List<String> lines = linesOf(document);
        var examples = new ArrayList<DocsExample>();
        boolean wanted = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            var config = CONFIG.matcher(line);
            if (config.matches()) {
                wanted = config.group(1).equals(title);
            }
            if (!wanted) {
                continue;
            }
            if (config.matches()) {
                int end = endOfBlock(lines, i);
                String text = String.join("\n", lines.subList(i + 1, end)) + "\n";
                String place = root.relativize(document) + ":" + (i + 1);
                examples.add(new DocsExample(place, text, new ArrayList<>()));
                i = end;
            } else if (CONSOLE.matcher(line).matches() && !examples.isEmpty()) {
                int end = endOfBlock(lines, i);
                examples.getLast().commands().addAll(commands(lines, i + 1, end));
                i = end;
            }
        }
        return examples;
    }

    private static List<Command> commands(List<String> lines, int from, int to) {
        var commands = new ArrayList<Command>();
        for (int i = from; i < to; i++) {
            if (lines.get(i).startsWith("$ ")) {
                int end = i + 1;
                while (end < to && !lines.get(end).startsWith("$ ")) {
                    end++;
                }
                commands.add(
                        new Command(
                                i + 1,
                                lines.get(i).substring(2),
                                String.join("\n", lines.subList(i + 1, end))));
                i = end - 1;
            }
        }
        return commands;
    }

    private static int endOfBlock(List<String> lines, int start) {
        int end = start + 1;
        while (!lines.get(end).startsWith("```")) {
            end++;
        }
        return end;
    }

    private static List<String> linesOf(Path document) {
        try {
            return Files.readAllLines(document);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
