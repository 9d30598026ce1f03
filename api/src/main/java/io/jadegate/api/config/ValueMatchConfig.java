package io.jadegate.api.config;

import java.util.List;

/// What a header, query parameter or cookie must be. A bare text or list is [Values].
@Shorthand("values")
public sealed interface ValueMatchConfig {

    /// One of these values.
    @Shorthand("values")
    record Values(@Doc("the values") @Required List<String> values) implements ValueMatchConfig {
        public Values {
            values = List.copyOf(values);
        }
    }

    /// Begins with this text.
    @Shorthand("text")
    record Prefix(@Doc("the text") @Required String text) implements ValueMatchConfig {}

    /// Ends with this text.
    @Shorthand("text")
    record Suffix(@Doc("the text") @Required String text) implements ValueMatchConfig {}

    /// A linear-time regular expression (RE2) matches it whole.
    @Shorthand("regex")
    record Regex(@Doc("an RE2 expression of the whole value") @Required String regex)
            implements ValueMatchConfig {}

    /// There is one at all, or none.
    @Shorthand("present")
    record Present(@Doc("whether there must be one") @Required boolean present)
            implements ValueMatchConfig {}

    /// The opposite of another matcher; satisfied also when there is no value.
    @Shorthand("matcher")
    record Not(@Doc("the matcher") @Required ValueMatchConfig matcher)
            implements ValueMatchConfig {}
}
