package io.jadegate.proxy.observe;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;

/// Where the trace id stands in a request (W3C Trace Context §3.2).
final class TraceParent {
    static final int TRACE_ID_LENGTH = 32;

    private static final FieldName TRACEPARENT = FieldName.of("traceparent");
    private static final int TRACE_ID_AT = "00-".length();

    /// The whole value of version 00; later ones may be longer.
    private static final int MIN_LENGTH = 55;

    private TraceParent() {}

    /// Where the trace id begins in the fields' octets, or -1 when there is no usable one.
    static int traceIdStart(HeaderFields fields) {
        int i = fields.find(TRACEPARENT);
        if (i < 0 || fields.valueEnd(i) - fields.valueStart(i) < MIN_LENGTH) {
            return -1;
        }
        byte[] bytes = fields.bytes();
        int start = fields.valueStart(i) + TRACE_ID_AT;
        int end = start + TRACE_ID_LENGTH;
        boolean framed = bytes[start - 1] == '-' && bytes[end] == '-';
        return framed && isId(bytes, start, end) ? start : -1;
    }

    /// Lower-case hexadecimal, not all zeroes.
    private static boolean isId(byte[] bytes, int start, int end) {
        boolean zero = true;
        for (int i = start; i < end; i++) {
            byte b = bytes[i];
            if (!(b >= '0' && b <= '9') && !(b >= 'a' && b <= 'f')) {
                return false;
            }
            zero &= b == '0';
        }
        return !zero;
    }
}
