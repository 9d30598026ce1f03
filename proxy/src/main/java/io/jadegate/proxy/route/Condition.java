package io.jadegate.proxy.route;

import io.jadegate.api.config.ValueMatchConfig;
import io.jadegate.api.http.RequestHead;

/// What must be true of the values of one name: that a test holds for any of them or, `negated`,
/// for none.
record Condition(ValueSource source, ValueTest test, boolean negated) {

    static Condition of(ValueSource source, ValueMatchConfig config) throws PatternException {
        boolean negated = false;
        ValueMatchConfig matcher = config;
        while (matcher instanceof ValueMatchConfig.Not(ValueMatchConfig inner)) {
            negated = !negated;
            matcher = inner;
        }
        if (matcher instanceof ValueMatchConfig.Present(boolean present)) {
            negated ^= !present;
        }
        return new Condition(source, ValueTest.of(matcher), negated);
    }

    boolean holds(RequestHead head) {
        return source.any(head, test) != negated;
    }

    /// Whether this holds whenever `other` does. False when that cannot be told.
    boolean covers(Condition other) {
        if (!source.equals(other.source) || negated != other.negated) {
            return false;
        }
        return negated ? other.test.covers(test) : test.covers(other.test);
    }

    /// Whether this and `other` contradict each other. A name counts as single-valued here: that a
    /// request may carry both of two values makes no conflict of two routes that ask for one each.
    boolean excludes(Condition other) {
        if (!source.equals(other.source) || (negated && other.negated)) {
            return false;
        }
        if (negated) {
            return test.covers(other.test);
        }
        return other.negated ? other.test.covers(test) : !test.overlaps(other.test);
    }
}
