package io.jadegate.api.config;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The size that a regular expression of the RE2 syntax would have when it is compiled.
///
/// Counted repetition is compiled by copying, so a few nested ones, `((a{100}){100}){100}`, would
/// take all memory there is, and `((){500}){10}` the whole stack of whoever matches: an expression
/// of a configuration is weighed before it is compiled, wherever it stands.
public final class RegexSize {
    /// About the number of instructions. Matching takes each of them once per octet, and descends
    /// one frame of the stack for each that takes no octet: at 4,500 the stack of an event loop
    /// ends.
    private static final long MOST = 2_000;

    /// Any other brace stands for itself.
    private static final Pattern REPETITION = Pattern.compile("\\{([0-9]{1,9})(?:,([0-9]{0,9}))?}");

    private final String text;
    private int at;

    /// The sizes of the groups around, up to where the inner ones began.
    private final Deque<Long> around = new ArrayDeque<>();

    /// The size of the innermost open group so far, and of its last atom.
    private long size;

    private long atom;

    private RegexSize(String text) {
        this.text = text;
    }

    /// Whether `text` is too large to be compiled. Whether it is an expression at all the compiler
    /// says.
    public static boolean tooLarge(String text) {
        return new RegexSize(text).weigh() > MOST;
    }

    /// An upper estimate for a well-formed expression, and some number for any other.
    private long weigh() {
        while (at < text.length()) {
            char c = text.charAt(at++);
            switch (c) {
                case '(' -> {
                    around.push(size);
                    size = 0;
                    atom = 0;
                }
                case ')' -> closeGroup();
                case '{' -> repeat();
                case '[' -> {
                    skipClass();
                    addAtom();
                }
                case '\\' -> escaped();
                default -> addAtom();
            }
        }
        while (!around.isEmpty()) {
            closeGroup();
        }
        return size;
    }

    private void addAtom() {
        atom = 1;
        size = bounded(size + 1);
    }

    private void closeGroup() {
        atom = size + 2;
        size = bounded(atom + (around.isEmpty() ? 0 : around.pop()));
    }

    private void repeat() {
        Matcher repetition = REPETITION.matcher(text).region(at - 1, text.length());
        if (!repetition.lookingAt()) {
            addAtom();
            return;
        }
        long times = Math.max(1, Long.parseLong(repetition.group(1)));
        String most = repetition.group(2);
        if (most != null && !most.isEmpty()) {
            times = Math.max(times, Long.parseLong(most));
        }
        size = bounded(size + atom * (times - 1));
        atom = bounded(atom * times);
        at = repetition.end();
    }

    private void skipClass() {
        // A bracket that stands first, or first behind ^, belongs to the class.
        int first = text.startsWith("^", at) ? at + 1 : at;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '\\') {
                at++;
            } else if (text.startsWith("[:", at - 1)) {
                // A class of a name, as in [[:alpha:]], if its end comes.
                at = Math.max(at, text.indexOf(":]", at + 1) + 2);
            } else if (c == ']' && at - 1 > first) {
                return;
            }
        }
    }

    /// Passes what was escaped, as in `\.`, `\x{10FFFF}` and `\p{Greek}`, or quoted, as in `\Q(\E`.
    private void escaped() {
        if (text.startsWith("Q", at)) {
            int end = text.indexOf("\\E", at);
            int quoted = (end < 0 ? text.length() : end) - at - 1;
            at = end < 0 ? text.length() : end + 2;
            if (quoted > 0) {
                atom = 1;
                size = bounded(size + quoted);
            }
            return;
        }
        boolean braced = at + 1 < text.length() && "xpP".indexOf(text.charAt(at)) >= 0;
        at++;
        if (braced && text.charAt(at) == '{') {
            at = Math.max(at, text.indexOf('}', at)) + 1;
        }
        addAtom();
    }

    /// Keeps products of sizes from overflowing.
    private static long bounded(long size) {
        return Math.min(size, Integer.MAX_VALUE);
    }
}
