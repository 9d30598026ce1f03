package io.jadegate.api.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.jspecify.annotations.Nullable;

/// A request method (RFC 9110 §9); method names are case-sensitive. Immutable.
///
/// @param name the token as it stands in the request
/// @param safe whether the method is read-only by definition (§9.2.1)
/// @param idempotent whether repeating the request has the effect of sending it once (§9.2.2), so
///   that it may be retried
public record Method(String name, boolean safe, boolean idempotent) {
    public static final Method GET = new Method("GET", true, true);
    public static final Method HEAD = new Method("HEAD", true, true);
    public static final Method POST = new Method("POST", false, false);
    public static final Method PUT = new Method("PUT", false, true);
    public static final Method DELETE = new Method("DELETE", false, true);
    public static final Method PATCH = new Method("PATCH", false, false);
    public static final Method OPTIONS = new Method("OPTIONS", true, true);
    public static final Method TRACE = new Method("TRACE", true, true);
    public static final Method CONNECT = new Method("CONNECT", false, false);

    private static final Method[] KNOWN = {
        GET, POST, PUT, DELETE, HEAD, OPTIONS, PATCH, TRACE, CONNECT
    };

    /// The method that `name` spells; one the standard does not define counts as neither safe nor
    /// idempotent.
    public static Method of(String name) {
        for (Method method : KNOWN) {
            if (method.name.equals(name)) {
                return method;
            }
        }
        return new Method(name, false, false);
    }

    /// The method spelt by `bytes[start, end)`, without making a String for the usual ones.
    public static Method of(byte[] bytes, int start, int end) {
        for (Method method : KNOWN) {
            if (method.matches(bytes, start, end)) {
                return method;
            }
        }
        return new Method(new String(bytes, start, end - start, ISO_8859_1), false, false);
    }

    private boolean matches(byte[] bytes, int start, int end) {
        if (end - start != name.length()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (bytes[start + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Method method && method.name.equals(name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
