package io.jadegate.filters.path;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.jadegate.api.config.RegexSize;
import io.jadegate.api.filter.FilterProvider.SettingsException;
import io.jadegate.api.filter.HttpExchange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Replaces each match of a linear-time expression in the path.
///
/// The replacement is taken apart once, so that a group that does not exist is found when the
/// configuration is applied and not by a request.
record RegexRewrite(Pattern pattern, List<Piece> replacement) implements Rewrite {

    /// @throws SettingsException when one of the two is malformed
    static RegexRewrite of(String regex, String replacement) throws SettingsException {
        if (regex.isEmpty()) {
            throw new SettingsException("regex", "must not be empty");
        }
        if (RegexSize.tooLarge(regex)) {
            throw new SettingsException("regex", "\"" + regex + "\" is too large");
        }
        try {
            Pattern pattern = Pattern.compile(regex);
            return new RegexRewrite(pattern, pieces(pattern, replacement));
        } catch (PatternSyntaxException e) {
            throw new SettingsException(
                    "regex", "\"" + regex + "\" is no RE2 expression: " + e.getDescription());
        }
    }

    @Override
    public byte @Nullable [] path(HttpExchange exchange) {
        String path = exchange.request().path();
        Matcher matcher = pattern.matcher(path);
        if (!matcher.find()) {
            return null;
        }
        var result = new StringBuilder(path.length() + 32);
        int copied = 0;
        do {
            result.append(path, copied, matcher.start());
            for (Piece piece : replacement) {
                piece.appendTo(result, matcher);
            }
            copied = matcher.end();
        } while (matcher.find());
        result.append(path, copied, path.length());
        return Rewrite.octets(result.toString());
    }

    private static List<Piece> pieces(Pattern pattern, String text) throws SettingsException {
        List<Piece> pieces = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int dollar = text.indexOf('$', at);
            if (dollar < 0) {
                dollar = text.length();
            }
            if (dollar > at) {
                // UTF-8, an octet a character, like the path it goes into.
                byte[] octets = text.substring(at, dollar).getBytes(UTF_8);
                pieces.add(new Literal(new String(octets, ISO_8859_1)));
            }
            at = dollar == text.length() ? dollar : group(pattern, text, dollar, pieces);
        }
        return List.copyOf(pieces);
    }

    /// Reads what begins with a dollar sign and returns where it ends.
    private static int group(Pattern pattern, String text, int dollar, List<Piece> pieces)
            throws SettingsException {
        if (text.startsWith("$$", dollar)) {
            pieces.add(new Literal("$"));
            return dollar + 2;
        }
        boolean braced = text.startsWith("{", dollar + 1);
        int from = dollar + (braced ? 2 : 1);
        int to = braced ? text.indexOf('}', from) : endOfDigits(text, from);
        if (to <= from) {
            throw new SettingsException(
                    "replacement",
                    "\"$\" without a group at character "
                            + (dollar + 1)
                            + "; a dollar sign is written \"$$\"");
        }
        pieces.add(new Group(number(pattern, text.substring(from, to))));
        return braced ? to + 1 : to;
    }

    private static int endOfDigits(String text, int from) {
        int at = from;
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static int number(Pattern pattern, String name) throws SettingsException {
        Integer number = pattern.namedGroups().get(name);
        if (number == null && name.length() <= 3 && endOfDigits(name, 0) == name.length()) {
            number = Integer.valueOf(name);
        }
        if (number == null || number > pattern.groupCount()) {
            throw new SettingsException(
                    "replacement",
                    "the expression has no group \"" + name + "\", only " + pattern.groupCount());
        }
        return number;
    }

    sealed interface Piece {
        void appendTo(StringBuilder result, Matcher matcher);
    }

    record Literal(String text) implements Piece {
        @Override
        public void appendTo(StringBuilder result, Matcher matcher) {
            result.append(text);
        }
    }

    record Group(int number) implements Piece {
        @Override
        public void appendTo(StringBuilder result, Matcher matcher) {
            String text = matcher.group(number);
            if (text != null) {
                result.append(text);
            }
        }
    }
}
