package io.jadegate.api.filter;

import org.jspecify.annotations.Nullable;

/// Why a text is no template, as a sentence for the person who wrote it.
public final class TemplateException extends Exception {
    private final String message;
    private final int offset;
    private final @Nullable String suggestion;

    /// @param problem what is wrong, lower case, with the offending text quoted
    /// @param offset where in the text it begins, in characters from 0
    /// @param suggestion what was probably meant
    TemplateException(String problem, int offset, @Nullable String suggestion) {
        super(null, null, false, false);
        this.message =
                problem
                        + " at character "
                        + (offset + 1)
                        + (suggestion == null ? "" : "; did you mean \"" + suggestion + "\"?");
        this.offset = offset;
        this.suggestion = suggestion;
    }

    /// The whole sentence, position and suggestion included.
    @Override
    public String getMessage() {
        return message;
    }

    /// Where in the template the trouble begins, in characters from 0.
    public int offset() {
        return offset;
    }

    public @Nullable String suggestion() {
        return suggestion;
    }
}
