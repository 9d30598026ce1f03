package io.jadegate.proxy.upstream;

import io.jadegate.api.config.Address;
import io.jadegate.api.config.HealthConfig;
import io.jadegate.api.config.UpstreamConfig;
import io.jadegate.api.config.UpstreamTlsConfig;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.http1.Http1ClientConnection;
import io.jadegate.proxy.http2.Http2ClientConnection;
import io.jadegate.proxy.observe.Http2Counts;
import io.jadegate.proxy.proxyprotocol.ProxyHeader;
import io.jadegate.proxy.stream.Deadlines;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One check of a target, by a connection of its own that is secured and spoken on as those of
/// requests are. It takes none of the upstream's permits: an upstream that is full is still
/// checked.
///
/// The asker is told once, in time, whatever the endpoint does. Only for its loop's own thread.
final class HealthProbe implements Connector.Opening, HttpStream.ResponseReceiver {
    static final String USER_AGENT = "jadegate-health";

    private final Upstream upstream;
    private final HealthConfig config;
    private final Target target;
    private final Loop loop;
    private final Consumer<HealthResult> asker;
    private final Deadlines.Deadline deadline;
    private final @Nullable HealthQuestion question;
    private @Nullable Channel channel;
    private @Nullable Http1ClientConnection http1;
    private @Nullable Http2ClientConnection http2;
    private HttpStream.@Nullable Client stream;
    private boolean askedAgain;
    private boolean over;

    /// @param upstream says how to check
    /// @param asker told the result, also from within [#begin()]
    HealthProbe(
            Upstream upstream,
            HealthConfig config,
            Target target,
            Loop loop,
            Consumer<HealthResult> asker) {
        this.upstream = upstream;
        this.config = config;
        this.target = target;
        this.loop = loop;
        this.asker = asker;
        this.deadline = loop.deadlines().new Deadline(this::tookTooLong);
        this.question = question(config);
    }

    private static @Nullable HealthQuestion question(HealthConfig config) {
        if (config.http() != null) {
            return new HttpHealthQuestion(config.http());
        }
        return config.grpc() == null
                ? null
                : new GrpcHealthQuestion(config.grpc(), config.timeout().toNanos());
    }

    void begin() {
        deadline.set(loop.now() + config.timeout().toNanos());
        connect();
    }

    private void connect() {
        SocketAddress address = target.resolved().next();
        if (address == null) {
            failed(Failure.of(Failure.Kind.NAME_NOT_RESOLVED));
            return;
        }
        long nanos = config.timeout().toNanos();
        channel =
                upstream.connector()
                        .connect(loop, target, address, new Connector.Patience(nanos, nanos), this);
    }

    /// Nobody wants to know any more.
    void cancel() {
        if (!over) {
            over = true;
            deadline.cancel();
            abort();
        }
    }

    private void tookTooLong() {
        Duration timeout = config.timeout();
        if (!over) {
            abort();
            end(
                    new HealthResult(
                            HealthResult.Outcome.TIMED_OUT,
                            "no answer in " + timeout.toMillis() + " ms"));
        }
    }

    private void end(HealthResult result) {
        if (!over) {
            over = true;
            deadline.cancel();
            asker.accept(result);
        }
    }

    /// Ends a connection that has been judged, with the words that its protocol has for it.
    private void judged(HealthResult result) {
        if (over) {
            return;
        }
        end(result);
        if (http2 != null) {
            if (stream != null) {
                stream.reset();
            }
            http2.drain();
        } else if (http1 != null) {
            http1.close();
        } else if (channel != null) {
            channel.close();
        }
    }

    /// Closes at once, past TLS, which would wait until what it still has to say is sent.
    private void abort() {
        if (channel != null) {
            close(channel);
            channel = null;
        }
    }

    private static void close(Channel channel) {
        if (channel.isOpen()) {
            channel.unsafe().close(channel.voidPromise());
        }
    }

    // ---- the connection

    @Override
    public Connector.Speech speech() {
        EndpointTls tls = target.tls();
        return question == null && tls != null && tls.isForOctets()
                ? Connector.Speech.OCTETS
                : Connector.Speech.HTTP;
    }

    /// An endpoint that waits for the header of a load balancer learns that nobody is behind it.
    @Override
    public @Nullable ByteBuf preface(ByteBufAllocator allocator) {
        return upstream.introduce(ProxyHeader.UNKNOWN, allocator);
    }

    @Override
    public @Nullable ChannelHandler speaker(@Nullable String agreed) {
        if (question == null) {
            return new Silence();
        }
        UpstreamConfig.Protocol spoken = target.spoken(agreed);
        if (spoken == null || (config.grpc() != null && spoken != UpstreamConfig.Protocol.HTTP2)) {
            return null;
        }
        if (spoken == UpstreamConfig.Protocol.HTTP1) {
            http1 = new Http1ClientConnection(loop, new OneAnswer(), upstream.connector().limits());
            return http1;
        }
        http2 =
                new Http2ClientConnection(
                        loop,
                        new OneStream(),
                        upstream.connector().limits(),
                        config.timeout().toNanos());
        return http2;
    }

    @Override
    public void opened() {
        if (over) {
            abort();
        } else if (question == null) {
            judged(HealthResult.PASSED);
        } else if (http1 != null) {
            ask(http1.open(this));
        }
    }

    private void ask(HttpStream.Client opened) {
        stream = opened;
        String authority = upstream.authority(target);
        Objects.requireNonNull(question)
                .ask(
                        opened,
                        loop,
                        authority.isEmpty() ? ownName() : authority,
                        target.tls() != null);
    }

    /// Where the Host is that of clients, there is none to pass on.
    private String ownName() {
        UpstreamTlsConfig tls = upstream.config().tls();
        if (tls != null && tls.serverName() != null) {
            return tls.serverName();
        }
        return target.address() instanceof Address.Inet inet ? inet.toString() : "localhost";
    }

    // ---- the answer

    @Override
    public void failed(Failure failure) {
        if (over) {
            return;
        }
        if (http2 != null) {
            http2.drain();
        }
        if (failure.kind() == Failure.Kind.HTTP1_REQUIRED && !askedAgain) {
            askedAgain = true;
            http2 = null;
            connect();
        } else {
            end(HealthResult.of(failure));
        }
    }

    @Override
    public void response(ResponseHead head, long bodyLength) {
        HealthResult result = over ? null : Objects.requireNonNull(question).head(head);
        loop.giveBack(head);
        if (result != null) {
            judged(result);
        }
    }

    @Override
    public void data(ByteBuf data) {
        HealthResult result = over ? null : Objects.requireNonNull(question).data(data);
        data.release();
        if (result != null) {
            judged(result);
        }
    }

    @Override
    public void end(@Nullable HeaderFields trailers) {
        if (!over) {
            judged(Objects.requireNonNull(question).end(trailers));
        }
    }

    @Override
    public void interim(ResponseHead head) {
        // The final one follows, or the time passes.
    }

    @Override
    public void writable() {
        // The question has been sent whole.
    }

    @Override
    public void readComplete() {
        // Nothing is passed on.
    }

    /// Who speaks where connecting is all: nobody.
    private static final class Silence extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // Whoever makes the connection tells what became of it.
        }
    }

    /// Keeps a connection of HTTP/1.1 for one answer.
    private static final class OneAnswer implements Http1ClientConnection.Owner {
        @Override
        public void idle(Http1ClientConnection connection) {
            connection.close();
        }

        @Override
        public void closed(Http1ClientConnection connection) {
            // It counts nowhere.
        }
    }

    /// Keeps a connection of HTTP/2 for one stream.
    private final class OneStream implements Http2ClientConnection.Owner {
        private final Http2Counts counts = new Http2Counts();

        @Override
        public void ready(Http2ClientConnection connection) {
            if (over) {
                connection.drain();
            } else if (connection.room() == 0) {
                judged(HealthResult.failed("no streams are allowed"));
            } else {
                ask(connection.open(HealthProbe.this));
            }
        }

        @Override
        public void failed(Failure failure) {
            HealthProbe.this.failed(failure);
        }

        @Override
        public void streamEnded(Http2ClientConnection connection) {
            connection.drain();
        }

        @Override
        public void roomGrew(Http2ClientConnection connection) {
            // One stream is all.
        }

        @Override
        public void retired(Http2ClientConnection connection) {
            // No stream would be begun anyway.
        }

        @Override
        public boolean http1Required() {
            return target.requireHttp1(loop);
        }

        @Override
        public void closed(Http2ClientConnection connection) {
            // It counts nowhere.
        }

        @Override
        public Http2Counts counts() {
            return counts;
        }
    }
}
