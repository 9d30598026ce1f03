package io.jadegate.server;

/// How a command prints its result.
enum OutputFormat {
    /// For people.
    TEXT,
    /// For programs.
    JSON
}
