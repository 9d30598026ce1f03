package io.jadegate.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HttpStream;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Records what an endpoint's stream says, a word for each call.
public final class RecordingReceiver implements HttpStream.ResponseReceiver {
    private final List<String> said = new ArrayList<>();

    /// What was said since the last call.
    public List<String> said() {
        List<String> words = List.copyOf(said);
        said.clear();
        return words;
    }

    @Override
    public void interim(ResponseHead head) {
        said.add("interim " + head.status());
    }

    @Override
    public void response(ResponseHead head, long bodyLength) {
        said.add("response " + head.status() + " " + bodyLength);
    }

    @Override
    public void data(ByteBuf data) {
        said.add("data " + data.toString(ISO_8859_1));
        data.release();
    }

    @Override
    public void end(@Nullable HeaderFields trailers) {
        said.add(trailers == null ? "end" : "end " + trailers.toString().strip());
    }

    @Override
    public void failed(Failure failure) {
        said.add("failed " + failure.kind());
    }

    @Override
    public void writable() {
        said.add("writable");
    }

    @Override
    public void readComplete() {}
}
