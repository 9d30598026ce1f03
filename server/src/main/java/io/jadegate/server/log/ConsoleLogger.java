package io.jadegate.server.log;

import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/// One named logger in front of the [ConsoleLog] that all share.
final class ConsoleLogger extends LegacyAbstractLogger {

    private static final long serialVersionUID = 1;

    private final transient ConsoleLog log;

    ConsoleLogger(String name, ConsoleLog log) {
        this.name = name;
        this.log = log;
    }

    @Override
    public boolean isTraceEnabled() {
        return log.isEnabled(name, Level.TRACE);
    }

    @Override
    public boolean isDebugEnabled() {
        return log.isEnabled(name, Level.DEBUG);
    }

    @Override
    public boolean isInfoEnabled() {
        return log.isEnabled(name, Level.INFO);
    }

    @Override
    public boolean isWarnEnabled() {
        return log.isEnabled(name, Level.WARN);
    }

    @Override
    public boolean isErrorEnabled() {
        return log.isEnabled(name, Level.ERROR);
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
        return null;
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level,
            @Nullable Marker marker,
            String message,
            Object @Nullable [] arguments,
            @Nullable Throwable thrown) {
        log.write(name, level, MessageFormatter.basicArrayFormat(message, arguments), thrown);
    }
}
