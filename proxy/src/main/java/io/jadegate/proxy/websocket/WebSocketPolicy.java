package io.jadegate.proxy.websocket;

import io.jadegate.api.config.Rate;
import io.jadegate.api.config.WebSocketConfig;
import org.jspecify.annotations.Nullable;

/// What a route allows its WebSockets. Immutable.
///
/// @param decodes whether frames are judged, and not only followed
/// @param maxMessage the largest message of either side, in octets as they are sent
/// @param maxBytes what either side may send in all
/// @param messages how many messages a client may send; null for any number
/// @param pingNanos after how long a silence a side is pinged; 0 for never
/// @param maxAgeNanos the longest life; 0 for no limit
public record WebSocketPolicy(
        boolean decodes,
        long maxMessage,
        long maxBytes,
        @Nullable Rate messages,
        long pingNanos,
        long maxAgeNanos) {

    public static WebSocketPolicy of(WebSocketConfig config) {
        return new WebSocketPolicy(
                config.decodesFrames(),
                config.maxMessage().bytes(),
                config.maxBytes().bytes(),
                config.messages(),
                config.pingInterval().toNanos(),
                config.maxAge().toNanos());
    }
}
