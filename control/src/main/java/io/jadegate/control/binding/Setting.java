package io.jadegate.control.binding;

import io.jadegate.api.config.Default;
import io.jadegate.api.config.Doc;
import io.jadegate.api.config.Form;
import io.jadegate.api.config.Key;
import io.jadegate.api.config.Keys;
import io.jadegate.api.config.NameOf;
import io.jadegate.api.config.Off;
import io.jadegate.api.config.Planned;
import io.jadegate.api.config.Range;
import io.jadegate.api.config.Required;
import io.jadegate.api.config.TextForm;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;

/// One key of a block: its shape and what its annotations say.
///
/// @param absent the default as written, or `null`
/// @param form the form of its texts, or `null`
/// @param keys the form of the keys of a map, or `null` for names
/// @param section the section its texts are names in, or `null`
record Setting(
        String key,
        RecordComponent component,
        Shape shape,
        String doc,
        @Nullable String absent,
        boolean required,
        boolean planned,
        boolean off,
        @Nullable Range range,
        @Nullable TextForm form,
        @Nullable TextForm keys,
        @Nullable String section) {

    static Setting of(RecordComponent component, Shapes shapes) {
        var key = Shape.kebab(component.getName());
        var doc = "";
        String absent = null;
        var required = false;
        var planned = false;
        var off = false;
        Range range = null;
        TextForm form = null;
        TextForm keys = null;
        String section = null;
        for (var annotation : component.getAnnotations()) {
            switch (annotation) {
                case Key name -> key = name.value();
                case Doc text -> doc = text.value();
                case Default text -> absent = text.value();
                case Required _ -> required = true;
                case Planned _ -> planned = true;
                case Off _ -> off = true;
                case Range numbers -> range = numbers;
                case Form texts -> form = texts.value();
                case Keys texts -> keys = texts.value();
                case NameOf name -> section = name.value();
                default -> {}
            }
        }
        return new Setting(
                key,
                component,
                shapes.of(component.getGenericType()),
                doc,
                absent,
                required,
                planned,
                off,
                range,
                form,
                keys,
                section);
    }

    /// Whether keys that begin with `x-` are notes in this map, and not data.
    boolean takesNotes() {
        return keys == null
                && shape instanceof Shape.Named(var value)
                && !(value instanceof Shape.Single);
    }
}
