package io.jadegate.proxy.exchange;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import org.jspecify.annotations.Nullable;

/// Our own name as `Via` fields have it (RFC 9110 §7.6.3). Immutable.
public final class Via {
    /// As often as this our own name may stand in Via before it is called a loop: gateways in a row
    /// may share a name.
    private static final int MAX_OWN = 5;

    private final String name;
    private final String behindVersion;
    private final String http10;
    private final String http11;
    private final String http2;
    private final String node;

    /// @param name a token or host; empty to hide it
    public Via(String name) {
        this.name = name;
        this.behindVersion = " " + name;
        this.http10 = "1.0" + behindVersion;
        this.http11 = "1.1" + behindVersion;
        this.http2 = "2.0" + behindVersion;
        this.node = "_" + name.replaceAll("[^A-Za-z0-9._-]", "_");
    }

    /// The name, empty when it is hidden.
    String name() {
        return name;
    }

    /// The name as an obfuscated node of `Forwarded` (RFC 7239 §6.3), or null when it is hidden.
    @Nullable String node() {
        return name.isEmpty() ? null : node;
    }

    /// The element for a message received by that HTTP version, or null when the name is hidden.
    @Nullable String element(int major, int minor) {
        if (name.isEmpty()) {
            return null;
        }
        if (major == 2) {
            return http2;
        }
        return minor == 0 ? http10 : http11;
    }

    /// Whether a request has come by here so often that it must be going round.
    boolean isLoop(HeaderFields fields) {
        if (name.isEmpty() || !fields.contains(FieldName.VIA)) {
            return false;
        }
        int own = 0;
        for (String line : fields.all(FieldName.VIA)) {
            for (String element : line.split(",", -1)) {
                if (element.stripTrailing().endsWith(behindVersion) && ++own >= MAX_OWN) {
                    return true;
                }
            }
        }
        return false;
    }
}
