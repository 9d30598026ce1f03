package io.jadegate.server;

import static java.lang.invoke.MethodHandles.dropArguments;
import static java.lang.invoke.MethodHandles.lookup;

import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodType;

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
            var run =
                    lookup().findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                            .bindTo(action);
            Object runAction =
                    MethodHandleProxies.asInterfaceInstance(handler, dropArguments(run, 0, signal));
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), runAction);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("no handler for SIG" + name + " can be set", e);
        }
    }
}
