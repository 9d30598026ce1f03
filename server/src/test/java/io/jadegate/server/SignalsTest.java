package io.jadegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SignalsTest {

    @Test
    void runsTheActionEachTimeTheSignalComes() throws Exception {
        var came = new Semaphore(0);
        Signals.on("WINCH", came::release);

        raise("WINCH");
        assertThat(came.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        raise("WINCH");
        assertThat(came.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    }

    private static void raise(String name) throws Exception {
        long pid = ProcessHandle.current().pid();
        new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
    }
}
