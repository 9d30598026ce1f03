package io.jadegate.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.proxy.observe.Meters;
import io.jadegate.proxy.stream.Budget;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.Loops;
import io.jadegate.proxy.stream.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DestinationsTest {
    private final Loops loops = new Loops(Transport.NIO, 1, new Budget(1 << 20));
    private final Loop loop = loops.all().getFirst();
    private final Destinations destinations =
            new Destinations("u", new Meters(1).target("u", "*"), 1);

    @AfterEach
    void stop() {
        loops.stop();
    }

    private static InetSocketAddress address(int number) {
        try {
            byte[] octets = {11, (byte) (number >> 16), (byte) (number >> 8), (byte) number};
            return new InetSocketAddress(InetAddress.getByAddress(octets), 443);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void forgetsWhatNobodyUses() {
        for (int i = 0; i < 100_000; i++) {
            destinations.at(loop, address(i));
        }

        assertThat(destinations.size(loop)).isLessThanOrEqualTo(64);
    }

    @Test
    void keepsWhatIsInUse() {
        Target used = destinations.at(loop, address(1));
        used.connectionCounter().incrementAndGet();

        for (int i = 2; i < 1000; i++) {
            destinations.at(loop, address(i));
        }

        assertThat(destinations.at(loop, address(1))).isSameAs(used);
    }

    @Test
    void choosesTheNextAddressBehindOneThatHasFailed() {
        var turn = new AddressesInTurn(destinations, List.of(address(1), address(2)));

        Target first = turn.pick(loop, null);
        assertThat(turn.pick(loop, null)).isSameAs(first);
        assertThat(first.resolved().next()).isEqualTo(address(1));
        Target second = turn.pick(loop, first);
        assertThat(second.resolved().next()).isEqualTo(address(2));
        assertThat(turn.current()).isEqualTo(address(2));
        assertThat(turn.pick(loop, first)).isSameAs(second);
        assertThat(turn.pick(loop, second)).isSameAs(first);
    }

    @Test
    void leadsToSomeOfManyAddressesOnly() {
        List<InetSocketAddress> many =
                IntStream.rangeClosed(1, 6).mapToObj(DestinationsTest::address).toList();
        var turn = new AddressesInTurn(destinations, many);

        Target last = turn.pick(loop, null);
        while (turn.hasNext()) {
            last = turn.pick(loop, last);
        }

        assertThat(last.resolved().next()).isEqualTo(address(AddressesInTurn.MOST));
    }
}
