package io.jadegate.proxy.http2;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jadegate.api.http.Ascii;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/// The header blocks that endpoints send: makes the head of a response of one, or trailers (RFC
/// 9113 §8.3.2).
final class ResponseBlock extends HeaderBlock {
    private static final byte[] STATUS = ":status".getBytes(US_ASCII);

    private final Loop loop;
    private ResponseHead head = new ResponseHead();
    private int status;

    /// @param loop where heads are taken from
    ResponseBlock(Loop loop, HeadLimits limits) {
        super(limits, Failure.Kind.RESPONSE_MALFORMED, Failure.Kind.RESPONSE_HEAD_TOO_LARGE);
        this.loop = loop;
    }

    @Override
    void begin() {
        head = loop.takeResponseHead();
        begin(head.fields());
        status = 0;
    }

    /// The head that the fields went to.
    ResponseHead head() {
        return head;
    }

    @Override
    void pseudo(AsciiString name, AsciiString value) {
        if (!is(name, STATUS) || status != 0) {
            unknownOrRepeated(name);
            return;
        }
        status = status(value);
        if (status == 0) {
            malformed("a :status that is none (RFC 9113 8.3.2)");
        }
    }

    /// Three digits, from 100 to 599; or 0.
    private static int status(AsciiString value) {
        if (value.length() != 3) {
            return 0;
        }
        int number = 0;
        for (int i = 0; i < 3; i++) {
            byte digit = value.byteAt(i);
            if (!Ascii.isDigit(digit)) {
                return 0;
            }
            number = number * 10 + digit - '0';
        }
        return number >= 100 && number <= 599 ? number : 0;
    }

    /// Ends the head of a response.
    ///
    /// @return null, or why it is none that could be passed on
    @Nullable Failure endResponse() {
        head.majorVersion(2);
        if (failure() == null && status == 0) {
            malformed("no :status (RFC 9113 8.3.2)");
        }
        if (failure() == null && status == 101) {
            malformed("101, which HTTP/2 does not know (RFC 9113 8.6)");
        }
        if (failure() == null) {
            head.status(status);
        }
        return failure();
    }

    /// The length of the response's body as its head declares it.
    ///
    /// @param method of the request
    /// @param ended whether the head is the whole response
    /// @return octets, [HttpStream#UNKNOWN_LENGTH] or [HttpStream#NO_BODY]; a length that is none,
    ///   or that a whole response cannot have, makes the response malformed
    long bodyLength(Method method, boolean ended) {
        long length = declaredLength();
        if (method.equals(Method.HEAD) || status == 204 || status == 304) {
            return HttpStream.NO_BODY;
        }
        if (ended && length > 0) {
            malformed("a Content-Length and no content (RFC 9113 8.1.1)");
        }
        if (ended) {
            return 0;
        }
        return length < 0 ? HttpStream.UNKNOWN_LENGTH : length;
    }
}
