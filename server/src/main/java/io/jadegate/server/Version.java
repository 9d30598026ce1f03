package io.jadegate.server;

import io.jadegate.proxy.tls.TlsProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/// What this build is: its own version, and the Java machine under it.
final class Version implements IVersionProvider {

    /// The version of Jadegate, as `0.1.0`.
    static String number() {
        var properties = new Properties();
        try (var in = Version.class.getResourceAsStream("version.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException("version.properties cannot be read", e);
        }
        return properties.getProperty("version");
    }

    /// Whether this process started from a start-up cache. A Java machine that was given one and
    /// could not use it shares no classes at all.
    private static boolean isCacheUsed() {
        boolean given =
                ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                        .anyMatch(argument -> argument.startsWith("-XX:AOTCache="));
        return given && System.getProperty("java.vm.info", "").contains("sharing");
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            "jadegate " + number(),
            "java "
                    + Runtime.version()
                    + " ("
                    + System.getProperty("java.vendor")
                    + ", "
                    + System.getProperty("os.arch")
                    + ")",
            "tls: " + TlsProvider.available().description(),
            "start-up cache: "
                    + (isCacheUsed()
                            ? "used"
                            : "none for this Java; bin/jadegate --train makes one")
        };
    }
}
