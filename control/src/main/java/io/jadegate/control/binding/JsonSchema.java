package io.jadegate.control.binding;

import io.jadegate.api.config.Config;
import io.jadegate.api.config.FilterConfig;
import io.jadegate.api.config.NodeConfig;
import io.jadegate.api.config.TextForm;
import io.jadegate.control.binding.Shape.Block;
import io.jadegate.control.binding.Shape.Choice;
import io.jadegate.control.binding.Shape.ConnectionFilters;
import io.jadegate.control.binding.Shape.FilterEntries;
import io.jadegate.control.binding.Shape.Hidden;
import io.jadegate.control.binding.Shape.Items;
import io.jadegate.control.binding.Shape.Named;
import io.jadegate.control.binding.Shape.Single;
import io.jadegate.control.binding.Shape.Words;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Prints shapes as JSON Schema (draft 2020-12): what the binder accepts before it looks at how
/// values go together.
final class JsonSchema {

    /// A text with an environment value may become anything.
    private static final String ENVIRONMENT = "\\$\\{";

    private final Shapes shapes;
    private final Map<String, Object> definitions = new TreeMap<>();

    JsonSchema(Shapes shapes) {
        this.shapes = shapes;
    }

    Map<String, Object> document() {
        var properties = new LinkedHashMap<String, Object>();
        properties.put(
                "node",
                described(
                        block(shapes.block(NodeConfig.class)),
                        "what this process is: read at start, never part of a revision",
                        null));
        properties.put(
                "include",
                described(
                        oneOrMany(ordered("type", "string", "minLength", 1)),
                        "files that belong to this one, relative to it; patterns such as"
                                + " conf.d/*.yaml",
                        null));
        properties.putAll(properties(shapes.block(Config.class)));
        definitions.put("environment", ordered("type", "string", "pattern", ENVIRONMENT));
        var schema = new LinkedHashMap<String, Object>();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", "Jadegate configuration");
        schema.put("type", List.of("object", "null"));
        schema.put("properties", properties);
        schema.put("patternProperties", notes());
        schema.put("additionalProperties", false);
        schema.put("$defs", definitions);
        return schema;
    }

    private static Map<String, Object> notes() {
        return Map.of("^x-", true);
    }

    private Map<String, Object> properties(Block block) {
        var properties = new LinkedHashMap<String, Object>();
        block.settings()
                .forEach((key, setting) ->
                        properties.put(
                                key,
                                described(
                                        setting(setting),
                                        setting.planned()
                                                ? setting.doc() + " (not in this version)"
                                                : setting.doc(),
                                        setting)));
        return properties;
    }

    private static Map<String, Object> described(
            Map<String, Object> schema, String doc, @Nullable Setting setting) {
        var result = new LinkedHashMap<String, Object>();
        if (!doc.isEmpty()) {
            result.put("description", doc);
        }
        if (setting != null && setting.absent() != null && !setting.absent().equals("{}")) {
            result.put("default", written(setting.shape(), setting.absent()));
        }
        result.putAll(schema);
        return result;
    }

    private static Object written(Shape shape, String text) {
        if (shape instanceof Single(var type, _)) {
            return switch (type) {
                case WHOLE -> Long.valueOf(text);
                case TRUTH -> Boolean.valueOf(text);
                case TEXT, DURATION, SIZE, RATE, SHARE, PORTION, ADDRESS, NETWORK, FILE, ZONE ->
                        text;
            };
        }
        if (shape instanceof Items(var item)) {
            var items = new ArrayList<>();
            for (var one : text.substring(1, text.length() - 1).split(",", -1)) {
                items.add(written(item, one.strip().replace("\"", "")));
            }
            return items;
        }
        return text;
    }

    private Map<String, Object> setting(Setting setting) {
        var schema = of(setting.shape(), setting);
        return setting.off() ? anyOf(Map.of("const", "off"), schema) : schema;
    }

    private Map<String, Object> of(Shape shape, @Nullable Setting setting) {
        return switch (shape) {
            case Single single -> single(single, setting);
            case Words(var words) ->
                    anyOf(Map.of("enum", List.copyOf(words.keySet())), reference("environment"));
            case Items(var item) -> oneOrMany(of(item, setting));
            case Named(var value) -> named(value, setting);
            case Choice choice -> defined(choice.type().getSimpleName(), () -> choice(choice));
            case FilterEntries _ -> defined("FilterEntry", this::filterEntry);
            case ConnectionFilters _ -> defined("ConnectionFilter", this::connectionFilter);
            case Hidden _ -> defined("Secret", JsonSchema::secret);
            case Block block -> block(block);
        };
    }

    private Map<String, Object> single(Single single, @Nullable Setting setting) {
        return switch (single.type()) {
            case TEXT -> {
                var text = text(setting == null ? null : setting.form());
                yield setting == null || setting.range() == null
                        ? text
                        : anyOf(text, whole(setting));
            }
            case WHOLE -> anyOf(whole(setting), reference("environment"));
            case TRUTH -> anyOf(Map.of("type", "boolean"), reference("environment"));
            case DURATION, SIZE, RATE, SHARE, PORTION, ADDRESS, NETWORK, FILE, ZONE ->
                    text(single.type().pattern());
        };
    }

    private static Map<String, Object> whole(@Nullable Setting setting) {
        var schema = new LinkedHashMap<String, Object>();
        schema.put("type", "integer");
        var range = setting == null ? null : setting.range();
        if (range != null) {
            schema.put("minimum", range.min());
            schema.put("maximum", range.max());
        }
        return schema;
    }

    private static Map<String, Object> text(@Nullable TextForm form) {
        if (form == null) {
            return text((String) null);
        }
        return form.maxLength() == Integer.MAX_VALUE
                ? text(form.pattern())
                : bounded(text(form.pattern()), form.maxLength());
    }

    private static Map<String, Object> text(@Nullable String pattern) {
        return pattern == null
                ? Map.of("type", "string")
                : ordered("type", "string", "pattern", "^(?:" + pattern + ")$|" + ENVIRONMENT);
    }

    private static Map<String, Object> bounded(Map<String, Object> schema, int maxLength) {
        var result = new LinkedHashMap<>(schema);
        result.put("maxLength", maxLength);
        return result;
    }

    private Map<String, Object> named(Shape value, @Nullable Setting setting) {
        var schema = new LinkedHashMap<String, Object>();
        var notes = setting != null && setting.takesNotes();
        var keys = setting == null || setting.keys() == null ? TextForm.NAME : setting.keys();
        schema.put("type", List.of("object", "null"));
        schema.put("propertyNames", Map.of("pattern", "^(?:" + keys.pattern() + ")$"));
        if (notes) {
            schema.put("patternProperties", notes());
        }
        schema.put("additionalProperties", of(value, setting));
        return schema;
    }

    private Map<String, Object> block(Block block) {
        var shorthand = block.shorthand();
        if (shorthand != null && block.transparent()) {
            return setting(shorthand);
        }
        return defined(
                name(block.type()),
                () ->
                        shorthand == null
                                ? mapping(block)
                                : anyOf(setting(shorthand), mapping(block)));
    }

    /// Types within types are told apart by both names.
    private static String name(Class<?> type) {
        var around = type.getEnclosingClass();
        return around == null
                ? type.getSimpleName()
                : around.getSimpleName() + "." + type.getSimpleName();
    }

    private Map<String, Object> mapping(Block block) {
        var schema = new LinkedHashMap<String, Object>();
        schema.put("type", "object");
        if (!block.doc().isEmpty()) {
            schema.put("description", block.doc());
        }
        schema.put("properties", properties(block));
        var required =
                block.settings().values().stream()
                        .filter(Setting::required)
                        .map(Setting::key)
                        .toList();
        if (!required.isEmpty()) {
            schema.put("required", required);
        }
        schema.put("patternProperties", notes());
        schema.put("additionalProperties", false);
        return schema;
    }

    private Map<String, Object> choice(Choice choice) {
        var forms = new ArrayList<Map<String, Object>>();
        var words = new ArrayList<String>();
        choice.cases()
                .forEach((name, form) -> {
                    if (form.block().settings().isEmpty()) {
                        words.add(name);
                    } else {
                        forms.add(keyed(name, block(form.block())));
                    }
                    if (name.equals(choice.shorthand())) {
                        forms.add(block(form.block()));
                    }
                });
        if (!words.isEmpty()) {
            forms.addFirst(Map.of("enum", words));
        }
        return Map.of("anyOf", forms);
    }

    private static Map<String, Object> keyed(String key, Map<String, Object> value) {
        return ordered(
                "type",
                "object",
                "properties",
                Map.of(key, value),
                "required",
                List.of(key),
                "patternProperties",
                notes(),
                "additionalProperties",
                false);
    }

    private Map<String, Object> filterEntry() {
        var kinds = new TreeMap<String, Map<String, Object>>();
        FilterConfig.PLANNED_KINDS.forEach(kind -> kinds.put(kind, Map.of()));
        shapes.filterKinds().forEach((kind, type) -> kinds.put(kind, block(shapes.block(type))));
        var forms = filterForms(kinds, properties(shapes.block(Beside.class)));
        forms.add(1, keyed("use", Map.of("type", "string")));
        forms.add(2, keyed("skip", Map.of("type", "string")));
        return Map.of("anyOf", forms);
    }

    private Map<String, Object> connectionFilter() {
        var kinds = new TreeMap<String, Map<String, Object>>();
        shapes.connectionFilterKinds()
                .forEach((kind, type) -> kinds.put(kind, block(shapes.block(type))));
        var beside = new LinkedHashMap<>(properties(shapes.block(Beside.class)));
        beside.remove("when");
        return Map.of("anyOf", filterForms(kinds, beside));
    }

    /// A bare kind, or a mapping of each kind with what may stand beside it.
    private static List<Map<String, Object>> filterForms(
            SortedMap<String, Map<String, Object>> kinds, Map<String, Object> beside) {
        var forms = new ArrayList<Map<String, Object>>();
        forms.add(Map.of("enum", List.copyOf(kinds.keySet())));
        kinds.forEach((kind, settings) -> {
            var properties = new LinkedHashMap<String, Object>();
            properties.put(kind, nullable(settings));
            properties.putAll(beside);
            forms.add(
                    ordered(
                            "type",
                            "object",
                            "properties",
                            properties,
                            "required",
                            List.of(kind),
                            "patternProperties",
                            notes(),
                            "additionalProperties",
                            false));
        });
        return forms;
    }

    private static Map<String, Object> nullable(Map<String, Object> settings) {
        return settings.isEmpty() ? settings : anyOf(settings, Map.of("type", "null"));
    }

    private static Map<String, Object> secret() {
        var text = ordered("type", "string", "minLength", 1);
        return Map.of(
                "anyOf",
                List.of(
                        closed("env", text),
                        closed("file", text),
                        ordered("type", "string", "pattern", "^\\$")));
    }

    private static Map<String, Object> closed(String key, Map<String, Object> value) {
        return ordered(
                "type",
                "object",
                "properties",
                Map.of(key, value),
                "required",
                List.of(key),
                "additionalProperties",
                false);
    }

    private static Map<String, Object> oneOrMany(Map<String, Object> item) {
        return anyOf(item, ordered("type", "array", "items", item));
    }

    private static Map<String, Object> anyOf(Map<String, Object> a, Map<String, Object> b) {
        return Map.of("anyOf", List.of(a, b));
    }

    private static Map<String, Object> reference(String name) {
        return Map.of("$ref", "#/$defs/" + name);
    }

    /// A reference to a definition, which is made on first use; before it is complete, as it may
    /// refer to itself.
    private Map<String, Object> defined(
            String name, java.util.function.Supplier<Map<String, Object>> schema) {
        if (!definitions.containsKey(name)) {
            definitions.put(name, Map.of());
            definitions.put(name, schema.get());
        }
        return reference(name);
    }

    private static Map<String, Object> ordered(Object... keysAndValues) {
        var map = new LinkedHashMap<String, Object>();
        for (var i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }
}
