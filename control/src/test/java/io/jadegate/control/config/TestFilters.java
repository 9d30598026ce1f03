package io.jadegate.control.config;

import io.jadegate.api.config.Default;
import io.jadegate.api.config.Doc;
import io.jadegate.api.config.Form;
import io.jadegate.api.config.Keys;
import io.jadegate.api.config.NameOf;
import io.jadegate.api.config.Off;
import io.jadegate.api.config.Planned;
import io.jadegate.api.config.Range;
import io.jadegate.api.config.Required;
import io.jadegate.api.config.Shorthand;
import io.jadegate.api.config.TextForm;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Settings of filters as a filter would declare them, with every kind of annotation.
final class TestFilters {

    static final Map<String, Class<? extends Record>> KINDS =
            Map.of(
                    "authenticate", Ways.class,
                    "ip-filter", Lists.class,
                    "request-headers", Edits.class,
                    "response-headers", Edits.class,
                    "rewrite-path", Rewrite.class);

    static final Map<String, Class<? extends Record>> CONNECTION_KINDS =
            Map.of("connection-limit", Limit.class);

    private TestFilters() {}

    record Limit(
            @Doc("each") @Off @Default("20000") @Range(min = 1) @Nullable Integer perClient,
            @Doc("all") @Off @Default("100000") @Range(min = 1) @Nullable Integer total) {}

    record Lists(@Doc("names of lists") @NameOf("ip-lists") List<String> lists) {
        Lists {
            lists = List.copyOf(lists);
        }
    }

    record Ways(
            @Doc("ways") @Required List<Way> with,
            @Doc("nobody may pass, too") @Default("false") boolean optional) {
        Ways {
            with = List.copyOf(with);
        }
    }

    enum Way {
        BASIC,
        @Planned
        TENANT_TOKEN,
        @Planned
        API_KEY
    }

    record Edits(
            @Doc("replaced") @Keys(TextForm.FIELD_NAME) @Form(TextForm.FIELD_VALUE)
                    Map<String, String> set,
            @Doc("added") @Keys(TextForm.FIELD_NAME) @Form(TextForm.FIELD_VALUE)
                    Map<String, String> add,
            @Doc("removed") @Form(TextForm.FIELD_NAME) List<String> remove) {}

    @Shorthand("path")
    record Rewrite(
            @Doc("the new path") @Form(TextForm.PATH) @Nullable String path,
            @Doc("take the matched prefix off") @Default("false") boolean stripPrefix,
            @Doc("put before it") @Form(TextForm.PATH) @Nullable String addPrefix) {
        Rewrite {
            if (path != null && stripPrefix) {
                throw new IllegalArgumentException("strip-prefix does not go with path");
            }
        }
    }
}
