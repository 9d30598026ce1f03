package io.jadegate.api.config;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The forms a text may be required to have. Each is one linear-time pattern, used by the binder
/// and printed in the JSON Schema.
public enum TextForm {
    /// The name of a route, upstream, listener, chain and the like.
    NAME("[A-Za-z0-9][A-Za-z0-9._-]{0,99}", "letters, digits, '-', '_' and '.'"),
    /// The name of a user; holds no colon (RFC 7617 section 2).
    USER("[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}", "letters, digits, '-', '_', '.', '@' and '+'"),
    /// Any text but the empty one.
    ANY("[\\s\\S]+", "a text that is not empty"),
    /// A name in Via and Proxy-Status (RFC 9110 section 7.6.3), or nothing.
    PSEUDONYM("[!#$%&'*+.^_`|~0-9A-Za-z-]*", "a name without spaces, or an empty text"),
    /// A path as it stands in a request, without query or fragment.
    PATH("/[^?#\\s\\x00-\\x1F\\x7F]*", "a path that starts with '/', without '?' or '#'"),
    /// A path of literal segments and `{name}` captures, a last `{name...}` taking the rest.
    PATH_TEMPLATE(
            "(?=/)(/[^/{}?#\\s\\x00-\\x1F\\x7F]*|/\\{[A-Za-z_][A-Za-z0-9_]*\\})*(/\\{[A-Za-z_][A-Za-z0-9_]*\\.\\.\\.\\})?",
            "a path whose segments are text or {name}, the last one may be {name...}",
            500),
    /// A host or IP address with an optional port.
    AUTHORITY(
            "([A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?\\.?|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?",
            "a host with an optional port"),
    /// `*`, an exact host, or `*.` and a suffix; no port.
    HOST_PATTERN(
            "\\*|(\\*\\.)?[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?"
                    + "(\\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\\.?|\\[[0-9A-Fa-f:.]+\\]",
            "shop.example.com, *.example.com or *",
            255),
    /// The name of a header field (RFC 9110 section 5.1).
    FIELD_NAME("[!#$%&'*+.^_`|~0-9A-Za-z-]+", "a header name"),
    /// The value of a header field (RFC 9110 section 5.5); may hold `{{…}}`.
    FIELD_VALUE(
            "[^\\x00-\\x08\\x0A-\\x1F\\x7F]*", "text without line breaks or control characters"),
    /// A request method (RFC 9110 section 9.1); case matters.
    METHOD("[!#$%&'*+.^_`|~0-9A-Za-z-]+", "a method such as GET"),
    /// The full name of a gRPC service, or a package and `.*`.
    GRPC_SERVICE(
            "[A-Za-z_][A-Za-z0-9_-]*(\\.[A-Za-z_][A-Za-z0-9_-]*)*(\\.\\*)?",
            "a full name such as shop.v1.Orders, or a package and .*",
            255),
    /// The name of a method of a gRPC service.
    GRPC_METHOD("[A-Za-z_][A-Za-z0-9_-]*", "a method's name such as Checkout"),
    /// An origin of RFC 6454, one with `*.` for any labels in front of a host, `null` or `*`.
    ORIGIN(
            "\\*|null|[a-z][a-z0-9+.-]*://((\\*\\.)?[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?",
            "https://shop.example.com, https://*.example.com, null or *"),
    /// A status or an inclusive range of them.
    STATUS_RANGE(
            "[1-5][0-9][0-9](-[1-5][0-9][0-9])?",
            "a status such as 200, or a range such as 200-399");

    private final String pattern;
    private final String accepted;
    private final int maxLength;

    // Compiled on first use: a start pays only for the forms its file uses. A race compiles twice,
    // harmlessly.
    @SuppressWarnings("ImmutableEnumChecker")
    private volatile @Nullable Pattern compiled;

    TextForm(String pattern, String accepted) {
        this(pattern, accepted, Integer.MAX_VALUE);
    }

    /// @param maxLength bounds patterns that repeat groups: the JDK matches those by recursion
    TextForm(String pattern, String accepted, int maxLength) {
        this.pattern = pattern;
        this.accepted = accepted;
        this.maxLength = maxLength;
    }

    /// Whether the whole text has this form.
    public boolean accepts(String text) {
        if (text.length() > maxLength) {
            return false;
        }
        var current = compiled;
        if (current == null) {
            current = Pattern.compile(pattern);
            compiled = current;
        }
        return current.matcher(text).matches();
    }

    /// The regular expression of the whole text, without anchors.
    public String pattern() {
        return pattern;
    }

    /// The greatest length in characters; [Integer#MAX_VALUE] when any is accepted.
    public int maxLength() {
        return maxLength;
    }

    /// What is accepted, for people: completes "must be …".
    public String accepted() {
        return accepted;
    }
}
