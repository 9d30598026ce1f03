package io.jadegate.proxy.forward;

import io.jadegate.proxy.stream.ByteStream;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.upstream.AddressesInTurn;
import io.jadegate.proxy.upstream.ConnectionLease;
import io.jadegate.proxy.upstream.Connector;
import io.jadegate.proxy.upstream.Target;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A connection to a destination for one client: its addresses are tried one behind the other until
/// a connection stands. Only for its loop's own thread.
public final class Dial {
    private final ForwardService service;
    private final Loop loop;
    private final AddressesInTurn addresses;
    private final Caller caller;
    private @Nullable ConnectionLease lease;
    private @Nullable Target reached;
    private int attempts;
    private boolean over;

    /// Who wants to be connected. Told once: [#connected] or [#unavailable].
    public interface Caller {
        /// The connection stands. The caller calls [Dial#giveBack] when it needs it no more.
        ///
        /// @param address the one dialled
        void connected(ByteStream stream, Target target, InetAddress address);

        /// None of the addresses could be reached.
        ///
        /// @param target the last that was tried; null when none was
        void unavailable(Failure failure, @Nullable Target target);

        /// What the connection has become a part of; asked once it stands.
        ForwardTunnel tunnel();
    }

    /// @param addresses that may be dialled, at least one
    public Dial(
            ForwardService service, Loop loop, List<InetSocketAddress> addresses, Caller caller) {
        this.service = service;
        this.loop = loop;
        this.addresses = service.upstream().towards(addresses);
        this.caller = caller;
    }

    /// Begins. The answer comes at once or later.
    public void begin() {
        attempt(null);
    }

    /// How many connections have been tried.
    public int attempts() {
        return attempts;
    }

    /// Nobody needs the connection any more, or waits for it. Calls after the first do nothing.
    ///
    /// @param failure what ended it; null when nothing did but its users
    public void giveBack(@Nullable Failure failure) {
        over = true;
        if (reached != null) {
            reached.connectionEnded(loop, failure);
            reached = null;
        }
        if (lease != null) {
            lease.giveBack();
        }
    }

    private void attempt(@Nullable Target except) {
        attempts++;
        ConnectionLease asked =
                service.upstream()
                        .leaseConnection(
                                loop,
                                new ConnectionLease.Terms(
                                        service.tunnels().opening(),
                                        service.tunnels().write(),
                                        Connector.Speech.OCTETS),
                                new FromTarget(),
                                except,
                                addresses);
        lease = asked;
        asked.begin();
    }

    private final class FromTarget implements ConnectionLease.Borrower {
        @Override
        public @Nullable ByteBuf preface(ByteBufAllocator allocator) {
            return null;
        }

        @Override
        public void lent(ByteStream stream, Target target) {
            reached = target;
            target.counts(loop).attemptBegan();
            caller.connected(stream, target, addresses.current().getAddress());
        }

        @Override
        public void unavailable(Failure failure, @Nullable Target target) {
            if (target != null) {
                target.counts(loop).attemptBegan();
                target.counts(loop).attemptEnded(failure.reason());
            }
            if (over) {
                return;
            }
            if (failure.kind().neverSent() && addresses.hasNext()) {
                attempt(target);
            } else {
                over = true;
                caller.unavailable(failure, target);
            }
        }

        @Override
        public void data(ByteBuf data) {
            caller.tunnel().relay().endpointData(data);
        }

        @Override
        public void end() {
            caller.tunnel().relay().endpointEnded();
        }

        @Override
        public void failed(Failure failure) {
            caller.tunnel().relay().endpointFailed(failure);
        }

        @Override
        public void writable() {
            caller.tunnel().relay().endpointWritable();
        }

        @Override
        public void readComplete() {
            caller.tunnel().relay().endpointReadComplete();
        }

        @Override
        public void deaf() {
            caller.tunnel().endSoon();
        }
    }
}
