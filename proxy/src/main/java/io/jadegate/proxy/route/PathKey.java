package io.jadegate.proxy.route;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;

/// Where a path pattern hangs in a [PathTrie].
///
/// @param literals the texts in front of, between and behind the captures
/// @param leading whether paths may go on behind the last text
record PathKey(List<byte[]> literals, boolean leading) {

    /// @param path one that begins with literal text
    static PathKey of(PathPattern path) {
        return switch (path) {
            case PathPattern.Exact(String text) -> of(text, /* leading= */ false);
            case PathPattern.Prefix(String text) -> of(text, /* leading= */ true);
            case PathPattern.TextPrefix(String text) -> of(text, /* leading= */ true);
            case PathTemplate template -> of(template);
            case PathPattern.Regex _, PathPattern.Any _ ->
                    throw new IllegalArgumentException("no literal text: " + path);
        };
    }

    private static PathKey of(String text, boolean leading) {
        return new PathKey(List.of(text.getBytes(ISO_8859_1)), leading);
    }

    private static PathKey of(PathTemplate template) {
        List<byte[]> literals = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        boolean leading = false;
        for (PathTemplate.Segment segment : template.segments()) {
            switch (segment) {
                case PathTemplate.Literal(String text) -> literal.append('/').append(text);
                case PathTemplate.Capture _ -> {
                    literals.add(literal.append('/').toString().getBytes(ISO_8859_1));
                    literal.setLength(0);
                }
                case PathTemplate.Rest _ -> leading = true;
            }
        }
        literals.add(literal.toString().getBytes(ISO_8859_1));
        return new PathKey(literals, leading);
    }
}
