package io.jadegate.control.config;

import io.jadegate.api.config.Default;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Prints records one value a line, without what has its default.
final class RecordText {

    private RecordText() {}

    static List<String> lines(String path, Object value) {
        var lines = new ArrayList<String>();
        print(path, value, lines);
        return lines;
    }

    private static void print(String path, @Nullable Object value, List<String> lines) {
        switch (value) {
            case null -> {}
            case List<?> list -> {
                for (var i = 0; i < list.size(); i++) {
                    print(path + "[" + i + "]", list.get(i), lines);
                }
            }
            case Map<?, ?> map ->
                    map.forEach((key, inner) -> print(under(path, key), inner, lines));
            case Record block when isBlock(block) -> block(path, block, lines);
            default -> lines.add(path + " = " + written(value));
        }
    }

    /// Values that print themselves are not blocks.
    private static boolean isBlock(Record value) {
        return value.toString().startsWith(value.getClass().getSimpleName() + "[")
                && value.getClass().getRecordComponents().length > 0
                && !value.getClass().getSimpleName().equals("Secret");
    }

    private static void block(String path, Record block, List<String> lines) {
        var before = lines.size();
        for (var component : block.getClass().getRecordComponents()) {
            var value = read(component, block);
            var absent = component.getAnnotation(Default.class);
            if (absent == null || !written(value).equals(absent.value())) {
                print(under(path, component.getName()), value, lines);
            }
        }
        if (lines.size() == before && path.endsWith("]")) {
            lines.add(path + " = {}");
        }
    }

    private static @Nullable Object read(RecordComponent component, Record block) {
        try {
            var accessor = component.getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(block);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    private static String under(String path, Object key) {
        return path.isEmpty() ? key.toString() : path + "." + key;
    }

    private static String written(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case Duration duration -> duration(duration);
            case Record word when word.getClass().getRecordComponents().length == 0 ->
                    kebab(word.getClass().getSimpleName());
            case Enum<?> word -> word.name().toLowerCase(Locale.ROOT).replace('_', '-');
            case List<?> list ->
                    list.isEmpty()
                            ? ""
                            : "[ "
                                    + String.join(
                                            ", ", list.stream().map(RecordText::written).toList())
                                    + " ]";
            default -> value.toString();
        };
    }

    private static String duration(Duration duration) {
        if (duration.isZero()) {
            return "off";
        }
        for (var unit :
                List.of(Duration.ofHours(1), Duration.ofMinutes(10), Duration.ofSeconds(1))) {
            if (duration.toMillis() % unit.toMillis() == 0) {
                return unit.equals(Duration.ofHours(1))
                        ? duration.toHours() + "h"
                        : unit.equals(Duration.ofSeconds(1))
                                ? duration.toSeconds() + "s"
                                : duration.toMinutes() + "m";
            }
        }
        return duration.toMillis() + "ms";
    }

    private static String kebab(String name) {
        return name.replaceAll("(?<=.)([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
