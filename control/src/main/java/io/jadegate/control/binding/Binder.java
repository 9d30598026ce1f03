package io.jadegate.control.binding;

import io.jadegate.api.config.ByteSize;
import io.jadegate.api.config.Cidr;
import io.jadegate.api.config.ConnectionFilterConfig;
import io.jadegate.api.config.FilterConfig;
import io.jadegate.api.config.FilterEntry;
import io.jadegate.api.config.Position;
import io.jadegate.api.config.Problem;
import io.jadegate.api.config.Problem.Severity;
import io.jadegate.api.config.Secret;
import io.jadegate.api.config.TextForm;
import io.jadegate.control.binding.Shape.Block;
import io.jadegate.control.binding.Shape.Choice;
import io.jadegate.control.binding.Shape.Items;
import io.jadegate.control.binding.Shape.Named;
import io.jadegate.control.binding.Shape.Single;
import io.jadegate.control.binding.Shape.Words;
import io.jadegate.control.yaml.Source;
import io.jadegate.control.yaml.Tree;
import io.jadegate.control.yaml.Tree.Entry;
import io.jadegate.control.yaml.Tree.Mapping;
import io.jadegate.control.yaml.Tree.Scalar;
import io.jadegate.control.yaml.Tree.Sequence;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Makes records of one document and reports every problem on the way.
///
/// A value that is wrong becomes [#FAILED] and takes the smallest thing with it that can be left
/// out: the entry of a map of named things, or a block of the document itself. So later checks see
/// all the rest, and nothing that is only half there.
final class Binder {

    /// Stands for a value that is wrong and was reported.
    private enum Failed {
        FAILED
    }

    private static final Object FAILED = Failed.FAILED;

    /// Suggestions look at every candidate; beyond this many problems nobody reads them.
    private static final int MAX_SUGGESTIONS = 100;

    private static final String NOT_YET = " is not in this version";

    private final Shapes shapes;
    private final Source origin;
    private final SecretSource secrets;
    private final Consumer<Problem> problems;
    private final List<Name> names = new ArrayList<>();
    private final Map<Block, Record> emptyBlocks = new HashMap<>();
    private final IdentityHashMap<Setting, @Nullable Object> absent = new IdentityHashMap<>();
    private final StringBuilder path = new StringBuilder();
    private int suggestions;
    private int plannedDepth;

    Binder(Shapes shapes, Source origin, SecretSource secrets, Consumer<Problem> problems) {
        this.shapes = shapes;
        this.origin = origin;
        this.secrets = secrets;
        this.problems = problems;
    }

    /// A text that must be a name in a section.
    private record Name(String section, String name, String path, Position position) {}

    /// Binds a part of the document, none of whose keys is required.
    <R extends Record> R document(Class<R> type, Mapping tree, String at) {
        path.setLength(0);
        path.append(at);
        var block = shapes.block(type);
        var values = values(block, tree);
        var i = 0;
        for (var setting : block.settings().values()) {
            if (values[i] instanceof Failed) {
                values[i] = absent(setting);
            }
            i++;
        }
        return type.cast(block.create(values));
    }

    /// Reports the names that are in no section of the document.
    void checkNames(Mapping document) {
        for (var name : names) {
            var known =
                    document.get(name.section) instanceof Mapping section
                            ? section.entries().keySet()
                            : List.<String>of();
            if (!known.contains(name.name)) {
                problems.accept(
                        new Problem(
                                Severity.ERROR,
                                name.path,
                                name.position,
                                quoted(name.name) + " is not in " + name.section,
                                suggestion(name.name, known)));
            }
        }
    }

    private @Nullable Object bind(Shape shape, @Nullable Setting setting, Tree tree) {
        return shape.bind(this, setting, tree);
    }

    private @Nullable Object setting(Setting setting, Tree tree) {
        if (setting.off() && tree instanceof Scalar scalar && scalar.text().equals("off")) {
            return off(setting.shape());
        }
        if (!setting.planned()) {
            return bind(setting.shape(), setting, tree);
        }
        plannedDepth++;
        var value = bind(setting.shape(), setting, tree);
        plannedDepth--;
        if (value instanceof Failed || !Objects.equals(value, absent(setting))) {
            planned(tree, setting.key());
        }
        return value;
    }

    private void planned(Tree tree, String word) {
        // What is inside something planned is planned with it: once is enough.
        if (plannedDepth == 0) {
            error(tree, quoted(word) + NOT_YET);
        }
    }

    private static @Nullable Object off(Shape shape) {
        if (shape instanceof Single(var type, _)) {
            return switch (type) {
                case DURATION -> Duration.ZERO;
                case SIZE -> ByteSize.UNLIMITED;
                case TEXT, WHOLE, TRUTH, RATE, SHARE, PORTION, ADDRESS, NETWORK, FILE, ZONE -> null;
            };
        }
        return null;
    }

    /// The value of a key that is left out. Read once: all routes share it.
    private @Nullable Object absent(Setting setting) {
        var text = setting.absent();
        if (text == null) {
            if (setting.shape() instanceof Items) {
                return List.of();
            }
            return setting.shape() instanceof Named ? Map.of() : null;
        }
        if (!absent.containsKey(setting)) {
            absent.put(setting, absent(setting, text));
        }
        return absent.get(setting);
    }

    private @Nullable Object absent(Setting setting, String text) {
        if (setting.shape() instanceof Block block && text.equals("{}")) {
            return empty(block);
        }
        if (setting.off() && text.equals("off")) {
            return off(setting.shape());
        }
        return bind(setting.shape(), setting, written(text));
    }

    /// A block without a single key. Made once: a file with many routes shares it.
    private Record empty(Block block) {
        var known = emptyBlocks.get(block);
        if (known == null) {
            known = block.create(values(block, new Mapping(origin, 1, 1, Map.of(), 1)));
            emptyBlocks.put(block, known);
        }
        return known;
    }

    /// The tree of a default: a scalar, or a list of scalars in brackets.
    private Tree written(String text) {
        if (!text.startsWith("[")) {
            return new Scalar(origin, 1, 1, text, Scalar.Style.SUBSTITUTED);
        }
        var items = new ArrayList<Tree>();
        for (var item : text.substring(1, text.length() - 1).split(",", -1)) {
            items.add(
                    new Scalar(
                            origin,
                            1,
                            1,
                            item.strip().replace("\"", ""),
                            Scalar.Style.SUBSTITUTED));
        }
        return new Sequence(origin, 1, 1, List.copyOf(items), items.size() + 1);
    }

    @Nullable Object single(Single single, @Nullable Setting setting, Tree tree) {
        var type = single.type();
        if (!(tree instanceof Scalar scalar)) {
            return error(tree, "must be " + type.accepted() + ", not " + described(tree));
        }
        if (scalar.isNull()) {
            return error(tree, "has no value; must be " + type.accepted());
        }
        return switch (type) {
            case TEXT -> text(scalar, setting);
            case WHOLE -> whole(single, scalar, setting);
            case TRUTH ->
                    scalar.isBoolean()
                            ? Boolean.valueOf(scalar.text())
                            : mismatch(scalar, type.accepted());
            case DURATION, SIZE, RATE, SHARE, PORTION, ADDRESS, NETWORK, FILE, ZONE ->
                    parsed(type, scalar, setting);
        };
    }

    private Object parsed(ScalarType type, Scalar scalar, @Nullable Setting setting) {
        var accepted = type.accepted() + (setting != null && setting.off() ? ", or off" : "");
        if (scalar.isTyped()) {
            return mismatch(scalar, accepted);
        }
        try {
            var value = type.parse(scalar.text(), scalar.source().directory());
            if (setting != null && setting.off() && value.equals(Duration.ZERO)) {
                return error(scalar, "must be longer than 0; write off for no limit");
            }
            return value;
        } catch (IllegalArgumentException _) {
            return type == ScalarType.NETWORK
                    ? noNetwork(scalar, accepted)
                    : mismatch(scalar, accepted);
        }
    }

    private Object noNetwork(Scalar scalar, String accepted) {
        Cidr meant;
        try {
            meant = Cidr.around(scalar.text());
        } catch (IllegalArgumentException _) {
            return mismatch(scalar, accepted);
        }
        return error(
                scalar,
                "must have no bits set behind its prefix, not " + quoted(scalar.text()),
                meant.toString());
    }

    private Object text(Scalar scalar, @Nullable Setting setting) {
        var text = scalar.text();
        var number = setting != null && setting.range() != null && scalar.isInteger();
        if (scalar.isTyped() && !number) {
            return error(scalar, "must be a text; write \"" + text + "\" with quotes");
        }
        if (setting == null) {
            return text;
        }
        var form = setting.form();
        if (form != null && !form.accepts(text)) {
            return mismatch(scalar, form.accepted());
        }
        var section = setting.section();
        if (section != null) {
            names.add(new Name(section, text, path.toString(), scalar.position()));
        }
        return text;
    }

    private Object whole(Single single, Scalar scalar, @Nullable Setting setting) {
        if (!scalar.isInteger()) {
            return mismatch(scalar, ScalarType.WHOLE.accepted());
        }
        var value = Long.parseLong(scalar.text());
        var small = single.javaType() == int.class || single.javaType() == Integer.class;
        var range = setting == null ? null : setting.range();
        var min = range != null ? range.min() : small ? Integer.MIN_VALUE : Long.MIN_VALUE;
        var max = range != null ? range.max() : small ? Integer.MAX_VALUE : Long.MAX_VALUE;
        if (value < min || value > max) {
            return mismatch(scalar, "a whole number from " + min + " to " + max);
        }
        if (small) {
            return Math.toIntExact(value);
        }
        return value;
    }

    Object word(Words words, Tree tree) {
        var accepted = Shape.alternatives(List.copyOf(words.words().keySet()));
        if (!(tree instanceof Scalar scalar)) {
            return error(tree, "must be " + accepted + ", not " + described(tree));
        }
        var word = words.words().get(scalar.text());
        if (word == null) {
            return error(
                    tree,
                    "must be " + accepted + ", not " + quoted(scalar.text()),
                    suggestion(scalar.text(), words.words().keySet()));
        }
        if (scalar.isTyped()) {
            return error(scalar, "must be a text; write \"" + scalar.text() + "\" with quotes");
        }
        if (word.planned()) {
            planned(tree, scalar.text());
        }
        return word.value();
    }

    Object items(Items items, @Nullable Setting setting, Tree tree) {
        if (!(tree instanceof Sequence sequence)) {
            var only = bind(items.item(), setting, tree);
            return only == null || only instanceof Failed ? FAILED : List.of(only);
        }
        var list = new ArrayList<Object>(sequence.items().size());
        var failed = false;
        for (var i = 0; i < sequence.items().size(); i++) {
            var length = path.length();
            path.append('[').append(i).append(']');
            var item = bind(items.item(), setting, sequence.items().get(i));
            path.setLength(length);
            if (item == null || item instanceof Failed) {
                failed = true;
            } else {
                list.add(item);
            }
        }
        return failed ? FAILED : List.copyOf(list);
    }

    Object named(Named named, @Nullable Setting setting, Tree tree) {
        if (tree instanceof Scalar scalar && scalar.isNull()) {
            return Map.of();
        }
        if (!(tree instanceof Mapping mapping)) {
            return error(tree, "must be a mapping of names, not " + described(tree));
        }
        var notes = setting != null && setting.takesNotes();
        var keys = setting == null || setting.keys() == null ? TextForm.NAME : setting.keys();
        var map = new LinkedHashMap<String, Object>();
        var failed = false;
        for (var entry : mapping.entries().entrySet()) {
            var key = entry.getKey();
            if (notes && key.startsWith("x-")) {
                continue;
            }
            var length = enter(key);
            if (!keys.accepts(key)) {
                error(entry.getValue(), "key " + quoted(key) + " must be " + keys.accepted());
                failed = true;
            }
            var value = bind(named.value(), setting, entry.getValue().value());
            path.setLength(length);
            if (value == null || value instanceof Failed) {
                failed = true;
            } else {
                map.put(key, value);
            }
        }
        return failed && !notes ? FAILED : Collections.unmodifiableMap(map);
    }

    @Nullable Object choice(Choice choice, Tree tree) {
        if (tree instanceof Scalar scalar && !scalar.isNull()) {
            var word = choice.cases().get(scalar.text());
            if (word != null && word.block().settings().isEmpty()) {
                if (word.planned()) {
                    planned(tree, scalar.text());
                }
                return empty(word.block());
            }
        }
        if (tree instanceof Mapping mapping) {
            return chosen(choice, mapping);
        }
        if (choice.shorthand() != null) {
            return block(
                    Objects.requireNonNull(choice.cases().get(choice.shorthand())).block(), tree);
        }
        var given = tree instanceof Scalar scalar ? quoted(scalar.text()) : described(tree);
        return error(
                tree,
                "must be " + forms(choice) + ", not " + given,
                tree instanceof Scalar scalar
                        ? suggestion(scalar.text(), choice.cases().keySet())
                        : null);
    }

    private @Nullable Object chosen(Choice choice, Mapping mapping) {
        var keys =
                mapping.entries().keySet().stream().filter(key -> !key.startsWith("x-")).toList();
        if (keys.size() != 1) {
            return error(mapping, "must have exactly one key of " + forms(choice));
        }
        var key = keys.getFirst();
        var entry = Objects.requireNonNull(mapping.entries().get(key));
        var form = choice.cases().get(key);
        if (form == null) {
            return unknownKey(entry, key, choice.cases().keySet());
        }
        if (form.block().settings().isEmpty() && entry.value() instanceof Scalar) {
            return error(mapping, "write " + quoted(key) + " alone, without a mapping");
        }
        var length = enter(key);
        if (form.planned()) {
            planned(entry.value(), key);
            plannedDepth++;
        }
        var value = block(form.block(), entry.value());
        if (form.planned()) {
            plannedDepth--;
        }
        path.setLength(length);
        return value;
    }

    private static String forms(Choice choice) {
        var forms = new ArrayList<String>();
        choice.cases()
                .forEach((name, form) ->
                        forms.add(
                                form.block().settings().isEmpty() ? name : "{ " + name + ": … }"));
        return Shape.alternatives(forms);
    }

    @Nullable Object block(Block block, Tree tree) {
        var shorthand = block.shorthand();
        if (shorthand != null && (block.transparent() || !(tree instanceof Mapping))) {
            return shorthand(block, shorthand, tree);
        }
        if (!(tree instanceof Mapping mapping)) {
            return error(
                    tree,
                    tree instanceof Scalar scalar && scalar.isNull()
                            ? "has no value; must be a mapping"
                            : "must be a mapping, not " + described(tree));
        }
        var values = values(block, mapping);
        for (var value : values) {
            if (value instanceof Failed) {
                return FAILED;
            }
        }
        return created(block, values, tree);
    }

    private Object shorthand(Block block, Setting shorthand, Tree tree) {
        var value = setting(shorthand, tree);
        if (value instanceof Failed) {
            return FAILED;
        }
        var values = new @Nullable Object[block.settings().size()];
        var i = 0;
        for (var setting : block.settings().values()) {
            values[i++] = setting.key().equals(shorthand.key()) ? value : absent(setting);
        }
        return created(block, values, tree);
    }

    private Object created(Block block, @Nullable Object[] values, Tree tree) {
        try {
            return block.create(values);
        } catch (IllegalArgumentException e) {
            var message = e.getMessage();
            return error(tree, message == null ? "is not accepted" : message);
        }
    }

    /// One value for each key of a block, [#FAILED] where it is wrong.
    private @Nullable Object[] values(Block block, Mapping mapping) {
        var settings = block.settings();
        mapping.entries()
                .forEach((key, entry) -> {
                    if (!settings.containsKey(key) && !key.startsWith("x-")) {
                        unknownKey(entry, key, settings.keySet());
                    }
                });
        var values = new @Nullable Object[settings.size()];
        var i = 0;
        for (var setting : settings.values()) {
            var tree = mapping.get(setting.key());
            var length = enter(setting.key());
            if (tree != null) {
                values[i] = setting(setting, tree);
            } else if (setting.required()) {
                values[i] = error(mapping, "is missing");
            } else {
                values[i] = absent(setting);
            }
            path.setLength(length);
            i++;
        }
        return values;
    }

    private Object unknownKey(Entry entry, String key, Collection<String> known) {
        var length = enter(key);
        error(entry, "unknown key " + quoted(key), suggestion(key, known));
        path.setLength(length);
        return FAILED;
    }

    @Nullable Object filterEntry(Tree tree) {
        if (tree instanceof Scalar scalar && !scalar.isTyped()) {
            var nothing = new Mapping(tree.source(), tree.line(), tree.column(), Map.of(), 1);
            return filter(scalar.text(), nothing, nothing);
        }
        if (!(tree instanceof Mapping mapping)) {
            return error(
                    tree, "must be a filter: its kind, or a mapping that begins with its kind");
        }
        var kind = onlyKind(mapping);
        if (kind == null) {
            return FAILED;
        }
        var value = Objects.requireNonNull(mapping.get(kind));
        return switch (kind) {
            case "use", "skip" -> reference(kind, mapping, value);
            default -> filter(kind, mapping, value);
        };
    }

    /// The one key of an entry that is a kind of filter; `null` after a problem.
    private @Nullable String onlyKind(Mapping mapping) {
        var kinds =
                mapping.entries().keySet().stream()
                        .filter(key -> !key.startsWith("x-") && !isBesideKind(key))
                        .toList();
        if (kinds.size() == 1) {
            return kinds.getFirst();
        }
        error(
                mapping,
                kinds.isEmpty()
                        ? "names no kind of filter"
                        : "is several filters in one: \""
                                + String.join("\", \"", kinds)
                                + "\"; begin each with \"- \"");
        return null;
    }

    @Nullable Object connectionFilter(Tree tree) {
        if (tree instanceof Scalar scalar && !scalar.isTyped()) {
            var nothing = new Mapping(tree.source(), tree.line(), tree.column(), Map.of(), 1);
            return connectionFilter(scalar.text(), nothing, nothing);
        }
        if (!(tree instanceof Mapping mapping)) {
            return error(
                    tree, "must be a filter: its kind, or a mapping that begins with its kind");
        }
        var kind = onlyKind(mapping);
        return kind == null
                ? FAILED
                : connectionFilter(kind, mapping, Objects.requireNonNull(mapping.get(kind)));
    }

    private Object connectionFilter(String kind, Mapping mapping, Tree settings) {
        var condition = mapping.get("when");
        if (condition != null) {
            return error(condition, "\"when\" asks about requests, and a connection has none yet");
        }
        var beside = beside(kind, mapping);
        var type = shapes.connectionFilterKinds().get(kind);
        var length = enter(kind);
        var bound =
                type != null
                        ? settings(type, settings)
                        : error(settings, notOfConnections(kind), suggestedConnectionFilter(kind));
        path.setLength(length);
        return beside != null && bound instanceof Record record
                ? new ConnectionFilterConfig(
                        kind, beside.name() == null ? kind : beside.name(), beside.mode(), record)
                : FAILED;
    }

    private String notOfConnections(String kind) {
        return shapes.filterKinds().containsKey(kind) || FilterConfig.PLANNED_KINDS.contains(kind)
                ? quoted(kind) + " is a filter of requests; it goes to routes or defaults"
                : "unknown kind of filter " + quoted(kind);
    }

    private @Nullable String suggestedConnectionFilter(String kind) {
        return suggestion(kind, shapes.connectionFilterKinds().keySet());
    }

    private static boolean isBesideKind(String key) {
        return key.equals("name") || key.equals("mode") || key.equals("when");
    }

    private @Nullable Object reference(String kind, Mapping mapping, Tree tree) {
        for (var beside : List.of("name", "mode", "when")) {
            var unwanted = mapping.get(beside);
            if (unwanted != null) {
                return error(unwanted, quoted(beside) + " does not go with " + kind);
            }
        }
        if (!(tree instanceof Scalar scalar) || scalar.isTyped()) {
            return error(tree, "must be a name");
        }
        if (kind.equals("skip")) {
            return new FilterEntry.Skip(scalar.text());
        }
        names.add(new Name("chains", scalar.text(), path + ".use", scalar.position()));
        return new FilterEntry.Use(scalar.text());
    }

    private Object filter(String kind, Mapping mapping, Tree settings) {
        var beside = beside(kind, mapping);
        var type = shapes.filterKinds().get(kind);
        var length = enter(kind);
        Object bound;
        if (type != null) {
            bound = settings(type, settings);
        } else if (FilterConfig.PLANNED_KINDS.contains(kind)) {
            planned(settings, kind);
            bound = FAILED;
        } else if (shapes.connectionFilterKinds().containsKey(kind)) {
            bound = error(settings, quoted(kind) + " filters connections; it goes to a listener");
        } else {
            var known = new ArrayList<>(shapes.filterKinds().keySet());
            known.addAll(FilterConfig.PLANNED_KINDS);
            known.addAll(List.of("use", "skip"));
            bound =
                    error(
                            settings,
                            "unknown kind of filter " + quoted(kind),
                            suggestion(kind, known));
        }
        path.setLength(length);
        return beside != null && bound instanceof Record record
                ? new FilterConfig(
                        kind,
                        beside.name() == null ? kind : beside.name(),
                        beside.mode(),
                        beside.when(),
                        record)
                : FAILED;
    }

    private @Nullable Object settings(Class<? extends Record> type, Tree tree) {
        var block = shapes.block(type);
        return tree instanceof Scalar scalar && scalar.isNull()
                ? block(block, new Mapping(tree.source(), tree.line(), tree.column(), Map.of(), 1))
                : block(block, tree);
    }

    /// What stands beside the kind of a filter; `null` after a problem.
    private @Nullable Beside beside(String kind, Mapping mapping) {
        var entries = new LinkedHashMap<String, Entry>();
        mapping.entries()
                .forEach((key, entry) -> {
                    if (!key.equals(kind)) {
                        entries.put(key, entry);
                    }
                });
        var rest =
                new Mapping(
                        mapping.source(),
                        mapping.line(),
                        mapping.column(),
                        entries,
                        mapping.size());
        return block(shapes.block(Beside.class), rest) instanceof Beside beside ? beside : null;
    }

    Object hidden(Tree tree) {
        if (tree instanceof Scalar scalar && scalar.text().startsWith("$") && !scalar.isTyped()) {
            return new Secret(scalar.source().name(), scalar.text());
        }
        if (!(tree instanceof Mapping mapping)
                || mapping.entries().size() != 1
                || !(mapping.entries().values().iterator().next().value() instanceof Scalar scalar)
                || scalar.isTyped()
                || scalar.text().isEmpty()) {
            return error(
                    tree, "must be { env: NAME } or { file: PATH }, so that no secret stands here");
        }
        return switch (mapping.entries().keySet().iterator().next()) {
            case "env" ->
                    found(
                            secrets.environment(scalar.text()),
                            scalar,
                            "environment variable ",
                            " is not set");
            case "file" ->
                    found(
                            secrets.file(directory(scalar).resolve(scalar.text()).normalize()),
                            scalar,
                            "file ",
                            " cannot be read");
            default ->
                    error(
                            tree,
                            "must be { env: NAME } or { file: PATH }, so that no secret stands"
                                    + " here");
        };
    }

    private static Path directory(Scalar scalar) {
        return scalar.source().directory();
    }

    private Object found(@Nullable Secret secret, Scalar scalar, String what, String missing) {
        return secret != null ? secret : error(scalar, what + quoted(scalar.text()) + missing);
    }

    private int enter(String key) {
        var length = path.length();
        if (length > 0) {
            path.append('.');
        }
        path.append(key);
        return length;
    }

    private Object mismatch(Scalar scalar, String accepted) {
        return error(scalar, "must be " + accepted + ", not " + quoted(scalar.text()));
    }

    private Object error(Tree tree, String message) {
        return error(tree, message, null);
    }

    private Object error(Tree tree, String message, @Nullable String suggestion) {
        problems.accept(
                new Problem(Severity.ERROR, path.toString(), tree.position(), message, suggestion));
        return FAILED;
    }

    private void error(Entry entry, String message) {
        error(entry, message, null);
    }

    private void error(Entry entry, String message, @Nullable String suggestion) {
        problems.accept(
                new Problem(
                        Severity.ERROR, path.toString(), entry.position(), message, suggestion));
    }

    private @Nullable String suggestion(String text, Collection<String> candidates) {
        return suggestions++ < MAX_SUGGESTIONS ? Suggestion.nearest(text, candidates) : null;
    }

    private static String described(Tree tree) {
        return switch (tree) {
            case Mapping _ -> "a mapping";
            case Sequence _ -> "a list";
            case Scalar scalar -> scalar.isNull() ? "nothing" : quoted(scalar.text());
        };
    }

    /// The text in quotes, on one line and not longer than a line.
    private static String quoted(String text) {
        var clean = new StringBuilder("\"");
        text.codePoints()
                .limit(100)
                .forEach(c -> clean.appendCodePoint(Character.isISOControl(c) ? '\uFFFD' : c));
        return clean.append(text.codePointCount(0, text.length()) > 100 ? "…\"" : "\"").toString();
    }
}
