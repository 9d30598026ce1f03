package io.jadegate.proxy.upstream;

import io.jadegate.api.config.Address;
import io.jadegate.proxy.stream.Transport;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The socket addresses behind an endpoint's address. Names are looked up on a virtual thread,
/// again and again while the endpoint is in use; when a look-up fails the last good answer stays.
final class ResolvedAddress {
    private static final Logger LOG = LoggerFactory.getLogger(ResolvedAddress.class);

    /// As long as the JDK keeps an answer by itself.
    private static final Duration REFRESH = Duration.ofSeconds(30);

    private static final Duration RETRY = Duration.ofSeconds(2);

    private final String name;
    private final int port;
    private final AtomicInteger turn = new AtomicInteger();
    private final CountDownLatch first = new CountDownLatch(1);
    private volatile SocketAddress[] addresses;
    private @Nullable Thread refresher;

    private ResolvedAddress(String name, int port, SocketAddress... addresses) {
        this.name = name;
        this.port = port;
        this.addresses = addresses;
    }

    static ResolvedAddress of(Address address, Transport transport) {
        if (address instanceof Address.Unix unix) {
            return new ResolvedAddress("", 0, transport.unixAddress(unix));
        }
        Address.Inet inet = (Address.Inet) address;
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(inet.host());
        if (literal != null) {
            return new ResolvedAddress("", 0, literal(literal, inet.port()));
        }
        return new ResolvedAddress(inet.host(), inet.port());
    }

    /// Where it is known already what to dial.
    static ResolvedAddress at(InetSocketAddress address) {
        return new ResolvedAddress("", 0, address);
    }

    private static InetSocketAddress literal(byte[] octets, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(octets), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The address to connect to next, or null while the name has never been resolved.
    @Nullable SocketAddress next() {
        SocketAddress[] known = addresses;
        if (known.length <= 1) {
            return known.length == 0 ? null : known[0];
        }
        return known[(turn.getAndIncrement() & Integer.MAX_VALUE) % known.length];
    }

    /// Waits until the first look-up has ended one way or the other.
    ///
    /// @return whether there is an address
    boolean await(Duration atMost) throws InterruptedException {
        if (!name.isEmpty() && addresses.length == 0) {
            boolean _ = first.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
        }
        return addresses.length > 0;
    }

    /// Begins to look the name up, if it is one and has not begun.
    synchronized void start() {
        if (!name.isEmpty() && refresher == null) {
            refresher = Thread.ofVirtual().name("jadegate-resolve-" + name).start(this::refresh);
        }
    }

    synchronized void stop() {
        if (refresher != null) {
            refresher.interrupt();
            refresher = null;
        }
    }

    private void refresh() {
        boolean failed = false;
        while (!Thread.currentThread().isInterrupted()) {
            boolean found = lookUp(failed);
            failed = !found;
            first.countDown();
            try {
                Thread.sleep(found ? REFRESH : RETRY);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private boolean lookUp(boolean failedBefore) {
        try {
            InetAddress[] found = InetAddress.getAllByName(name);
            SocketAddress[] next = new SocketAddress[found.length];
            for (int i = 0; i < found.length; i++) {
                next[i] = new InetSocketAddress(found[i], port);
            }
            addresses = next;
            if (failedBefore) {
                LOG.info("endpoint {}: the name is resolved again", name);
            }
            return true;
        } catch (UnknownHostException e) {
            if (!failedBefore) {
                LOG.warn(
                        "endpoint {}: the name cannot be resolved; {}",
                        name,
                        addresses.length > 0
                                ? "the last good answer stays"
                                : "requests to it fail until it is");
            }
            return false;
        }
    }
}
