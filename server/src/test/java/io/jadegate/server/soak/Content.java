package io.jadegate.server.soak;

import java.util.Arrays;
import java.util.SplittableRandom;

/// What bodies and tunnels carry. Every octet follows from a seed and its position, so that each
/// end knows what must arrive and neither has to keep it.
///
/// Safe for all threads.
final class Content {
    /// What is asked for in one go is at most this.
    static final int PIECE = 64 * 1024;

    /// A prime, so that no lost or repeated piece of a usual size goes unnoticed.
    private static final int PERIOD = 1_048_583;

    private static final int ANY_SEED = 20_260_131;

    private final byte[] octets = new byte[PERIOD + PIECE];

    Content() {
        new SplittableRandom(ANY_SEED).nextBytes(octets);
        System.arraycopy(octets, 0, octets, PERIOD, PIECE);
    }

    /// A body, or one direction of a tunnel.
    ///
    /// @param seed which of all
    /// @param length its octets
    record Body(int seed, long length) {}

    /// Copies the octets from `position` on into `into`, from its start.
    void copy(int seed, long position, byte[] into, int count) {
        System.arraycopy(octets, offset(seed, position), into, 0, count);
    }

    /// Whether `found` has, from its start, the octets from `position` on.
    boolean matches(int seed, long position, byte[] found, int count) {
        int offset = offset(seed, position);
        return Arrays.equals(octets, offset, offset + count, found, 0, count);
    }

    private static int offset(int seed, long position) {
        return Math.floorMod(seed + position, PERIOD);
    }
}
