package io.jadegate.proxy.websocket;

import io.jadegate.api.config.Rate;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.Loop;
import org.jspecify.annotations.Nullable;

/// Holds one side to what the route allows, frame by frame: each is judged by its head, before any
/// of it goes on.
final class MessageRules {
    private final Loop loop;
    private final WebSocketPolicy policy;
    private final @Nullable Rate rate;
    private long message;
    private long sent;
    private long nextNanos;

    MessageRules(Loop loop, WebSocketPolicy policy, boolean ofClient) {
        this.loop = loop;
        this.policy = policy;
        this.rate = ofClient ? policy.messages() : null;
        this.nextNanos = loop.now();
    }

    /// @return null when the frame may pass
    @Nullable Breach judge(FrameReader frame) {
        int opcode = frame.opcode();
        if (opcode == Opcode.CLOSE) {
            return null;
        }
        if (opcode != Opcode.CONTINUATION && tooOften()) {
            return Breach.of(
                    CloseCode.POLICY_VIOLATION,
                    Failure.Kind.WEBSOCKET_RATE,
                    "more messages than " + rate);
        }
        if (Opcode.isControl(opcode)) {
            return null;
        }
        message = plus(opcode == Opcode.CONTINUATION ? message : 0, frame.length());
        if (message > policy.maxMessage()) {
            return Breach.of(
                    CloseCode.MESSAGE_TOO_BIG,
                    Failure.Kind.WEBSOCKET_MESSAGE_TOO_LARGE,
                    "message of " + message + " octets or more");
        }
        sent = plus(sent, frame.length());
        if (sent > policy.maxBytes()) {
            return Breach.of(
                    CloseCode.POLICY_VIOLATION,
                    Failure.Kind.WEBSOCKET_BYTES,
                    sent + " octets or more in all");
        }
        return null;
    }

    /// Lengths are up to 2^63-1 each.
    private static long plus(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    /// Each message moves the point in time from which on there is nothing owed; it may lie as far
    /// ahead as the whole number of messages takes.
    private boolean tooOften() {
        if (rate == null) {
            return false;
        }
        long now = loop.now();
        long per = rate.per().toNanos();
        long begins = nextNanos - now > 0 ? nextNanos : now;
        long next = begins + per / rate.count();
        if (next - now > per) {
            return true;
        }
        nextNanos = next;
        return false;
    }
}
