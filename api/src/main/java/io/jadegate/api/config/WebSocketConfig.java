package io.jadegate.api.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// WebSockets of a route: whether there are any, and what they may do. Frames are decoded where a
/// key that needs it is set; else they are only followed.
@Shorthand("allowed")
public record WebSocketConfig(
        @Doc("whether WebSocket upgrades are allowed") @Default("true") boolean allowed,
        @Doc("the largest message of either side, counted as sent: compressed, if it is")
                @Default("off")
                @Off
                ByteSize maxMessage,
        @Doc("what either side may send in messages, in all") @Default("off") @Off
                ByteSize maxBytes,
        @Doc("messages that a client may send, as many of them at once; left out: any number")
                @Nullable Rate messages,
        @Doc(
                        "after how long a silence a side is pinged; left out: 30s where frames are decoded"
                                + " for another key, else off")
                @Off
                @Nullable Duration ping,
        @Doc("the longest life of a WebSocket, up to a tenth less by chance") @Default("off") @Off
                Duration maxAge) {

    /// WebSockets that may do anything; their frames are not decoded.
    public static final WebSocketConfig UNLIMITED =
            new WebSocketConfig(
                    true, ByteSize.UNLIMITED, ByteSize.UNLIMITED, null, null, Duration.ZERO);

    /// Whether frames must be looked at, and not only counted off.
    public boolean decodesFrames() {
        return limitsMessages() || !pingInterval().isZero();
    }

    /// How long a side may be silent before it is pinged; zero for ever.
    public Duration pingInterval() {
        if (ping != null) {
            return ping;
        }
        return limitsMessages() ? Duration.ofSeconds(30) : Duration.ZERO;
    }

    private boolean limitsMessages() {
        return !maxMessage.equals(ByteSize.UNLIMITED)
                || !maxBytes.equals(ByteSize.UNLIMITED)
                || messages != null;
    }
}
