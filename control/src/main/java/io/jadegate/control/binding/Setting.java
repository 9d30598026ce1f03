package io.jadegate.control.binding;

import io.jadegate.api.config.Doc;
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
        @Nullable String absent,
        boolean required,
        boolean planned,
        boolean off,
        Notes.@Nullable Bounds range,
        @Nullable TextForm form,
        @Nullable TextForm keys,
        @Nullable String section) {

    static Setting of(RecordComponent component, Shapes shapes) {
        var notes =
                shapes.notes().of(component.getDeclaringRecord(), component.getName(), component);
        var key = notes.key();
        return new Setting(
                key == null ? Shape.kebab(component.getName()) : key,
                component,
                shapes.of(component.getGenericType()),
                notes.absent(),
                notes.required(),
                notes.planned(),
                notes.off(),
                notes.range(),
                notes.form(),
                notes.keys(),
                notes.section());
    }

    /// Its description; empty when it has none.
    String doc() {
        var doc = component.getAnnotation(Doc.class);
        return doc == null ? "" : doc.value();
    }

    /// Whether this map names things of the configuration: keys that begin with `x-` are notes in
    /// it, and not data.
    boolean takesNotes() {
        return (keys == null || keys == TextForm.USER)
                && shape instanceof Shape.Named(var value)
                && !(value instanceof Shape.Single);
    }
}
