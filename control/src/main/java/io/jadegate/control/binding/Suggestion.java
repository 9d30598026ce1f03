package io.jadegate.control.binding;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// Finds what was probably meant.
public final class Suggestion {

    private Suggestion() {}

    /// The candidate nearest to a text, if it is near: at most one edit in three characters, where
    /// an edit inserts, deletes or replaces a character or swaps two neighbours.
    public static @Nullable String nearest(String text, Collection<String> candidates) {
        var allowed = Math.max(1, text.length() / 3);
        String best = null;
        for (var candidate : candidates) {
            if (Math.abs(candidate.length() - text.length()) > allowed) {
                continue;
            }
            var distance = distance(text, candidate);
            if (distance <= allowed && distance < Math.max(text.length(), candidate.length())) {
                best = candidate;
                allowed = distance - 1;
            }
            if (allowed < 0) {
                break;
            }
        }
        return best;
    }

    /// Optimal string alignment, three rows of the usual table.
    private static int distance(String a, String b) {
        var before = new int[b.length() + 1];
        var last = new int[b.length() + 1];
        var current = new int[b.length() + 1];
        for (var j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (var i = 1; i <= a.length(); i++) {
            current[0] = i;
            for (var j = 1; j <= b.length(); j++) {
                var replaced = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, 1 + Math.min(last[j], current[j - 1]));
                if (i > 1
                        && j > 1
                        && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1)) {
                    current[j] = Math.min(current[j], before[j - 2] + 1);
                }
            }
            var free = before;
            before = last;
            last = current;
            current = free;
        }
        return last[b.length()];
    }
}
