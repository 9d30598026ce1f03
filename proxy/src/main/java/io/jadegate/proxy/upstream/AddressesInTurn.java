package io.jadegate.proxy.upstream;

import io.jadegate.proxy.stream.Loop;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The addresses of one destination, for whoever asks for it: the first, and behind one that has
/// failed the next. For one exchange or connection, and its loop.
public final class AddressesInTurn implements Picker {
    /// More addresses of one destination are not tried.
    public static final int MOST = 4;

    private final Destinations destinations;
    private final List<InetSocketAddress> addresses;
    private int next;

    /// @param addresses at least one
    AddressesInTurn(Destinations destinations, List<InetSocketAddress> addresses) {
        this.destinations = destinations;
        this.addresses = addresses.subList(0, Math.min(addresses.size(), MOST));
    }

    /// The one that was chosen last.
    public InetSocketAddress current() {
        return addresses.get(next);
    }

    /// Whether there is an address behind the one that was chosen last.
    public boolean hasNext() {
        return next < addresses.size() - 1;
    }

    @Override
    public Target pick(Loop loop, @Nullable Target except) {
        Target target = destinations.at(loop, addresses.get(next));
        if (except != null && target.address().equals(except.address())) {
            next = (next + 1) % addresses.size();
            target = destinations.at(loop, addresses.get(next));
        }
        return target;
    }
}
