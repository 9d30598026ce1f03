package io.jadegate.server.soak;

import java.util.SplittableRandom;

/// What a client comes for. The number says how often, compared with the others.
enum Errand {
    DOWNLOAD(60),
    UPLOAD(40),
    ECHO(20),
    HEAD(15),
    NOT_MODIFIED(15),
    NO_CONTENT(10),
    PIPELINE(15),
    CONTINUE(8),
    HINTS(8),
    OLD_CLIENT(8),
    SLOW_DOWNLOAD(4),
    SLOW_UPLOAD(4),
    SLOW_HEAD(1),
    IDLE(1),
    LOCAL_ANSWER(15),
    NO_ROUTE(8),
    MALFORMED(8),
    RETRIED(15),
    REFUSED(6),
    CONNECT_TIMEOUT(2),
    FIRST_BYTE_TIMEOUT(4),
    STALLED_ANSWER(4),
    GARBAGE(6),
    EARLY_ANSWER(8),
    ENDPOINT_GOES(25),
    CLIENT_GOES(25),
    SHORT_TUNNEL(10);

    private final int share;

    Errand(int share) {
        this.share = share;
    }

    static Errand any(SplittableRandom random) {
        int total = 0;
        for (Errand each : values()) {
            total += each.share;
        }
        int drawn = random.nextInt(total);
        for (Errand each : values()) {
            drawn -= each.share;
            if (drawn < 0) {
                return each;
            }
        }
        throw new AssertionError(drawn);
    }
}
