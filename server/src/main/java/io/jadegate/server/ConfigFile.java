package io.jadegate.server;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/// The option that names a configuration.
final class ConfigFile {

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            required = true,
            description = "the configuration file")
    Path path;
}
