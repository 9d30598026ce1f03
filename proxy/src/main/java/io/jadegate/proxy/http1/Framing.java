package io.jadegate.proxy.http1;

import io.jadegate.api.http.Ascii;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.RequestHead;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HttpStream;

/// Finds the length of a message body (RFC 9112 §6), stricter than the letter: a message that two
/// readers could cut differently is refused, not repaired.
final class Framing {
    /// The framing is faulty; the other answers are octets or constants of [HttpStream].
    static final long FAULTY = -3;

    /// The body of a response runs until the connection ends (§6.3, last rule).
    static final long UNTIL_CLOSE = -4;

    /// As many digits cannot overflow, and no body is that long.
    private static final int MAX_DIGITS = 18;

    private static final byte[] CHUNKED = {'c', 'h', 'u', 'n', 'k', 'e', 'd'};

    private Framing() {}

    /// What makes the framing of a head faulty, and where.
    static Failure fault(RequestHead head) {
        return new Failure(
                Failure.Kind.REQUEST_MALFORMED, fault(head.fields(), head.minorVersion()));
    }

    /// What makes the framing of a head faulty, and where.
    static Failure fault(ResponseHead head) {
        return new Failure(
                Failure.Kind.RESPONSE_MALFORMED, fault(head.fields(), head.minorVersion()));
    }

    private static String fault(HeaderFields fields, int minorVersion) {
        int te = fields.find(FieldName.TRANSFER_ENCODING);
        int length = fields.find(FieldName.CONTENT_LENGTH);
        int otherLength = length < 0 ? -1 : fields.find(FieldName.CONTENT_LENGTH, length + 1);
        if (te >= 0 && length >= 0) {
            return at(
                    "Content-Length beside Transfer-Encoding (RFC 9112 6.1)",
                    fields.nameStart(length));
        }
        if (te >= 0 && minorVersion == 0) {
            return at("Transfer-Encoding in HTTP/1.0 (RFC 9112 6.1)", fields.nameStart(te));
        }
        if (te >= 0) {
            int other = fields.find(FieldName.TRANSFER_ENCODING, te + 1);
            boolean first = other < 0 || !fields.valueIs(te, CHUNKED);
            return at(
                    "a Transfer-Encoding that is not chunked alone (RFC 9112 6.1)",
                    first ? fields.valueStart(te) : fields.nameStart(other));
        }
        if (otherLength >= 0) {
            return at("more than one Content-Length (RFC 9112 6.3)", fields.nameStart(otherLength));
        }
        int wrong = fields.valueStart(length);
        int end = Math.min(fields.valueEnd(length), wrong + MAX_DIGITS);
        while (wrong < end && Ascii.isDigit(fields.bytes()[wrong])) {
            wrong++;
        }
        return at("not a length (RFC 9110 8.6)", wrong);
    }

    private static String at(String what, int offset) {
        return what + " at octet " + offset;
    }

    /// The length of a request's body, [HttpStream#UNKNOWN_LENGTH] for a chunked one.
    static long ofRequest(RequestHead head) {
        HeaderFields fields = head.fields();
        int te = fields.find(FieldName.TRANSFER_ENCODING);
        int length = fields.find(FieldName.CONTENT_LENGTH);
        if (te >= 0) {
            // §6.1: with both fields, or in HTTP/1.0, somebody on the way is confused or hostile.
            boolean sound = length < 0 && head.minorVersion() == 1 && isChunkedAlone(fields, te);
            return sound ? HttpStream.UNKNOWN_LENGTH : FAULTY;
        }
        return length < 0 ? HttpStream.NO_BODY : contentLength(fields, length);
    }

    /// The length of a response's body, [HttpStream#UNKNOWN_LENGTH] for a chunked one.
    ///
    /// @param method the request's
    static long ofResponse(ResponseHead head, Method method) {
        HeaderFields fields = head.fields();
        int te = fields.find(FieldName.TRANSFER_ENCODING);
        int length = fields.find(FieldName.CONTENT_LENGTH);
        if (length >= 0 && contentLength(fields, length) == FAULTY) {
            return FAULTY;
        }
        int status = head.status();
        if (method.equals(Method.HEAD) || status == 204 || status == 304 || status < 200) {
            return HttpStream.NO_BODY;
        }
        if (te >= 0) {
            boolean sound = length < 0 && head.minorVersion() == 1 && isChunkedAlone(fields, te);
            return sound ? HttpStream.UNKNOWN_LENGTH : FAULTY;
        }
        return length < 0 ? UNTIL_CLOSE : contentLength(fields, length);
    }

    private static boolean isChunkedAlone(HeaderFields fields, int te) {
        return fields.valueIs(te, CHUNKED) && fields.find(FieldName.TRANSFER_ENCODING, te + 1) < 0;
    }

    /// The value of the only Content-Length field; digits and nothing else (RFC 9110 §8.6). Leading
    /// zeros are legal and useless, and are taken away so that nobody downstream reads them as
    /// octal.
    private static long contentLength(HeaderFields fields, int i) {
        if (fields.find(FieldName.CONTENT_LENGTH, i + 1) >= 0) {
            return FAULTY;
        }
        byte[] bytes = fields.bytes();
        int start = fields.valueStart(i);
        int end = fields.valueEnd(i);
        if (start == end || end - start > MAX_DIGITS) {
            return FAULTY;
        }
        long length = 0;
        for (int at = start; at < end; at++) {
            if (!Ascii.isDigit(bytes[at])) {
                return FAULTY;
            }
            length = length * 10 + bytes[at] - '0';
        }
        if (bytes[start] == '0' && end - start > 1) {
            fields.set(FieldName.CONTENT_LENGTH, Long.toString(length));
        }
        return length;
    }
}
