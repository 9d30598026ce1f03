package io.jadegate.proxy.exchange;

import io.jadegate.proxy.observe.LoopLog;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.OutgoingRequest;
import io.jadegate.proxy.stream.OutgoingResponse;
import java.util.HashSet;
import java.util.Set;

/// What the exchanges of one loop share. Only for the loop's own thread.
public final class LoopState {
    private final Loop loop;
    private final LoopLog log;
    private final OutgoingRequest request = new OutgoingRequest();
    private final OutgoingResponse response = new OutgoingResponse();
    private final Set<Exchange> tunnels = new HashSet<>();

    public LoopState(Loop loop, LoopLog log) {
        this.loop = loop;
        this.log = log;
    }

    Loop loop() {
        return loop;
    }

    LoopLog log() {
        return log;
    }

    /// The head that is being sent to an upstream; filled and used up within one call.
    OutgoingRequest request() {
        return request;
    }

    /// The head that is being sent to a client; filled and used up within one call.
    OutgoingResponse response() {
        return response;
    }

    Set<Exchange> tunnels() {
        return tunnels;
    }
}
