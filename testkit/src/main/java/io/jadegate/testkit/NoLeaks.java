package io.jadegate.testkit;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Fails a class of tests during which the collector has found buffers that nobody released. Where
/// they came from is in the message: the loss may be that of a class that ran before.
///
/// A module has all its tests watched when it names this class in
/// `META-INF/services/org.junit.jupiter.api.extension.Extension` of its test resources, and
/// `junit-platform.properties` there lets JUnit look for extensions.
public final class NoLeaks implements BeforeAllCallback, AfterAllCallback {
    private @Nullable Leaks leaks;

    @Override
    public void beforeAll(ExtensionContext context) {
        leaks = Leaks.watch();
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        List<String> found = Objects.requireNonNull(leaks).found();
        if (!found.isEmpty()) {
            throw new AssertionError(String.join("\n", found));
        }
    }
}
