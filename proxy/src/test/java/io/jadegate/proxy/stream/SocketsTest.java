package io.jadegate.proxy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SocketsTest {
    @Test
    void keepsAPartFromClients() {
        assertThat(new Sockets(20_000).mostAccepted()).isEqualTo(18_750);
        assertThat(new Sockets(256).mostAccepted()).isEqualTo(192);
        assertThat(new Sockets(Integer.MAX_VALUE).mostAccepted()).isGreaterThan(1_000_000_000);
    }

    @Test
    void letsNobodyInWhileAllAreTaken() {
        Sockets sockets = new Sockets(66);
        assertThat(sockets.admit()).isTrue();
        sockets.opened();

        assertThat(sockets.admit()).isFalse();
        assertThat(sockets.open()).isEqualTo(2);

        sockets.closed();
        assertThat(sockets.admit()).isTrue();
    }

    @Test
    void keepsAPartOfThePlacesFromSessionsOfDatagrams() {
        Sockets sockets = new Sockets(68);
        for (int i = 0; i < 3; i++) {
            assertThat(sockets.admitSession()).isTrue();
        }

        assertThat(sockets.admitSession()).isFalse();
        assertThat(sockets.admit()).isTrue();
        assertThat(sockets.admit()).isFalse();

        sockets.sessionClosed();
        assertThat(sockets.admitSession()).isTrue();
        assertThat(sockets.open()).isEqualTo(4);
    }

    @Test
    void letsNoSessionInWhereConnectionsHaveAllPlaces() {
        Sockets sockets = new Sockets(66);
        sockets.opened();
        assertThat(sockets.admit()).isTrue();

        assertThat(sockets.admitSession()).isFalse();
        assertThat(sockets.open()).isEqualTo(2);
    }

    @Test
    void readsTheLimitOfThisProcess() {
        assertThat(Sockets.ofProcess().mostAccepted()).isPositive();
    }
}
