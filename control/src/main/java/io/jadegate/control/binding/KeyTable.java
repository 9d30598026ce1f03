package io.jadegate.control.binding;

import io.jadegate.api.config.Config;
import io.jadegate.api.config.NodeConfig;
import io.jadegate.control.binding.Shape.Block;
import io.jadegate.control.binding.Shape.Choice;
import io.jadegate.control.binding.Shape.ConnectionFilters;
import io.jadegate.control.binding.Shape.FilterEntries;
import io.jadegate.control.binding.Shape.Hidden;
import io.jadegate.control.binding.Shape.Items;
import io.jadegate.control.binding.Shape.Named;
import io.jadegate.control.binding.Shape.Single;
import io.jadegate.control.binding.Shape.Word;
import io.jadegate.control.binding.Shape.Words;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Prints shapes as a Markdown table: one row for each key, in the order of the records.
final class KeyTable {

    private final Shapes shapes;
    private final StringBuilder rows = new StringBuilder();

    // Blocks that a row is inside of: a type that contains itself is written out once.
    private final Set<Block> open = new HashSet<>();

    KeyTable(Shapes shapes) {
        this.shapes = shapes;
    }

    String markdown() {
        rows.append("| Key | Value | Default | Meaning |\n|---|---|---|---|\n");
        block("node", shapes.block(NodeConfig.class), /* planned= */ false);
        block("", shapes.block(Config.class), /* planned= */ false);
        rows.append("\n| Filter setting | Value | Default | Meaning |\n|---|---|---|---|\n");
        new TreeMap<>(shapes.filterKinds())
                .forEach((kind, type) -> block(kind, shapes.block(type), /* planned= */ false));
        rows.append(
                "\n| Connection filter setting | Value | Default | Meaning |\n|---|---|---|---|\n");
        new TreeMap<>(shapes.connectionFilterKinds())
                .forEach((kind, type) -> block(kind, shapes.block(type), /* planned= */ false));
        return rows.toString();
    }

    private void block(String path, Block block, boolean planned) {
        if (!open.add(block)) {
            return;
        }
        for (var setting : block.settings().values()) {
            var key = path.isEmpty() ? setting.key() : path + "." + setting.key();
            var later = planned || setting.planned();
            row(key, setting, later);
            inner(key, setting.shape(), later);
        }
        open.remove(block);
    }

    private void inner(String key, Shape shape, boolean planned) {
        switch (shape) {
            case Block block -> block(key, block, planned);
            case Items(var item) -> inner(item instanceof Block ? key + "[]" : key, item, planned);
            case Named(var value) -> inner(key + ".NAME", value, planned);
            case Choice choice ->
                    choice.cases()
                            .forEach((name, form) -> {
                                if (!form.block().transparent()) {
                                    block(
                                            key + "." + name,
                                            form.block(),
                                            planned || form.planned());
                                }
                            });
            case Single _, Words _, FilterEntries _, ConnectionFilters _, Hidden _ -> {}
        }
    }

    private void row(String key, Setting setting, boolean planned) {
        rows.append("| `")
                .append(key)
                .append("` | ")
                .append(cell(value(setting.shape(), setting)))
                .append(setting.off() ? ", or `off`" : "")
                .append(" | ")
                .append(cell(absent(setting)))
                .append(" | ")
                .append(cell(setting.doc()))
                .append(planned ? " *(not in this version)*" : "")
                .append(" |\n");
    }

    private static String absent(Setting setting) {
        if (setting.required()) {
            return "required";
        }
        var text = setting.absent();
        if (text == null || text.equals("{}")) {
            return "";
        }
        return text.isEmpty() ? "\"\"" : "`" + text + "`";
    }

    private static String value(Shape shape, Setting setting) {
        return switch (shape) {
            case Single(var type, _) -> single(type, setting);
            case Words(var words) -> words(words);
            case Items(var item) -> "list: " + value(item, setting);
            case Named(var value) -> "map: " + value(value, setting);
            case Choice choice -> choice(choice);
            case FilterEntries _ -> "filters";
            case ConnectionFilters _ -> "filters of connections";
            case Hidden _ -> "secret";
            case Block block -> block(block);
        };
    }

    private static String single(ScalarType type, Setting setting) {
        var section = setting.section();
        if (section != null) {
            return "name in `" + section + "`";
        }
        var range = setting.range();
        if (range != null && type == ScalarType.WHOLE) {
            return range.max() >= Integer.MAX_VALUE
                    ? "number from " + range.min()
                    : "number from " + range.min() + " to " + range.max();
        }
        return switch (type) {
            case TEXT -> setting.form() == null ? "text" : setting.form().accepted();
            case WHOLE -> "number";
            case TRUTH -> "`true`, `false`";
            case DURATION -> "duration";
            case SIZE -> "size";
            case RATE -> "rate";
            case SHARE -> "share";
            case PORTION -> "share or size";
            case ADDRESS -> "address";
            case NETWORK -> "network";
            case FILE -> "path";
            case ZONE -> "time zone";
        };
    }

    private static String words(Map<String, Word> words) {
        var now = new ArrayList<String>();
        var later = new ArrayList<String>();
        words.forEach((name, word) -> (word.planned() ? later : now).add("`" + name + "`"));
        return alternatives(now, later);
    }

    private static String choice(Choice choice) {
        var now = new ArrayList<String>();
        var later = new ArrayList<String>();
        choice.cases()
                .forEach((name, form) -> {
                    if (name.equals(choice.shorthand())) {
                        now.add("text");
                    }
                    (form.planned() ? later : now)
                            .add(
                                    form.block().settings().isEmpty()
                                            ? "`" + name + "`"
                                            : "`{ " + name + ": }`");
                });
        return alternatives(now, later);
    }

    private static String alternatives(List<String> now, List<String> later) {
        return String.join(", ", now)
                + (later.isEmpty()
                        ? ""
                        : " *(not in this version: " + String.join(", ", later) + ")*");
    }

    private static String block(Block block) {
        var shorthand = block.shorthand();
        if (shorthand == null) {
            return "block";
        }
        var text = value(shorthand.shape(), shorthand);
        return block.transparent() ? text : text + ", or a block";
    }

    private static String cell(String text) {
        return List.of(text.split("\\|", -1)).stream().reduce((a, b) -> a + "\\|" + b).orElse("");
    }
}
