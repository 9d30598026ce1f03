package io.jadegate.control.binding;

import io.jadegate.api.config.Default;
import io.jadegate.api.config.Form;
import io.jadegate.api.config.Key;
import io.jadegate.api.config.Keys;
import io.jadegate.api.config.NameOf;
import io.jadegate.api.config.Off;
import io.jadegate.api.config.Planned;
import io.jadegate.api.config.Range;
import io.jadegate.api.config.Required;
import io.jadegate.api.config.Shorthand;
import io.jadegate.api.config.TextForm;
import java.lang.reflect.AnnotatedElement;
import org.jspecify.annotations.Nullable;

/// What the annotations of a record component, type or constant say, but for its description.
///
/// @param key its word in the file where it is not the Java name, or `null`
/// @param absent the default as written, or `null`
/// @param range the numbers that are accepted, or `null`
/// @param form the form of its texts, or `null`
/// @param keys the form of the keys of a map, or `null`
/// @param section the section its texts are names in, or `null`
/// @param shorthand what a value without a mapping is, or `null`
record Notes(
        @Nullable String key,
        @Nullable String absent,
        boolean required,
        boolean planned,
        boolean off,
        @Nullable Bounds range,
        @Nullable TextForm form,
        @Nullable TextForm keys,
        @Nullable String section,
        @Nullable String shorthand) {

    /// Of an element without annotations.
    static final Notes NONE =
            new Notes(null, null, false, false, false, null, null, null, null, null);

    /// Both ends included.
    record Bounds(long min, long max) {}

    /// Reads the annotations themselves.
    static Notes read(AnnotatedElement element) {
        var key = element.getAnnotation(Key.class);
        var absent = element.getAnnotation(Default.class);
        var range = element.getAnnotation(Range.class);
        var form = element.getAnnotation(Form.class);
        var keys = element.getAnnotation(Keys.class);
        var section = element.getAnnotation(NameOf.class);
        var shorthand = element.getAnnotation(Shorthand.class);
        return new Notes(
                key == null ? null : key.value(),
                absent == null ? null : absent.value(),
                element.isAnnotationPresent(Required.class),
                element.isAnnotationPresent(Planned.class),
                element.isAnnotationPresent(Off.class),
                range == null ? null : new Bounds(range.min(), range.max()),
                form == null ? null : form.value(),
                keys == null ? null : keys.value(),
                section == null ? null : section.value(),
                shorthand == null ? null : shorthand.value());
    }
}
