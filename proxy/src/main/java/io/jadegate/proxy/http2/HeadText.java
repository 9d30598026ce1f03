package io.jadegate.proxy.http2;

import io.jadegate.proxy.stream.OutgoingRequest;
import java.util.Map;

/// Heads as HTTP/2 has them, a field a line, for people.
public final class HeadText {
    private HeadText() {}

    /// The head of a request.
    ///
    /// @param secure whether it goes out on a connection that is encrypted
    public static String of(OutgoingRequest request, boolean secure) {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<CharSequence, CharSequence> field :
                new OutgoingFields().of(request, secure)) {
            text.append(field.getKey()).append(": ").append(field.getValue()).append("\r\n");
        }
        return text.append("\r\n").toString();
    }
}
