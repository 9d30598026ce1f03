package io.jadegate.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.RequestHead;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.stream.DownstreamSettings;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.OutgoingResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Records what requests a connection hands over, and answers when it is told to, or at once.
public final class FakeHandler implements HttpStream.Handler {
    public static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final List<Received> requests = new ArrayList<>();
    private Consumer<Received> atOnce = _ -> {};
    private boolean draining;

    /// What each request is answered with while it is being handed over.
    public void answerAtOnce(Consumer<Received> answer) {
        atOnce = answer;
    }

    void drain() {
        draining = true;
    }

    List<String> paths() {
        return requests.stream().map(request -> request.path).toList();
    }

    public Received last() {
        return requests.getLast();
    }

    @Override
    public void request(HttpStream.Server stream, RequestHead head, long bodyLength) {
        Received received = new Received(stream, head.path(), null);
        requests.add(received);
        atOnce.accept(received);
    }

    @Override
    public void refused(HttpStream.Server stream, RequestHead head, Failure failure) {
        Received received = new Received(stream, "", failure);
        requests.add(received);
        received.answer(failure.reason().status(), "");
    }

    @Override
    public DownstreamSettings settings() {
        return new DownstreamSettings(
                5 * SECOND, 10 * SECOND, 75 * SECOND, 10_000, 0, 60 * SECOND, true);
    }

    @Override
    public HeadLimits limits() {
        return new HeadLimits(8192, 100, 4096);
    }

    @Override
    public boolean draining() {
        return draining;
    }

    /// One request, and everything its stream said of it.
    public static final class Received implements HttpStream.RequestReceiver {
        @Override
        public long keptBytes() {
            return 0;
        }

        @Override
        public @Nullable String routeName() {
            return path;
        }

        private final HttpStream.Server stream;
        private final String path;
        private final @Nullable Failure refusal;
        private final StringBuilder body = new StringBuilder();
        private boolean ended;
        private int halfClosed;
        private int readCompleted;
        private @Nullable Failure failure;

        Received(HttpStream.Server stream, String path, @Nullable Failure refusal) {
            this.stream = stream;
            this.path = path;
            this.refusal = refusal;
            stream.receiver(this);
        }

        HttpStream.Server stream() {
            return stream;
        }

        @Nullable Failure refusal() {
            return refusal;
        }

        String body() {
            return body.toString();
        }

        boolean ended() {
            return ended;
        }

        int halfClosedTimes() {
            return halfClosed;
        }

        int readCompletedTimes() {
            return readCompleted;
        }

        @Nullable Failure failure() {
            return failure;
        }

        public void answer(int status, String content) {
            ResponseHead head = new ResponseHead();
            head.status(status);
            head.fields().add(FieldName.CONTENT_LENGTH, Integer.toString(content.length()));
            begin(head, content.length());
            if (!content.isEmpty()) {
                stream.send(Unpooled.copiedBuffer(content, ISO_8859_1));
            }
            stream.sendEnd(null);
            stream.flush();
        }

        void begin(ResponseHead head, long length) {
            OutgoingResponse response = new OutgoingResponse();
            response.begin(head, HeaderFields.Selection.ALL, length);
            stream.sendResponse(response);
        }

        void switchProtocols() {
            ResponseHead head = new ResponseHead();
            head.status(101);
            begin(head, HttpStream.UNKNOWN_LENGTH);
        }

        @Override
        public void data(ByteBuf data) {
            body.append(data.toString(ISO_8859_1));
            data.release();
        }

        @Override
        public void end(@Nullable HeaderFields trailers) {
            ended = true;
        }

        @Override
        public void halfClosed() {
            halfClosed++;
        }

        @Override
        public void failed(Failure failure) {
            this.failure = failure;
            if (failure.kind() != Failure.Kind.CLIENT_CLOSED) {
                answer(failure.reason().status(), "");
            }
        }

        @Override
        public void writable() {}

        @Override
        public void readComplete() {
            readCompleted++;
        }
    }
}
