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
        var key = component.getAnnotation(Key.class);
        var doc = component.getAnnotation(Doc.class);
        var absent = component.getAnnotation(Default.class);
        var form = component.getAnnotation(Form.class);
        var keys = component.getAnnotation(Keys.class);
        var section = component.getAnnotation(NameOf.class);
        return new Setting(
                key == null ? Shape.kebab(component.getName()) : key.value(),
                component,
                shapes.of(component.getGenericType()),
                doc == null ? "" : doc.value(),
                absent == null ? null : absent.value(),
                component.isAnnotationPresent(Required.class),
                component.isAnnotationPresent(Planned.class),
                component.isAnnotationPresent(Off.class),
                component.getAnnotation(Range.class),
                form == null ? null : form.value(),
                keys == null ? null : keys.value(),
                section == null ? null : section.value());
    }

    /// Whether keys that begin with `x-` are notes in this map, and not data.
    boolean takesNotes() {
        return keys == null
                && shape instanceof Shape.Named(var value)
                && !(value instanceof Shape.Single);
    }
}
