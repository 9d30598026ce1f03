package io.jadegate.proxy.stream;

import io.jadegate.proxy.observe.LoopCounts;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.ArrayList;
import java.util.List;

/// A transport that counts how often each loop turns to the system for events.
final class CountedIo implements IoHandlerFactory {
    private final IoHandlerFactory transport;
    private final List<LoopCounts> loops = new ArrayList<>();

    CountedIo(IoHandlerFactory transport) {
        this.transport = transport;
    }

    /// The counts of every loop made so far, in the order of their making.
    List<LoopCounts> loops() {
        return loops;
    }

    @Override
    public IoHandler newHandler(ThreadAwareExecutor executor) {
        LoopCounts counts = new LoopCounts();
        loops.add(counts);
        return new Handler(transport.newHandler(executor), counts);
    }

    @Override
    public boolean isChangingThreadSupported() {
        return transport.isChangingThreadSupported();
    }

    private record Handler(IoHandler handler, LoopCounts counts) implements IoHandler {
        @Override
        public void initialize() {
            handler.initialize();
        }

        @Override
        public int run(IoHandlerContext context) {
            counts.wokeUp();
            return handler.run(context);
        }

        @Override
        public void prepareToDestroy() {
            handler.prepareToDestroy();
        }

        @Override
        public void destroy() {
            handler.destroy();
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            return handler.register(handle);
        }

        @Override
        public void wakeup() {
            handler.wakeup();
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> type) {
            return handler.isCompatible(type);
        }
    }
}
