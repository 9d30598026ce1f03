package io.jadegate.control.yaml;

import io.jadegate.api.config.Position;
import io.jadegate.api.config.Problem;
import io.jadegate.api.config.Problem.Severity;
import io.jadegate.control.yaml.Tree.Entry;
import io.jadegate.control.yaml.Tree.Mapping;
import io.jadegate.control.yaml.Tree.Scalar;
import io.jadegate.control.yaml.Tree.Sequence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Reads one YAML document into a [Tree].
///
/// Works on parser events, not on composed nodes: composing would resolve tags nobody needs, stop
/// at the first duplicate key and follow nesting before it can be bounded. An anchor is known only
/// once its value is complete, so an alias within its own anchor has nothing to refer to and no
/// cycle can arise. Every value made is counted, aliases as what they stand for, so that no text
/// can grow beyond [#MAX_VALUES].
public final class YamlReader {

    static final int MAX_DEPTH = 64;
    static final int MAX_VALUES = 20_000_000;

    private final Source source;
    private final Function<String, @Nullable String> variables;
    private final Consumer<Problem> problems;
    private final Iterator<Event> events;
    private final Map<String, Tree> anchors = new HashMap<>();
    private final StringBuilder path = new StringBuilder();
    private int depth;
    private long merged;

    private YamlReader(
            Source source,
            String text,
            Function<String, @Nullable String> variables,
            Consumer<Problem> problems) {
        this.source = source;
        this.variables = variables;
        this.problems = problems;
        var settings =
                LoadSettings.builder()
                        .setLabel(source.name())
                        .setCodePointLimit(Integer.MAX_VALUE)
                        .build();
        this.events = new Parse(settings).parseString(text).iterator();
    }

    /// Reads a document.
    ///
    /// @param variables the environment: a name to its value or `null`
    /// @param problems takes every problem that is found
    /// @return the tree; an empty mapping for an empty text; `null` when the text is not YAML
    public static @Nullable Tree read(
            Source source,
            String text,
            Function<String, @Nullable String> variables,
            Consumer<Problem> problems) {
        try {
            return new YamlReader(source, text, variables, problems).document();
        } catch (Refused e) {
            problems.accept(e.problem);
        } catch (MarkedYamlEngineException e) {
            problems.accept(syntax(source, e));
        } catch (YamlEngineException e) {
            problems.accept(problem("", new Position(source.name(), 1, 1), firstLine(e)));
        }
        return null;
    }

    private static Problem syntax(Source source, MarkedYamlEngineException e) {
        var mark = e.getProblemMark().or(e::getContextMark);
        var position =
                mark.map(m -> new Position(source.name(), m.getLine() + 1, m.getColumn() + 1))
                        .orElse(new Position(source.name(), 1, 1));
        var context = e.getContext();
        return problem(
                "",
                position,
                "not valid YAML: "
                        + (context == null ? "" : context.strip() + ", ")
                        + e.getProblem().strip());
    }

    private static String firstLine(YamlEngineException e) {
        var message = e.getMessage();
        return "not valid YAML: "
                + (message == null ? "unreadable" : message.lines().findFirst().orElse(""));
    }

    private Tree document() {
        var event = next();
        while (event.getEventId() == Event.ID.StreamStart
                || event.getEventId() == Event.ID.DocumentStart) {
            event = next();
        }
        if (event.getEventId() == Event.ID.StreamEnd) {
            return new Mapping(source, 1, 1, Map.of(), 1);
        }
        var tree = value(event);
        next(); // the end of the document
        var after = next();
        if (after.getEventId() != Event.ID.StreamEnd) {
            throw refused(after, "a file holds one document");
        }
        return tree instanceof Scalar scalar && scalar.isNull()
                ? new Mapping(source, scalar.line(), scalar.column(), Map.of(), 1)
                : tree;
    }

    private Event next() {
        return events.next();
    }

    private Tree value(Event event) {
        if (++depth > MAX_DEPTH) {
            throw refused(event, "nested deeper than " + MAX_DEPTH + " levels");
        }
        var tree = untracked(event);
        depth--;
        if (tree.size() > MAX_VALUES) {
            throw refused(event, "aliases make this larger than " + MAX_VALUES + " values");
        }
        if (event instanceof NodeEvent node && !(event instanceof AliasEvent)) {
            node.getAnchor().ifPresent(anchor -> anchors.put(anchor.getValue(), tree));
        }
        return tree;
    }

    private Tree untracked(Event event) {
        if (event instanceof ScalarEvent scalar) {
            return scalar(scalar);
        }
        if (event instanceof SequenceStartEvent start) {
            return sequence(start);
        }
        if (event instanceof MappingStartEvent start) {
            return mapping(start);
        }
        if (event instanceof AliasEvent alias) {
            return aliased(alias);
        }
        throw new IllegalStateException("unexpected event " + event);
    }

    private Tree aliased(AliasEvent alias) {
        var name = alias.getAlias().getValue();
        var tree = anchors.get(name);
        if (tree == null) {
            throw refused(alias, "alias \"*" + name + "\" has no complete anchor before it");
        }
        return tree;
    }

    private Scalar scalar(ScalarEvent event) {
        tagged(event, event.getTag().orElse(null));
        var style =
                event.isPlain() && event.getTag().isEmpty()
                        ? Scalar.Style.PLAIN
                        : Scalar.Style.QUOTED;
        var text = event.getValue();
        var mark = mark(event);
        if (text.indexOf("${") < 0) {
            return new Scalar(source, line(mark), column(mark), text, style);
        }
        var replaced = substituted(text, position(event));
        return new Scalar(
                source,
                line(mark),
                column(mark),
                replaced,
                text.replace("$${", "").contains("${") ? Scalar.Style.SUBSTITUTED : style);
    }

    /// Replaces `${NAME}` and `${NAME:-default}`; `$${` stands for `${` itself.
    private String substituted(String text, Position position) {
        var result = new StringBuilder();
        var at = 0;
        while (true) {
            var open = text.indexOf("${", at);
            if (open < 0) {
                return result.append(text, at, text.length()).toString();
            }
            if (open > at && text.charAt(open - 1) == '$') {
                result.append(text, at, open - 1).append("${");
                at = open + 2;
                continue;
            }
            result.append(text, at, open);
            var close = text.indexOf('}', open);
            if (close < 0) {
                report(
                        position,
                        "\""
                                + text.substring(open)
                                + "\" lacks its \"}\"; write $${ for the text itself");
                return result.append(text, open, text.length()).toString();
            }
            result.append(variable(text.substring(open + 2, close), position));
            at = close + 1;
        }
    }

    private String variable(String expression, Position position) {
        var separator = expression.indexOf(":-");
        var name = separator < 0 ? expression : expression.substring(0, separator);
        if (!isName(name)) {
            report(
                    position,
                    "\"${"
                            + expression
                            + "}\" does not name a variable; write $${ for the text itself");
            return "";
        }
        var value = variables.apply(name);
        if (separator >= 0) {
            return value == null || value.isEmpty() ? expression.substring(separator + 2) : value;
        }
        if (value == null) {
            report(position, "environment variable \"" + name + "\" is not set");
            return "";
        }
        return value;
    }

    private static boolean isName(String text) {
        return !text.isEmpty()
                && !(text.charAt(0) >= '0' && text.charAt(0) <= '9')
                && text.chars()
                        .allMatch(c -> c == '_' || (c < 128 && Character.isLetterOrDigit(c)));
    }

    private Sequence sequence(SequenceStartEvent start) {
        tagged(start, start.getTag().orElse(null));
        var items = new ArrayList<Tree>();
        var size = 1L;
        for (var event = next(); event.getEventId() != Event.ID.SequenceEnd; event = next()) {
            var length = path.length();
            path.append('[').append(items.size()).append(']');
            var item = value(event);
            path.setLength(length);
            items.add(item);
            size += item.size();
        }
        var mark = mark(start);
        return new Sequence(source, line(mark), column(mark), List.copyOf(items), bounded(size));
    }

    private Mapping mapping(MappingStartEvent start) {
        tagged(start, start.getTag().orElse(null));
        var entries = new LinkedHashMap<String, Entry>();
        var merges = new ArrayList<Mapping>();
        for (var event = next(); event.getEventId() != Event.ID.MappingEnd; event = next()) {
            var key = key(event);
            var length = path.length();
            path.append(length == 0 ? "" : ".").append(key == null ? "" : key.getValue());
            var valueEvent = next();
            var value = value(valueEvent);
            if (key != null && key.isPlain() && key.getValue().equals("<<")) {
                collectMerges(valueEvent, value, merges);
            } else if (key != null) {
                add(entries, key, value);
            }
            path.setLength(length);
        }
        for (var merge : merges) {
            merged += merge.entries().size();
            merge.entries().forEach(entries::putIfAbsent);
        }
        if (merged > MAX_VALUES) {
            throw refused(start, "merges make this larger than " + MAX_VALUES + " values");
        }
        var size = 1L;
        for (var entry : entries.values()) {
            size += entry.value().size();
        }
        var mark = mark(start);
        return new Mapping(
                source,
                line(mark),
                column(mark),
                Collections.unmodifiableMap(entries),
                bounded(size));
    }

    /// The key, or `null` after a problem; its value must be read either way.
    private @Nullable ScalarEvent key(Event event) {
        if (event instanceof ScalarEvent scalar) {
            tagged(scalar, scalar.getTag().orElse(null));
            return scalar;
        }
        value(event);
        report(position(event), "a key must be a text");
        return null;
    }

    private void add(Map<String, Entry> entries, ScalarEvent key, Tree value) {
        var mark = mark(key);
        var entry = new Entry(source, line(mark), column(mark), value);
        var earlier = entries.putIfAbsent(key.getValue(), entry);
        if (earlier != null) {
            report(
                    entry.position(),
                    "\"" + key.getValue() + "\" is given twice, first at " + earlier.position());
        }
    }

    private void collectMerges(Event event, Tree value, List<Mapping> merges) {
        switch (value) {
            case Mapping mapping -> merges.add(mapping);
            case Sequence sequence
                    when sequence.items().stream().allMatch(Mapping.class::isInstance) ->
                    sequence.items().forEach(item -> merges.add((Mapping) item));
            case Sequence _, Scalar _ ->
                    report(position(event), "<< takes a mapping or a list of mappings");
        }
    }

    private void tagged(Event event, @Nullable String tag) {
        if (tag != null && !tag.equals("!") && !tag.equals("tag:yaml.org,2002:str")) {
            report(position(event), "tags such as \"" + tag + "\" mean nothing here");
        }
    }

    private static int bounded(long size) {
        return (int) Math.min(size, Integer.MAX_VALUE);
    }

    private void report(Position position, String message) {
        problems.accept(problem(path.toString(), position, message));
    }

    private Refused refused(Event event, String message) {
        return new Refused(problem(path.toString(), position(event), message));
    }

    private static Problem problem(String path, Position position, String message) {
        return new Problem(Severity.ERROR, path, position, message, null);
    }

    private Position position(Event event) {
        var mark = mark(event);
        return new Position(source.name(), line(mark), column(mark));
    }

    private static @Nullable Mark mark(Event event) {
        return event.getStartMark().orElse(null);
    }

    private static int line(@Nullable Mark mark) {
        return mark == null ? 1 : mark.getLine() + 1;
    }

    private static int column(@Nullable Mark mark) {
        return mark == null ? 1 : mark.getColumn() + 1;
    }

    /// Ends the reading of a text that cannot be read on.
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient Problem problem;

        Refused(Problem problem) {
            super(problem.message(), null, false, false);
            this.problem = problem;
        }
    }
}
