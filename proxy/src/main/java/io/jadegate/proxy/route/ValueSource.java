package io.jadegate.proxy.route;

import io.jadegate.api.http.Ascii;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.RequestHead;

/// Where the values of a name stand in a request head. A name may stand there several times.
sealed interface ValueSource {

    /// Whether `test` holds for any value of the name.
    boolean any(RequestHead head, ValueTest test);

    /// The field lines of a name; a comma in a value separates nothing.
    record Header(FieldName name) implements ValueSource {
        @Override
        public boolean any(RequestHead head, ValueTest test) {
            HeaderFields fields = head.fields();
            for (int i = fields.find(name); i >= 0; i = fields.find(name, i + 1)) {
                if (test.holds(fields.bytes(), fields.valueStart(i), fields.valueEnd(i))) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public String toString() {
            return "header:" + name;
        }
    }

    /// The query parameters of a name, `name=value` separated by `&`; without `=` the value is
    /// empty. Names and values are compared with their percent escapes decoded (RFC 3986); a `+` is
    /// a plus sign, for a query need not be a form. An escape that is none stands for itself.
    ///
    /// @param name in octet form
    record Query(String name) implements ValueSource {
        @Override
        public boolean any(RequestHead head, ValueTest test) {
            if (head.queryStart() < 0) {
                return false;
            }
            byte[] bytes = head.fields().bytes();
            int end = head.queryEnd();
            for (int at = head.queryStart(); at < end; ) {
                int to = indexOf(bytes, at, end, '&');
                int equals = indexOf(bytes, at, to, '=');
                if (isName(bytes, at, equals)
                        && holdsDecoded(bytes, Math.min(equals + 1, to), to, test)) {
                    return true;
                }
                at = to + 1;
            }
            return false;
        }

        private boolean isName(byte[] bytes, int start, int end) {
            int matched = 0;
            for (int at = start; at < end; at++) {
                if (matched == name.length()) {
                    return false;
                }
                int octet = bytes[at] & 0xff;
                if (isEscape(bytes, at, end)) {
                    octet = unescape(bytes, at);
                    at += 2;
                }
                if (octet != name.charAt(matched++)) {
                    return false;
                }
            }
            return matched == name.length();
        }

        private static boolean holdsDecoded(byte[] bytes, int start, int end, ValueTest test) {
            if (indexOf(bytes, start, end, '%') == end) {
                return test.holds(bytes, start, end);
            }
            byte[] decoded = new byte[end - start];
            int length = 0;
            for (int at = start; at < end; at++) {
                if (isEscape(bytes, at, end)) {
                    decoded[length++] = (byte) unescape(bytes, at);
                    at += 2;
                } else {
                    decoded[length++] = bytes[at];
                }
            }
            return test.holds(decoded, 0, length);
        }

        private static boolean isEscape(byte[] bytes, int at, int end) {
            return bytes[at] == '%'
                    && at + 2 < end
                    && Ascii.hex(bytes[at + 1]) >= 0
                    && Ascii.hex(bytes[at + 2]) >= 0;
        }

        private static int unescape(byte[] bytes, int at) {
            return Ascii.hex(bytes[at + 1]) << 4 | Ascii.hex(bytes[at + 2]);
        }

        @Override
        public String toString() {
            return "query:" + name;
        }
    }

    /// The cookies of a name (RFC 6265 §5.4); case matters, and quotes are part of the value.
    record Cookie(String name) implements ValueSource {
        @Override
        public boolean any(RequestHead head, ValueTest test) {
            HeaderFields fields = head.fields();
            for (int i = fields.find(FieldName.COOKIE);
                    i >= 0;
                    i = fields.find(FieldName.COOKIE, i + 1)) {
                if (any(fields.bytes(), fields.valueStart(i), fields.valueEnd(i), test)) {
                    return true;
                }
            }
            return false;
        }

        private boolean any(byte[] bytes, int start, int end, ValueTest test) {
            for (int at = start; at < end; ) {
                int to = indexOf(bytes, at, end, ';');
                int from = skipSpace(bytes, at, to);
                int equals = indexOf(bytes, from, to, '=');
                if (equals < to
                        && Octets.equal(bytes, from, equals, name)
                        && test.holds(bytes, equals + 1, trimSpace(bytes, equals + 1, to))) {
                    return true;
                }
                at = to + 1;
            }
            return false;
        }

        private static int skipSpace(byte[] bytes, int start, int end) {
            int at = start;
            while (at < end && isSpace(bytes[at])) {
                at++;
            }
            return at;
        }

        private static int trimSpace(byte[] bytes, int start, int end) {
            int at = end;
            while (at > start && isSpace(bytes[at - 1])) {
                at--;
            }
            return at;
        }

        private static boolean isSpace(byte b) {
            return b == ' ' || b == '\t';
        }

        @Override
        public String toString() {
            return "cookie:" + name;
        }
    }

    /// The first `octet` in the range, or its end.
    private static int indexOf(byte[] bytes, int start, int end, char octet) {
        int at = start;
        while (at < end && bytes[at] != octet) {
            at++;
        }
        return at;
    }
}
