package io.jadegate.proxy.upstream;

import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// What a check asks by HTTP, and how it judges the answer. For one check, on its loop.
sealed interface HealthQuestion permits HttpHealthQuestion, GrpcHealthQuestion {
    /// Sends the question.
    ///
    /// @param authority what goes as Host
    /// @param secure whether the connection is under TLS
    void ask(HttpStream.Client stream, Loop loop, String authority, boolean secure);

    /// Judges the head of the answer, which is borrowed for the call.
    ///
    /// @return null when more is needed
    @Nullable HealthResult head(ResponseHead head);

    /// Judges a part of the answer's body, which is borrowed for the call.
    ///
    /// @return null when more is needed
    @Nullable HealthResult data(ByteBuf data);

    /// Judges the whole answer.
    ///
    /// @param trailers borrowed for the call; null for none
    HealthResult end(@Nullable HeaderFields trailers);
}
