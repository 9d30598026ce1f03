package io.jadegate.proxy.http1;

import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HeadLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/// Reads a request head that did not come by a connection, by the very rules of one that did.
public final class HeadReader {
    private HeadReader() {}

    /// What became of it.
    public sealed interface Result {
        /// @param bodyLength octets, or a constant of [HttpStream]
        record Read(long bodyLength) implements Result {}

        record Refused(Failure failure) implements Result {}
    }

    /// Reads `octets` into `head`.
    public static Result read(byte[] octets, RequestHead head, HeadLimits limits) {
        HeadScanner scanner = HeadScanner.ofRequests(limits);
        ByteBuf in = Unpooled.wrappedBuffer(octets);
        scanner.begin();
        int result = scanner.scan(in, head);
        if (result == HeadScanner.FAILED) {
            return new Result.Refused(scanner.failure());
        }
        if (result == HeadScanner.INCOMPLETE) {
            return new Result.Refused(
                    new Failure(Failure.Kind.REQUEST_MALFORMED, "the head has no end"));
        }
        long length = Framing.ofRequest(head);
        return length == Framing.FAULTY
                ? new Result.Refused(Framing.fault(head))
                : new Result.Read(length);
    }
}
