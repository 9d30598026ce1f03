package io.jadegate.proxy.route;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

/// Comparisons of octets from the wire with texts of the configuration, which are kept in **octet
/// form**: a String with one character below U+0100 for each octet.
final class Octets {
    private Octets() {}

    /// The octet form of a text as it travels: in UTF-8.
    static String of(String text) {
        return new String(text.getBytes(UTF_8), ISO_8859_1);
    }

    static boolean equal(byte[] bytes, int start, int end, String octets) {
        return end - start == octets.length() && startsWith(bytes, start, end, octets);
    }

    static boolean startsWith(byte[] bytes, int start, int end, String octets) {
        if (end - start < octets.length()) {
            return false;
        }
        for (int i = 0; i < octets.length(); i++) {
            if ((bytes[start + i] & 0xff) != octets.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    static boolean endsWith(byte[] bytes, int start, int end, String octets) {
        return end - start >= octets.length()
                && startsWith(bytes, end - octets.length(), end, octets);
    }

    /// The order of [String#compareTo(String)].
    static int compare(byte[] bytes, int start, int end, String octets) {
        int common = Math.min(end - start, octets.length());
        for (int i = 0; i < common; i++) {
            int difference = (bytes[start + i] & 0xff) - octets.charAt(i);
            if (difference != 0) {
                return difference;
            }
        }
        return end - start - octets.length();
    }

    static String utf8(byte[] bytes, int start, int end) {
        return new String(bytes, start, end - start, UTF_8);
    }
}
