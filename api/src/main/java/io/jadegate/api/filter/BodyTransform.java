package io.jadegate.api.filter;

import io.jadegate.api.http.HeaderFields;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Changes the octets of one body as they pass. Belongs to one exchange and is asked on its event
/// loop; holds no buffers between two calls.
public interface BodyTransform {
    /// Takes octets of the body; they are the transform's.
    ///
    /// @return what goes on instead, the receiver's; nothing readable when that cannot be told yet,
    ///   and null when the body is malformed, after which nothing is asked any more
    @Nullable ByteBuf data(ByteBuf octets);

    /// The body ends.
    ///
    /// @param trailers borrowed, or null for none; what is taken out of them goes no further
    /// @return what goes on before the end, as with [#data]
    @Nullable ByteBuf end(@Nullable HeaderFields trailers);
}
