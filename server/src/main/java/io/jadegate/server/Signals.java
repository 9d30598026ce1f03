package io.jadegate.server;

import java.lang.reflect.Proxy;

/// Runs code when the operating system signals this process. Each signal comes on a thread of its
/// own, so what runs may block; a signal that comes again meanwhile runs its code a second time
/// beside the first.
///
/// The JDK supports `sun.misc.Signal` (JEP 260) but no compiler option silences its warning, hence
/// the reflection.
final class Signals {

    private Signals() {}

    /// @param name without `SIG`, as `HUP`
    static void on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object runAction =
                    Proxy.newProxyInstance(
                            Signals.class.getClassLoader(),
                            new Class<?>[] {handler},
                            (_, method, _) -> {
                                if (method.getDeclaringClass() == handler) {
                                    action.run();
                                }
                                return null;
                            });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), runAction);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("no handler for SIG" + name + " can be set", e);
        }
    }

    /// Signals this process.
    static void raise(String name) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            signal.getMethod("raise", signal)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("SIG" + name + " cannot be raised", e);
        }
    }
}
