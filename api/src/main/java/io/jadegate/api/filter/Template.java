package io.jadegate.api.filter;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A text with values in it: `https://shop.example.com{{path}}`. Parsed once, rendered often;
/// immutable and safe on all threads.
///
/// `{{name}}` stands for a value of what is being described, white space inside the braces is
/// ignored, and `{{{{` stands for `{{` itself. A value that is absent is empty.
///
/// The result is **octets**: the literal text in UTF-8 and values just as they stand in the message
/// head, percent escapes included. Nothing is decoded, so no value can bring a line break, a space
/// or a slash that was not there; who puts the result into a path still makes it canonical.
///
/// @param <S> what is being described: an [HttpExchange], or for an access log a line's whole story
public final class Template<S> {
    private static final String OPEN = "{{";
    private static final String CLOSE = "}}";

    private final List<Part<S>> parts;
    private final byte @Nullable [] literal;

    private Template(List<Part<S>> parts) {
        this.parts = List.copyOf(parts);
        this.literal = literal(parts);
    }

    /// A template over the values of a request as it stands when the template is rendered.
    ///
    /// @throws TemplateException when the text is no template
    public static Template<HttpExchange> parse(String text) throws TemplateException {
        return parse(text, RequestValues.current());
    }

    /// A template over the values of any vocabulary.
    ///
    /// @throws TemplateException when the text is no template
    public static <S> Template<S> parse(String text, Vocabulary<S> vocabulary)
            throws TemplateException {
        return new Template<>(new Parser<>(text, vocabulary).parts());
    }

    /// Whether the result is the same for everything.
    public boolean isLiteral() {
        return literal != null;
    }

    /// The result, not to be modified: a template without values gives the same array every time.
    public byte[] render(S subject) {
        if (literal != null) {
            return literal;
        }
        var buffer = new Buffer();
        renderTo(subject, buffer);
        return buffer.octets();
    }

    /// The result with one character for each octet (ISO 8859-1), as heads are read and written.
    public String renderText(S subject) {
        return new String(render(subject), ISO_8859_1);
    }

    /// Hands the result out in pieces, literal text as [Sink#literal], values as [Sink#value].
    public void renderTo(S subject, Sink sink) {
        for (Part<S> part : parts) {
            part.renderTo(subject, sink);
        }
    }

    private static <S> byte @Nullable [] literal(List<Part<S>> parts) {
        if (parts.isEmpty()) {
            return new byte[0];
        }
        return parts.size() == 1 && parts.getFirst() instanceof Literal<S>(byte[] octets)
                ? octets
                : null;
    }

    /// Takes what a template renders.
    public interface Sink {
        /// Text of the template itself, in UTF-8. Not to be modified.
        default void literal(byte[] octets) {
            value(octets, 0, octets.length);
        }

        /// Octets of a value.
        void value(byte[] bytes, int from, int to);

        /// A value as text, a character for each octet (ISO 8859-1).
        void value(String text);
    }

    /// One value of a subject.
    @FunctionalInterface
    public interface Value<S> {
        /// Hands the value out in pieces, or nothing when it is absent.
        void renderTo(S subject, Sink sink);
    }

    private sealed interface Part<S> {
        void renderTo(S subject, Sink sink);
    }

    private record Literal<S>(byte[] octets) implements Part<S> {
        @Override
        public void renderTo(S subject, Sink sink) {
            sink.literal(octets);
        }
    }

    private record Variable<S>(Value<S> value) implements Part<S> {
        @Override
        public void renderTo(S subject, Sink sink) {
            value.renderTo(subject, sink);
        }
    }

    private static final class Parser<S> {
        private final String text;
        private final Vocabulary<S> vocabulary;
        private final List<Part<S>> parts = new ArrayList<>();
        private final StringBuilder literal = new StringBuilder();

        Parser(String text, Vocabulary<S> vocabulary) {
            this.text = text;
            this.vocabulary = vocabulary;
        }

        List<Part<S>> parts() throws TemplateException {
            int at = 0;
            for (int open = text.indexOf(OPEN); open >= 0; open = text.indexOf(OPEN, at)) {
                literal.append(text, at, open);
                at = opened(open);
            }
            literal.append(text, at, text.length());
            endLiteral();
            return parts;
        }

        /// Reads what begins with `{{` at `open` and returns where it ends.
        private int opened(int open) throws TemplateException {
            if (text.startsWith(OPEN + OPEN, open)) {
                literal.append(OPEN);
                return open + 4;
            }
            if (text.startsWith("{", open + 2)) {
                // As in {"path":{{{path}}}}: the outer brace is text.
                literal.append('{');
                return open + 1;
            }
            int close = text.indexOf(CLOSE, open);
            if (close < 0) {
                throw new TemplateException("\"{{\" without \"}}\"", open, null);
            }
            endLiteral();
            String name = text.substring(open + 2, close).strip();
            parts.add(new Variable<>(vocabulary.value(name, open)));
            return close + 2;
        }

        private void endLiteral() {
            if (!literal.isEmpty()) {
                parts.add(new Literal<>(literal.toString().getBytes(UTF_8)));
                literal.setLength(0);
            }
        }
    }

    /// Octets in a row, growing.
    private static final class Buffer implements Sink {
        private byte[] octets = new byte[128];
        private int size;

        @Override
        public void value(byte[] bytes, int from, int to) {
            reserve(to - from);
            System.arraycopy(bytes, from, octets, size, to - from);
            size += to - from;
        }

        /// Text need not come from a head, so here nothing passes that could end a line.
        @Override
        public void value(String text) {
            reserve(text.length());
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                octets[size++] = (byte) (c < ' ' || c == 0x7f || c > 0xff ? '?' : c);
            }
        }

        private void reserve(int more) {
            if (octets.length - size < more) {
                octets = Arrays.copyOf(octets, Math.max(size + more, octets.length * 2));
            }
        }

        byte[] octets() {
            return Arrays.copyOf(octets, size);
        }
    }
}
