package io.jadegate.proxy.upstream;

/// What the checks of a target say of it.
public enum Health {
    /// There are no checks.
    UNCHECKED,
    /// No check has been passed yet, and not enough have failed.
    UNKNOWN,
    HEALTHY,
    UNHEALTHY
}
