package io.jadegate.filters.cors;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// A set of origins: exact ones, and patterns such as `https://*.example.com`, which hold every
/// subdomain of any depth but not `example.com` itself. Compared octet by octet, as browsers write
/// them: in lower case, without a default port.
final class Origins {
    private static final String ANY_SUBDOMAIN = "://*.";

    private final boolean any;
    private final List<byte[]> exact;
    private final List<Pattern> patterns;

    private Origins(boolean any, List<byte[]> exact, List<Pattern> patterns) {
        this.any = any;
        this.exact = List.copyOf(exact);
        this.patterns = List.copyOf(patterns);
    }

    static Origins of(List<String> texts) {
        List<byte[]> exact = new ArrayList<>();
        List<Pattern> patterns = new ArrayList<>();
        for (String text : texts) {
            String origin = serialized(text);
            int wildcard = origin.indexOf(ANY_SUBDOMAIN);
            if (wildcard < 0) {
                exact.add(origin.getBytes(ISO_8859_1));
                continue;
            }
            int star = wildcard + ANY_SUBDOMAIN.length() - 2;
            patterns.add(
                    new Pattern(
                            origin.substring(0, star).getBytes(ISO_8859_1),
                            origin.substring(star + 1).getBytes(ISO_8859_1)));
        }
        return new Origins(texts.contains("*"), exact, patterns);
    }

    private static String serialized(String text) {
        String origin = text.toLowerCase(Locale.ROOT);
        String port =
                origin.startsWith("https://") ? ":443" : origin.startsWith("http://") ? ":80" : "";
        return !port.isEmpty() && origin.endsWith(port)
                ? origin.substring(0, origin.length() - port.length())
                : origin;
    }

    /// Whether every origin is in the set.
    boolean any() {
        return any;
    }

    boolean contain(byte[] bytes, int start, int end) {
        if (any) {
            return true;
        }
        for (byte[] origin : exact) {
            if (Arrays.equals(bytes, start, end, origin, 0, origin.length)) {
                return true;
            }
        }
        for (Pattern pattern : patterns) {
            if (pattern.matches(bytes, start, end)) {
                return true;
            }
        }
        return false;
    }

    /// `https://` and `.example.com` around at least one label.
    private record Pattern(byte[] prefix, byte[] suffix) {
        boolean matches(byte[] bytes, int start, int end) {
            int from = start + prefix.length;
            int to = end - suffix.length;
            return from < to
                    && Arrays.equals(bytes, start, from, prefix, 0, prefix.length)
                    && Arrays.equals(bytes, to, end, suffix, 0, suffix.length)
                    && isHost(bytes, from, to);
        }

        /// Keeps the wildcard within the host: nothing in it ends a host or begins a port.
        private static boolean isHost(byte[] bytes, int from, int to) {
            for (int i = from; i < to; i++) {
                byte b = bytes[i];
                boolean inHost =
                        (b >= 'a' && b <= 'z')
                                || (b >= '0' && b <= '9')
                                || b == '-'
                                || b == '_'
                                || (b == '.' && i > from && bytes[i - 1] != '.' && i + 1 < to);
                if (!inHost) {
                    return false;
                }
            }
            return true;
        }
    }
}
