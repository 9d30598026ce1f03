package io.jadegate.proxy.tls;

import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;
import javax.net.ssl.SSLEngine;

/// Whether a handshake took up an earlier session.
public final class Resumption {
    private Resumption() {}

    /// Says it of an engine whose handshake has just ended.
    ///
    /// @param startMillis when the handshake began, by the wall clock
    public static boolean of(SSLEngine engine, long startMillis) {
        if (engine instanceof ReferenceCountedOpenSslEngine boring) {
            return SSL.isSessionReused(boring.sslPointer());
        }
        // The JDK does not tell, but it keeps the session's age.
        return engine.getSession().getCreationTime() < startMillis;
    }
}
