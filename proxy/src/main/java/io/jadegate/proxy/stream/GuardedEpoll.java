package io.jadegate.proxy.stream;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.IovArray;
import io.netty.channel.unix.Limits;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Netty's epoll with two gaps closed that cost connections.
///
/// - The system names the socket of an event by its descriptor. When what one event leads to closes
///   another socket and opens a new one, the new one may get the number of the closed, whose own
///   events of the same batch would then reach it: told that its input has ended, it would never
///   hear its answer. What was registered since a batch was fetched hears nothing of that batch.
///   None of it is its own: the system is told of a new socket with the changes of the next turn.
/// - A socket that is interested in nothing at the moment is taken out of the set (since Netty
///   4.2.13), and cannot be put back, which ends the connection. Here it stays in it, for errors.
///
/// And the system is told what a socket is interested in once a turn, before it is asked for
/// events: what changes and changes back meanwhile needs not be told.
final class GuardedEpoll implements IoHandlerFactory {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedEpoll.class);

    private final IoHandlerFactory epoll = EpollIoHandler.newFactory();

    @Override
    public IoHandler newHandler(ThreadAwareExecutor executor) {
        return new Handler(epoll.newHandler(executor), executor);
    }

    @Override
    public boolean isChangingThreadSupported() {
        return epoll.isChangingThreadSupported();
    }

    /// A socket that knows its place.
    @SuppressWarnings("try") // Netty's own interface lets close() fail in any way.
    interface Guest extends EpollIoHandle {
        /// Where it is among the sockets of its loop. Told first.
        void placed(Place here);

        /// It has its turn, for which it has asked.
        void again();
    }

    private static final class Handler implements IoHandler {
        private final IoHandler epoll;
        private final ThreadAwareExecutor executor;
        private final List<Place> changed = new ArrayList<>();
        private List<Place> again = new ArrayList<>();
        private List<Place> spare = new ArrayList<>();
        private @Nullable IovArray buffers;

        /// Counts turns; there is at most one batch of events in each.
        private long turn;

        Handler(IoHandler epoll, ThreadAwareExecutor executor) {
            this.epoll = epoll;
            this.executor = executor;
        }

        @Override
        public void initialize() {
            epoll.initialize();
        }

        @Override
        public int run(IoHandlerContext context) {
            turn++;
            tellChanges();
            if (again.isEmpty()) {
                return epoll.run(context);
            }
            return epoll.run(new Hasty(context)) + runAgain();
        }

        /// Who asks meanwhile has the next turn.
        private int runAgain() {
            List<Place> now = again;
            again = spare;
            spare = now;
            for (int i = 0; i < now.size(); i++) {
                now.get(i).runAgain();
            }
            int handled = now.size();
            now.clear();
            return handled;
        }

        private IovArray buffers() {
            IovArray known = buffers;
            if (known == null) {
                known = new IovArray(Limits.IOV_MAX);
                buffers = known;
            }
            known.clear();
            return known;
        }

        /// One that fails closes its socket, which changes nothing about the others.
        private void tellChanges() {
            for (int i = 0; i < changed.size(); i++) {
                changed.get(i).tell();
            }
            changed.clear();
        }

        @Override
        public void prepareToDestroy() {
            epoll.prepareToDestroy();
        }

        @Override
        public void destroy() {
            epoll.destroy();
            if (buffers != null) {
                buffers.release();
                buffers = null;
            }
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            Place place = new Place(this, (EpollIoHandle) handle);
            if (handle instanceof Guest guest) {
                guest.placed(place);
            }
            place.registration = epoll.register(place);
            return place;
        }

        @Override
        public void wakeup() {
            epoll.wakeup();
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> type) {
            return epoll.isCompatible(type);
        }
    }

    /// A turn that waits for nothing.
    private record Hasty(IoHandlerContext context) implements IoHandlerContext {
        @Override
        public boolean canBlock() {
            return false;
        }

        @Override
        public long delayNanos(long now) {
            return context.delayNanos(now);
        }

        @Override
        public long deadlineNanos() {
            return context.deadlineNanos();
        }

        @Override
        public void reportActiveIoTime(long nanos) {
            context.reportActiveIoTime(nanos);
        }

        @Override
        public boolean shouldReportActiveIoTime() {
            return context.shouldReportActiveIoTime();
        }
    }

    /// A socket as epoll sees it, and its place in epoll's set as the socket sees it.
    @SuppressWarnings("try") // Netty's own interface lets close() fail in any way.
    static final class Place implements EpollIoHandle, IoRegistration {
        private final Handler handler;
        private final EpollIoHandle handle;

        /// The turn it was registered in; tasks run behind a turn's events, but no batch is fetched
        /// before the next.
        private final long since;

        private @Nullable IoRegistration registration;
        private @Nullable EpollIoOps wanted;
        private @Nullable EpollIoOps told;
        private boolean asksAgain;

        private Place(Handler handler, EpollIoHandle handle) {
            this.handler = handler;
            this.handle = handle;
            this.since = handler.turn;
        }

        private IoRegistration registration() {
            IoRegistration known = registration;
            if (known == null) {
                throw new IllegalStateException("not registered yet");
            }
            return known;
        }

        // ---- what epoll asks

        @Override
        public FileDescriptor fd() {
            return handle.fd();
        }

        @Override
        public void handle(IoRegistration own, IoEvent event) {
            if (handler.turn != since) {
                try {
                    handle.handle(this, event);
                } catch (Throwable e) {
                    failed(e);
                }
            }
        }

        /// One that fails must not keep the others of its batch from what they are told once.
        /// Errors too: memory outside the heap that runs out is one.
        private void failed(Throwable cause) {
            LOG.error("what an event of a socket led to failed", cause);
            closeQuietly();
        }

        @Override
        public void registered() {
            handle.registered();
        }

        @Override
        public void unregistered() {
            handle.unregistered();
        }

        @Override
        public void close() throws Exception {
            handle.close();
        }

        // ---- what the socket asks

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // Netty's own signature.
        public <T> T attachment() {
            return registration().attachment();
        }

        @Override
        public long submit(IoOps ops) {
            EpollIoOps interest = (EpollIoOps) ops;
            if (!handler.executor.isExecutorThread(Thread.currentThread())) {
                handler.executor.execute(() -> submit(ops));
                return interest.value();
            }
            if (wanted == null) {
                handler.changed.add(this);
            }
            wanted = interest;
            return interest.value();
        }

        /// Asks for a turn of its own behind the events of the next batch, for which nobody waits
        /// then.
        void again() {
            if (!asksAgain) {
                asksAgain = true;
                handler.again.add(this);
            }
        }

        private void runAgain() {
            asksAgain = false;
            if (isValid()) {
                try {
                    ((Guest) handle).again();
                } catch (Throwable e) {
                    failed(e);
                }
            }
        }

        /// Where buffers are put together for one call, empty; the same for all on the loop.
        IovArray buffers() {
            return handler.buffers();
        }

        private void tell() {
            EpollIoOps interest = Objects.requireNonNull(wanted);
            wanted = null;
            boolean nothing = interest.equals(EpollIoOps.NONE);
            if (!isValid() || interest.equals(told) || (nothing && told == null)) {
                return;
            }
            told = interest;
            try {
                // Edge-triggered, an error is told once and not for ever.
                registration().submit(nothing ? EpollIoOps.EPOLLET : interest);
            } catch (RuntimeException e) {
                LOG.error("a socket cannot be watched", e);
                closeQuietly();
            }
        }

        private void closeQuietly() {
            try {
                handle.close();
            } catch (Throwable e) {
                LOG.error("a socket that has failed cannot be closed", e);
            }
        }

        @Override
        public boolean isValid() {
            return registration().isValid();
        }

        @Override
        public boolean cancel() {
            return registration().cancel();
        }
    }
}
