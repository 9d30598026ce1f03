package io.jadegate.proxy.upstream;

import io.jadegate.proxy.stream.ByteStream;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.SocketStream;
import io.jadegate.proxy.tls.TlsFailures;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// One client's claim on an upstream for a connection of its own, on which nobody speaks HTTP: a
/// permit, a target, and the connection as a stream. It counts as one request of the upstream.
public final class ConnectionLease extends Claim {
    private final Terms terms;
    private final Borrower borrower;
    private @Nullable Channel made;

    /// How a connection is made.
    ///
    /// @param patience how long it may take
    /// @param endNanos how long an endpoint may take for the rest when both directions have ended
    /// @param speech what will go over it
    public record Terms(Connector.Patience patience, long endNanos, Connector.Speech speech) {}

    /// Who asked for a connection. Told once: [#lent] or [#unavailable]; then what arrives comes.
    public interface Borrower extends ByteStream.Receiver {
        /// What goes out before all else on a connection to the endpoint.
        ///
        /// @return owned by the caller; null for nothing
        @Nullable ByteBuf preface(ByteBufAllocator allocator);

        /// The connection stands. The borrower calls [ConnectionLease#giveBack()] when it needs it
        /// no more; the stream closes by itself when both directions have ended, or is reset.
        void lent(ByteStream stream, Target target);

        /// There will be no connection. The lease is over.
        ///
        /// @param target the target that failed, or null when none was chosen
        void unavailable(Failure failure, @Nullable Target target);

        /// Nothing that is sent reaches the endpoint any more.
        void deaf();
    }

    /// @param except a target that has failed this client before
    /// @param own the borrower's own choice; null for that of the upstream
    ConnectionLease(
            Upstream upstream,
            Loop loop,
            Terms terms,
            Borrower borrower,
            @Nullable Target except,
            @Nullable Picker own) {
        super(upstream, loop, except, own);
        this.terms = terms;
        this.borrower = borrower;
    }

    @Override
    boolean reach(Target chosen) {
        if (!upstream.takeConnection(loop)) {
            return false;
        }
        claim(chosen);
        chosen.connectionCounter().incrementAndGet();
        Connection connection = new Connection(chosen);
        SocketAddress address = chosen.resolved().next();
        if (address == null) {
            connection.failed(Failure.of(Failure.Kind.NAME_NOT_RESOLVED));
        } else {
            made =
                    upstream.connector()
                            .connect(loop, chosen, address, terms.patience(), connection);
        }
        return true;
    }

    @Override
    void unavailable(Failure failure, @Nullable Target failed) {
        borrower.unavailable(failure, failed);
    }

    /// Ends the lease: nobody needs the connection any more. One that is still being made is given
    /// up. Calls after the first do nothing.
    public void giveBack() {
        switch (state) {
            case WAITING -> stopWaiting();
            case CONNECTING -> {
                finish();
                if (made != null) {
                    made.close();
                }
            }
            case LENT -> finish();
            case NEW, DONE -> state = State.DONE;
        }
    }

    private static Failure breakage(@Nullable Throwable cause) {
        return cause != null && TlsFailures.isTls(cause)
                ? TlsFailures.of(cause)
                : Failure.of(Failure.Kind.RESET_BEFORE_RESPONSE, cause);
    }

    private void finish() {
        state = State.DONE;
        release();
    }

    /// The connection and its permit, which it keeps until it is closed.
    private final class Connection implements Connector.Opening, SocketStream.Receiver {
        private final Target to;
        private final SocketStream stream;
        private boolean opened;

        Connection(Target to) {
            this.to = to;
            this.stream = new SocketStream(loop, this, ConnectionLease::breakage, terms.endNanos());
        }

        @Override
        public Connector.Speech speech() {
            return terms.speech();
        }

        @Override
        public @Nullable ByteBuf preface(ByteBufAllocator allocator) {
            return state == State.CONNECTING ? borrower.preface(allocator) : null;
        }

        @Override
        public ChannelHandler speaker(@Nullable String agreed) {
            return stream;
        }

        @Override
        public void opened() {
            opened = true;
            to.counts(loop).connectionOpened();
            if (state == State.CONNECTING) {
                state = State.LENT;
                borrower.lent(stream, to);
            } else {
                stream.reset();
            }
        }

        @Override
        public void failed(Failure failure) {
            if (opened) {
                if (state == State.LENT) {
                    borrower.failed(failure);
                }
                return;
            }
            giveConnectionBack();
            if (state == State.CONNECTING) {
                finish();
                borrower.unavailable(failure, to);
            }
        }

        @Override
        public void gone() {
            if (opened) {
                opened = false;
                to.counts(loop).connectionClosed();
                giveConnectionBack();
            }
        }

        private void giveConnectionBack() {
            to.connectionCounter().decrementAndGet();
            upstream.capacity().connections().decrementAndGet();
            upstream.capacity().wake();
        }

        @Override
        public void active(Channel channel) {
            // Who makes the connection tells that it stands.
        }

        @Override
        public void data(ByteBuf data) {
            borrower.data(data);
        }

        @Override
        public void end() {
            borrower.end();
        }

        @Override
        public void writable() {
            borrower.writable();
        }

        @Override
        public void readComplete() {
            borrower.readComplete();
        }

        @Override
        public void deaf() {
            borrower.deaf();
        }
    }
}
