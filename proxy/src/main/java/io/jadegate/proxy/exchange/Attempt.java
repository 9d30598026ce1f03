package io.jadegate.proxy.exchange;

import io.jadegate.api.filter.Reason;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.observe.TargetCounts;
import io.jadegate.proxy.proxyprotocol.ProxyHeader;
import io.jadegate.proxy.stream.Bond;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.OutgoingRequest;
import io.jadegate.proxy.upstream.Connector;
import io.jadegate.proxy.upstream.Lease;
import io.jadegate.proxy.upstream.Target;
import io.jadegate.proxy.upstream.Upstream;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One try of an exchange on one target. Once it is over it lets nothing through any more: what a
/// slow stream still says concerns nobody.
final class Attempt implements Lease.Borrower {
    private final Exchange exchange;
    private final Way way;
    private final Loop loop;
    private @Nullable Lease lease;
    private HttpStream.@Nullable Client stream;
    private @Nullable Target target;
    private String authority = "";
    private boolean over;

    Attempt(Exchange exchange, Way way, Loop loop) {
        this.exchange = exchange;
        this.way = way;
        this.loop = loop;
    }

    void begin(@Nullable Target except, Connector.Patience patience) {
        Lease asked = way.upstream().lease(loop, this, except, patience, way.own());
        lease = asked;
        asked.begin();
    }

    /// Whether the request has been sent.
    boolean sent() {
        return stream != null;
    }

    HttpStream.Client stream() {
        return Objects.requireNonNull(stream);
    }

    @Nullable Target target() {
        return target;
    }

    /// The upstream that the target was chosen from.
    Upstream upstream() {
        return lease == null ? way.upstream() : lease.upstream();
    }

    /// The authority that the target was told.
    String authority() {
        return authority;
    }

    void authority(String authority) {
        this.authority = authority;
    }

    /// Sends the request's head, borrowed for the call.
    void send(OutgoingRequest request) {
        if (ConnectionAuthentication.isTriedBy(request.head().fields())) {
            lease().keepForClient();
        }
        stream().sendRequest(request);
    }

    private Lease lease() {
        return Objects.requireNonNull(lease);
    }

    void flush() {
        if (stream != null) {
            stream.flush();
        }
    }

    /// The attempt is over, and its stream is done with or broken.
    void ended(@Nullable Failure failure) {
        over = true;
        count(failure == null ? null : failure.reason());
        if (lease != null) {
            lease.giveBack();
        }
    }

    /// Nobody waits for the attempt any more.
    ///
    /// @param failure why, or null when the attempt is not to blame
    void cancel(@Nullable Failure failure) {
        if (stream != null) {
            stream.reset();
        }
        ended(failure);
    }

    private void count(@Nullable Reason failure) {
        if (target != null) {
            TargetCounts counts = target.counts(loop);
            counts.attemptEnded(failure);
        }
    }

    @Override
    public ProxyHeader introduction() {
        return exchange.introduction();
    }

    @Override
    public Bond bond() {
        return exchange.bond();
    }

    @Override
    public void lent(HttpStream.Client stream, Target target) {
        this.stream = stream;
        this.target = target;
        TargetCounts counts = target.counts(loop);
        counts.attemptBegan();
        if (stream.reused()) {
            counts.connectionReused();
        }
        exchange.lent(this, stream, target);
    }

    @Override
    public void unavailable(Failure failure, @Nullable Target target) {
        if (target != null) {
            target.counts(loop).attemptBegan();
            this.target = target;
        }
        if (!over) {
            exchange.unavailable(failure, target);
        }
    }

    @Override
    public void interim(ResponseHead head) {
        if (!over) {
            exchange.interim(head);
        }
    }

    @Override
    public void response(ResponseHead head, long bodyLength) {
        if (ConnectionAuthentication.isOfferedBy(head.fields())) {
            lease().keepForClient();
        }
        if (over) {
            loop.giveBack(head);
        } else {
            exchange.response(this, head, bodyLength);
        }
    }

    @Override
    public void data(ByteBuf data) {
        if (over) {
            data.release();
        } else {
            exchange.responseData(data);
        }
    }

    @Override
    public void end(@Nullable HeaderFields trailers) {
        if (!over) {
            exchange.responseEnd(trailers);
        }
    }

    @Override
    public void failed(Failure failure) {
        if (!over) {
            exchange.attemptFailed(this, failure);
        }
    }

    @Override
    public void writable() {
        if (!over) {
            exchange.upstreamWritable();
        }
    }

    @Override
    public void readComplete() {
        exchange.upstreamReadComplete();
    }
}
