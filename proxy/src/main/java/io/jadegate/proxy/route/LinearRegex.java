package io.jadegate.proxy.route;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.jadegate.api.config.RegexSize;

/// Compiles regular expressions of the RE2 syntax, whose matching takes time linear in the text.
final class LinearRegex {
    private LinearRegex() {}

    static Pattern compile(String text) throws PatternException {
        if (RegexSize.tooLarge(text)) {
            throw new PatternException("regex \"" + text + "\" is too large");
        }
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new PatternException(
                    "regex \"" + text + "\" is not one of RE2: " + e.getMessage());
        }
    }
}
