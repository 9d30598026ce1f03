package io.jadegate.server.soak;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What was seen of the gateway at one time.
///
/// @param second since the load began
/// @param resident memory of the process in octets, as the kernel counts it
/// @param heap octets in use, garbage included
/// @param buffers octets of direct memory held for traffic
/// @param descriptors sockets, pipes and the like that are open
/// @param closeWait sockets whose other side has ended and which nobody has closed yet
/// @param clients connections of clients that are open
/// @param endpoints connections to endpoints that are open
/// @param inFlight attempts that have not ended
/// @param tunnels those of the tunnels that stay
/// @param errands ended as they should, since the load began
record Sample(
        long second,
        long resident,
        long heap,
        long buffers,
        long descriptors,
        long closeWait,
        long clients,
        long endpoints,
        long inFlight,
        long tunnels,
        long errands) {

    static String header() {
        return Arrays.stream(Sample.class.getRecordComponents())
                .map(component -> component.getName())
                .collect(Collectors.joining(","));
    }

    String row() {
        return Stream.of(
                        second,
                        resident,
                        heap,
                        buffers,
                        descriptors,
                        closeWait,
                        clients,
                        endpoints,
                        inFlight,
                        tunnels,
                        errands)
                .map(String::valueOf)
                .collect(Collectors.joining(","));
    }

    static Sample parse(String row) {
        long[] values = Stream.of(row.split(",", -1)).mapToLong(Long::parseLong).toArray();
        return new Sample(
                values[0],
                values[1],
                values[2],
                values[3],
                values[4],
                values[5],
                values[6],
                values[7],
                values[8],
                values[9],
                values[10]);
    }
}
