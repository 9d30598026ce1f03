package io.jadegate.api.http;

/// The character classes of HTTP (RFC 9110 §5.6.2, RFC 3986 §2) and case folding, over single
/// octets.
///
/// Arguments are bytes as they come from the wire; all methods are pure.
public final class Ascii {
    /// For an octet that may stand in a token: its lower-case form. For any other octet: 0.
    private static final byte[] TOKEN = new byte[256];

    static {
        for (char c = '0'; c <= '9'; c++) {
            TOKEN[c] = (byte) c;
        }
        for (char c = 'a'; c <= 'z'; c++) {
            TOKEN[c] = (byte) c;
            TOKEN[c - 32] = (byte) c;
        }
        for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
            TOKEN[c] = (byte) c;
        }
    }

    private Ascii() {}

    /// The lower-case form of a token octet (RFC 9110 `tchar`), or 0 when `b` may not stand in a
    /// token.
    public static int tokenLower(byte b) {
        return TOKEN[b & 0xff];
    }

    public static boolean isTokenChar(byte b) {
        return TOKEN[b & 0xff] != 0;
    }

    public static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    public static byte lower(byte b) {
        return b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
    }

    /// The value of a hexadecimal digit, or -1.
    public static int hex(byte b) {
        if (b >= '0' && b <= '9') {
            return b - '0';
        }
        int letter = b | 0x20;
        return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
    }

    /// Whether `text` is a non-empty token, so a legal field name or method.
    public static boolean isToken(CharSequence text) {
        if (text.isEmpty()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 127 || TOKEN[c] == 0) {
                return false;
            }
        }
        return true;
    }

    /// Whether `text` is a legal field value: no control characters but tab, nothing above U+00FF
    /// (RFC 9110 §5.5).
    public static boolean isFieldValue(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff) {
                return false;
            }
        }
        return true;
    }

    /// Whether the range equals `lower`, which must be in lower case, ignoring the range's case.
    public static boolean equalsIgnoreCase(byte[] bytes, int start, int end, byte[] lower) {
        if (end - start != lower.length) {
            return false;
        }
        for (int i = 0; i < lower.length; i++) {
            if (lower(bytes[start + i]) != lower[i]) {
                return false;
            }
        }
        return true;
    }
}
