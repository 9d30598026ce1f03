package io.jadegate.filters.headers;

import io.jadegate.api.config.Doc;
import io.jadegate.api.config.Form;
import io.jadegate.api.config.Keys;
import io.jadegate.api.config.TextForm;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Edits of the fields of a head.
public record HeaderSettings(
        @Doc("fields to replace, with request values such as {{client.address}}")
                @Keys(TextForm.FIELD_NAME)
                @Form(TextForm.FIELD_VALUE)
                Map<String, String> set,
        @Doc("fields to add beside those of the same name, with request values")
                @Keys(TextForm.FIELD_NAME)
                @Form(TextForm.FIELD_VALUE)
                Map<String, String> add,
        @Doc("fields to remove; x-internal-* is every name that begins so")
                @Form(TextForm.FIELD_NAME)
                List<String> remove) {

    public HeaderSettings {
        set = Collections.unmodifiableMap(new LinkedHashMap<>(set));
        add = Collections.unmodifiableMap(new LinkedHashMap<>(add));
        remove = List.copyOf(remove);
    }
}
