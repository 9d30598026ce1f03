package io.jadegate.control.admin;

import io.jadegate.api.plane.TcpExplainRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a person asks about a connection.
///
/// @param address what the client connects to, `:5432`, or the name of a listener
/// @param from the client's address; 127.0.0.1 when null
/// @param serverName the host that the client names under TLS; none when null
/// @param alpn the protocols that it offers under TLS; none when null
public record TcpQuestion(
        @Nullable String address,
        @Nullable String from,
        @Nullable String serverName,
        @Nullable List<String> alpn) {

    /// The connection asked about.
    ///
    /// @throws IllegalArgumentException with a sentence for the person when the question makes none
    public TcpExplainRequest request() {
        if (address == null) {
            throw new IllegalArgumentException("address: is missing");
        }
        return new TcpExplainRequest(
                address,
                ExplainQuestion.address(from),
                serverName,
                alpn == null ? List.of() : alpn);
    }
}
