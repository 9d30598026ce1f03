package io.jadegate.proxy.route;

/// Preference among path patterns: exact, template, prefix, regular expression, any.
///
/// Templates compare segment by segment, a literal before a capture before the rest; prefixes by
/// length, the longer first and of equal ones the segment-wise first; regular expressions by the
/// length of their text. Further comparisons by text make the order total: where they decide
/// between anything but regular expressions, no path has both patterns.
final class PathOrder {
    private PathOrder() {}

    static int compare(PathPattern a, PathPattern b) {
        int byKind = Integer.compare(kind(a), kind(b));
        if (byKind != 0) {
            return byKind;
        }
        String first = text(a);
        String second = text(b);
        boolean longestFirst = !(a instanceof PathPattern.Exact || a instanceof PathTemplate);
        if (longestFirst && first.length() != second.length()) {
            return Integer.compare(second.length(), first.length());
        }
        int byText = first.compareTo(second);
        return byText != 0
                ? byText
                : Boolean.compare(
                        a instanceof PathPattern.TextPrefix, b instanceof PathPattern.TextPrefix);
    }

    private static int kind(PathPattern pattern) {
        return switch (pattern) {
            case PathPattern.Exact _ -> 0;
            case PathTemplate _ -> 1;
            case PathPattern.Prefix _, PathPattern.TextPrefix _ -> 2;
            case PathPattern.Regex _ -> 3;
            case PathPattern.Any _ -> 4;
        };
    }

    private static String text(PathPattern pattern) {
        return switch (pattern) {
            case PathPattern.Exact(String path) -> path;
            case PathPattern.Prefix(String path) -> path;
            case PathPattern.TextPrefix(String text) -> text;
            case PathPattern.Regex regex -> regex.pattern().pattern();
            case PathTemplate template -> template.order();
            case PathPattern.Any _ -> "";
        };
    }
}
