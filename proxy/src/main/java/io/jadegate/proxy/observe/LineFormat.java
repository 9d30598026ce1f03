package io.jadegate.proxy.observe;

import io.jadegate.api.config.AccessLogConfig.FormatConfig;
import io.jadegate.api.filter.TemplateException;

/// How the story of an exchange, or of a connection without exchanges, becomes a line. One instance
/// per event loop, for that loop only.
sealed interface LineFormat permits JsonFormat, CombinedFormat, TemplateFormat {

    // The most octets that are shown of each value; what a client sends is limited by less generous
    // limits before, so this only keeps a line within bounds.
    int MAX_TARGET = 4096;
    int MAX_FIELD = 512;
    int MAX_WORD = 256;

    /// Appends the line without its end.
    void write(ExchangeFacts facts, LogLine line);

    /// Appends the line without its end.
    void write(ConnectionFacts facts, LogLine line);

    /// @throws TemplateException when the configured template is none
    static LineFormat of(FormatConfig config) throws TemplateException {
        return switch (config) {
            case FormatConfig.Json() -> new JsonFormat();
            case FormatConfig.Combined() -> new CombinedFormat();
            case FormatConfig.Template(var text) -> new TemplateFormat(text);
        };
    }
}
