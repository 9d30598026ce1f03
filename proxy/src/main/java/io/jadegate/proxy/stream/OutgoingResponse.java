package io.jadegate.proxy.stream;

import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.ResponseHead;

/// A response head about to be sent: another head less some of its fields, plus others.
///
/// Reused by its owner; a stream borrows it for one call.
public final class OutgoingResponse {
    private final HeaderFields extra = new HeaderFields(512, 16);
    private ResponseHead head = new ResponseHead();
    private HeaderFields.Selection selection = HeaderFields.Selection.ALL;
    private long bodyLength = HttpStream.NO_BODY;
    private boolean opensTunnel;

    /// Begins anew.
    ///
    /// @param selection the fields of `head` that go along; never framing
    /// @param bodyLength octets, or [HttpStream#UNKNOWN_LENGTH], or [HttpStream#NO_BODY]
    public void begin(ResponseHead head, HeaderFields.Selection selection, long bodyLength) {
        this.head = head;
        this.selection = selection;
        this.bodyLength = bodyLength;
        this.opensTunnel = head.status() == 101;
        extra.clear(1024);
    }

    public ResponseHead head() {
        return head;
    }

    public HeaderFields.Selection selection() {
        return selection;
    }

    /// The fields that go along besides the head's own.
    public HeaderFields extra() {
        return extra;
    }

    public long bodyLength() {
        return bodyLength;
    }

    /// Whether the rest of the stream is a tunnel: behind `101`, or a success that CONNECT has (RFC
    /// 9110 §9.3.6).
    public boolean opensTunnel() {
        return opensTunnel;
    }

    /// Makes the rest of the stream a tunnel.
    public void openTunnel() {
        opensTunnel = true;
    }
}
