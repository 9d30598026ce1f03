package io.jadegate.filters.path;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jadegate.api.filter.FilterContext;
import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.filter.HttpFilterProvider;
import io.jadegate.api.filter.Template;
import io.jadegate.api.filter.TemplateException;
import io.jadegate.api.http.Paths;
import io.jadegate.api.http.Paths.PathException;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Makes `rewrite-path`.
public final class RewritePathProvider implements HttpFilterProvider<RewritePathSettings> {
    @Override
    public String kind() {
        return "rewrite-path";
    }

    @Override
    public Class<RewritePathSettings> settings() {
        return RewritePathSettings.class;
    }

    @Override
    public Stage stage() {
        return Stage.REWRITE;
    }

    @Override
    public HttpFilter create(RewritePathSettings settings, FilterContext context)
            throws SettingsException {
        checkWays(settings);
        return new RewritePath(rewrite(settings));
    }

    private static void checkWays(RewritePathSettings settings) throws SettingsException {
        boolean prefixes = settings.stripPrefix() || settings.addPrefix() != null;
        long ways =
                Stream.of(settings.path(), settings.template(), settings.regex())
                                .filter(Objects::nonNull)
                                .count()
                        + (prefixes ? 1 : 0);
        if (ways != 1) {
            throw new SettingsException(
                    "",
                    ways == 0
                            ? "rewrites nothing: needs path, template, regex, strip-prefix or"
                                    + " add-prefix"
                            : "needs one of path, template, regex, or strip-prefix with add-prefix,"
                                    + " not several");
        }
        if ((settings.regex() == null) != (settings.replacement() == null)) {
            throw new SettingsException(
                    settings.regex() == null ? "replacement" : "regex",
                    "regex and replacement belong together");
        }
    }

    private static Rewrite rewrite(RewritePathSettings settings) throws SettingsException {
        if (settings.path() != null) {
            return new Rewrite.Replacement(path("path", settings.path()));
        }
        if (settings.template() != null) {
            return new Rewrite.Replacement(path("template", captures(settings.template())));
        }
        if (settings.regex() != null && settings.replacement() != null) {
            return RegexRewrite.of(settings.regex(), settings.replacement());
        }
        return new Rewrite.Prefixes(settings.stripPrefix(), prefix(settings.addPrefix()));
    }

    private static @Nullable Template<HttpExchange> prefix(@Nullable String text)
            throws SettingsException {
        return text == null ? null : path("add-prefix", text);
    }

    /// A template that makes a path; one without values must make a good one.
    private static Template<HttpExchange> path(String key, String text) throws SettingsException {
        if (!text.startsWith("/") && !text.startsWith("{{")) {
            throw new SettingsException(key, "must begin with \"/\": \"" + text + "\"");
        }
        byte[] octets = text.getBytes(UTF_8);
        if (Paths.hasDotSegment(octets, 0, octets.length)) {
            throw new SettingsException(key, "must not hold \".\" or \"..\": \"" + text + "\"");
        }
        try {
            Template<HttpExchange> template = Template.parse(text);
            if (text.indexOf("{{") < 0) {
                Paths.canonical(octets, 0, octets.length);
            }
            return template;
        } catch (TemplateException e) {
            throw new SettingsException(key, e.getMessage());
        } catch (PathException e) {
            throw new SettingsException(
                    key,
                    "\"%s\" is no path: %s at character %d"
                            .formatted(text, e.getMessage(), e.offset() + 1));
        }
    }

    /// The same text with `{id}` and `{rest...}` written as request values.
    private static String captures(String template) {
        return template.replace("...}", "}").replace("{", "{{path.").replace("}", "}}");
    }
}
