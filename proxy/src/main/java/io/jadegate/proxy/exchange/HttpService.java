package io.jadegate.proxy.exchange;

import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.stream.DownstreamSettings;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.HttpStream;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a listener does with requests: each becomes an [Exchange] by the configuration of the
/// moment.
public final class HttpService implements HttpStream.Handler {
    private final Supplier<Serving> serving;
    private final List<LoopState> loops;
    private volatile boolean draining;
    private volatile @Nullable Long graceNanos;

    /// @param serving what the listener serves by now
    /// @param loops by index
    public HttpService(Supplier<Serving> serving, List<LoopState> loops) {
        this.serving = serving;
        this.loops = loops;
    }

    @Override
    public void request(HttpStream.Server stream, RequestHead head, long bodyLength) {
        Serving now = serving.get();
        now.counts().on(stream.loop().index()).requestReceived();
        Exchange exchange =
                new Exchange(this, loops.get(stream.loop().index()), now, stream, head, bodyLength);
        if (stream.loop().ledger().full()) {
            stream.loop().ledger().exchangeShed();
            exchange.shed();
        } else {
            exchange.begin();
        }
    }

    @Override
    public void refused(HttpStream.Server stream, RequestHead head, Failure failure) {
        Serving now = serving.get();
        now.counts().on(stream.loop().index()).headRefused(failure.reason());
        new Exchange(this, loops.get(stream.loop().index()), now, stream, head, HttpStream.NO_BODY)
                .refuse(failure);
    }

    /// What the listener serves by now, whatever it is called.
    Serving serving() {
        return serving.get();
    }

    @Override
    public DownstreamSettings settings() {
        return serving.get().settings();
    }

    @Override
    public HeadLimits limits() {
        return serving.get().limits();
    }

    @Override
    public boolean draining() {
        return draining;
    }

    /// From now on every answer closes its connection.
    public void drain() {
        draining = true;
    }

    /// The listener has gone, or speaks no HTTP any more: tunnels that open now by what it had
    /// accepted have so long.
    public void leave(long graceNanos) {
        this.graceNanos = graceNanos;
        drain();
    }

    /// The listener speaks HTTP again.
    public void comeBack() {
        graceNanos = null;
        draining = false;
    }

    /// How long tunnels have that open now; null where the listener is there still.
    @Nullable Long graceNanos() {
        return graceNanos;
    }
}
