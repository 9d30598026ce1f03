package io.jadegate.proxy.forward;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The addresses that one address stands for: itself, and the IPv4 addresses that ways from IPv6 to
/// IPv4 write into it. Who may not be reached may not be reached by another name either.
final class Faces {
    private static final byte[] NAT64 = {0, 0x64, (byte) 0xff, (byte) 0x9b};

    private Faces() {}

    /// In octets, 4 or 16 each; that of an address which maps IPv4 is IPv4.
    static List<byte[]> of(InetAddress address) {
        byte[] octets = address.getAddress();
        if (octets.length == 4) {
            return List.of(octets);
        }
        List<byte[]> faces = new ArrayList<>(3);
        faces.add(octets);
        boolean nat64 = Arrays.equals(octets, 0, 4, NAT64, 0, 4);
        if (isZero(octets, 0, 10) && octets[10] == -1 && octets[11] == -1) {
            // mapped
            faces.add(v4(octets, 12));
        } else if ((isZero(octets, 0, 12) && !isZero(octets, 12, 15))
                || (nat64 && isZero(octets, 4, 12))) {
            // compatible, which :: and ::1 are not; NAT64 (RFC 6052 §2.1)
            faces.add(v4(octets, 12));
        } else if (octets[0] == 0x20 && octets[1] == 0x02) {
            // 6to4 (RFC 3056 §2)
            faces.add(v4(octets, 2));
        } else if (octets[0] == 0x20 && octets[1] == 0x01 && octets[2] == 0 && octets[3] == 0) {
            // Teredo (RFC 4380 §4): its server, and the client's address with all bits turned
            faces.add(v4(octets, 4));
            byte[] client = v4(octets, 12);
            for (int i = 0; i < client.length; i++) {
                client[i] = (byte) ~client[i];
            }
            faces.add(client);
        }
        return faces;
    }

    private static boolean isZero(byte[] octets, int from, int to) {
        for (int i = from; i < to; i++) {
            if (octets[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private static byte[] v4(byte[] octets, int from) {
        return Arrays.copyOfRange(octets, from, from + 4);
    }
}
