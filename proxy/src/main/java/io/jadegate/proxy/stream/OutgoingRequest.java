package io.jadegate.proxy.stream;

import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.RequestHead;

/// A request head about to be sent: another head less some of its fields, plus others.
///
/// So the octets of a forwarded head are copied once, from where they were scanned to where they
/// are sent. Reused by its owner; a stream borrows it for one call.
public final class OutgoingRequest {
    private final HeaderFields extra = new HeaderFields(512, 16);
    private RequestHead head = new RequestHead();
    private HeaderFields.Selection selection = HeaderFields.Selection.ALL;
    private String authority = "";
    private long bodyLength = HttpStream.NO_BODY;
    private boolean upgrade;
    private boolean acceptsTrailers;

    /// Begins anew.
    ///
    /// @param selection the fields of `head` that go along; never host or framing
    /// @param authority what goes as Host or `:authority`; empty for the head's own
    /// @param bodyLength octets, or [HttpStream#UNKNOWN_LENGTH], or [HttpStream#NO_BODY]
    public void begin(
            RequestHead head, HeaderFields.Selection selection, String authority, long bodyLength) {
        this.head = head;
        this.selection = selection;
        this.authority = authority;
        this.bodyLength = bodyLength;
        this.upgrade = false;
        this.acceptsTrailers = false;
        extra.clear(1024);
    }

    /// Leaves out further fields of the head.
    public void leaveOut(HeaderFields.Selection but) {
        selection = selection.and(but);
    }

    public RequestHead head() {
        return head;
    }

    public HeaderFields.Selection selection() {
        return selection;
    }

    /// The fields that go along besides the head's own.
    public HeaderFields extra() {
        return extra;
    }

    public String authority() {
        return authority;
    }

    public long bodyLength() {
        return bodyLength;
    }

    /// Whether the request asks for a WebSocket (RFC 6455 §4.1).
    public boolean upgrade() {
        return upgrade;
    }

    public void upgrade(boolean upgrade) {
        this.upgrade = upgrade;
    }

    /// Whether the client takes trailer fields, which is to be passed on (RFC 9110 §10.1.4).
    public boolean acceptsTrailers() {
        return acceptsTrailers;
    }

    public void acceptsTrailers(boolean acceptsTrailers) {
        this.acceptsTrailers = acceptsTrailers;
    }
}
