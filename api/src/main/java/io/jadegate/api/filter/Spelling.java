package io.jadegate.api.filter;

import java.util.Collection;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/// Guesses what somebody meant to write.
final class Spelling {
    private Spelling() {}

    /// The candidate that is fewest edits away, if it is near enough to be meant.
    static @Nullable String nearest(String written, Collection<String> candidates) {
        int reach = Math.max(1, Math.min(3, written.length() / 3));
        return candidates.stream()
                .filter(candidate -> distance(written, candidate) <= reach)
                .min(
                        Comparator.comparingInt((String candidate) -> distance(written, candidate))
                                .thenComparing(Comparator.naturalOrder()))
                .orElse(null);
    }

    /// Levenshtein's distance; texts that are far apart in length are not compared.
    private static int distance(String a, String b) {
        if (Math.abs(a.length() - b.length()) > 3) {
            return Integer.MAX_VALUE;
        }
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
