package io.jadegate.server;

/// How a command ends. The launcher adds 69: no Java 25.
final class ExitCode {

    static final int OK = 0;

    /// Refused or failed for any reason that has no code of its own.
    static final int FAILED = 1;

    /// The command line itself is wrong.
    static final int USAGE = 2;

    /// The configuration has problems (`EX_CONFIG` of sysexits.h).
    static final int CONFIGURATION = 78;

    private ExitCode() {}
}
