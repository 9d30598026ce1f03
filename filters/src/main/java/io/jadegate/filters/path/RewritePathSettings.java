package io.jadegate.filters.path;

import io.jadegate.api.config.Default;
import io.jadegate.api.config.Doc;
import io.jadegate.api.config.Form;
import io.jadegate.api.config.Shorthand;
import io.jadegate.api.config.TextForm;
import org.jspecify.annotations.Nullable;

/// One way to rewrite a path: `path`, `template`, `regex` with `replacement`, or `strip-prefix` and
/// `add-prefix`, alone or together.
@Shorthand("path")
public record RewritePathSettings(
        @Doc("the new path, with request values such as {{query.id}}") @Form(TextForm.FIELD_VALUE)
                @Nullable String path,
        @Doc("the new path, with what the route's template captured, such as /users/{id}")
                @Form(TextForm.PATH_TEMPLATE)
                @Nullable String template,
        @Doc("an RE2 expression; each of its matches is replaced") @Nullable String regex,
        @Doc("what replaces a match; $1 or $${name} is a group, $$ a dollar sign")
                @Nullable String replacement,
        @Doc("whether the prefix that the route matched is cut off") @Default("false")
                boolean stripPrefix,
        @Doc("a path to put in front, with request values") @Form(TextForm.FIELD_VALUE)
                @Nullable String addPrefix) {}
