package io.jadegate.proxy.upstream;

/// What the checks of a target have found.
///
/// @param problem what was wrong with the check before, for people; empty when nothing was
public record Condition(Health health, String problem) {
    static final Condition UNCHECKED = new Condition(Health.UNCHECKED, "");
    static final Condition UNKNOWN = new Condition(Health.UNKNOWN, "");
}
