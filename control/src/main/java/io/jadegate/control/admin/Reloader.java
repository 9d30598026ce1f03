package io.jadegate.control.admin;

import io.jadegate.api.plane.ApplyResult;

/// Reads the configuration again and has it applied.
@FunctionalInterface
public interface Reloader {
    /// Returns when the new configuration serves or has been refused; the problems of both have
    /// their positions. May block; called from virtual threads, several at once.
    ApplyResult reload();
}
