package io.jadegate.api.config;

/// One path or family of paths. A bare text is a [Prefix].
@Shorthand("prefix")
public sealed interface PathMatchConfig {

    /// This path only.
    @Shorthand("path")
    record Exact(@Doc("the path") @Required @Form(TextForm.PATH) String path)
            implements PathMatchConfig {}

    /// This path and everything below it, by whole segments: `/a` takes `/a` and `/a/b`, not `/ab`.
    @Shorthand("path")
    record Prefix(@Doc("the path") @Required @Form(TextForm.PATH) String path)
            implements PathMatchConfig {}

    /// Paths with captures: `/customers/{id}/orders`; a last `{rest...}` takes any number of
    /// segments.
    @Shorthand("template")
    record Template(@Doc("the template") @Required @Form(TextForm.PATH_TEMPLATE) String template)
            implements PathMatchConfig {}

    /// Paths that a linear-time regular expression (RE2) matches whole.
    @Shorthand("regex")
    record Regex(@Doc("an RE2 expression of the whole path") @Required String regex)
            implements PathMatchConfig {}

    /// Paths that begin with this text, wherever segments end.
    @Shorthand("prefix")
    record TextPrefix(@Doc("the text") @Required @Form(TextForm.PATH) String prefix)
            implements PathMatchConfig {}
}
