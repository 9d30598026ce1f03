package io.jadegate.server.soak;

/// What the gateway holds when nobody asks anything of it, its garbage collected.
///
/// @param descriptors sockets, pipes and the like that are open
/// @param closeWait sockets whose other side has ended and which nobody has closed
/// @param clients connections of clients
/// @param endpoints connections to endpoints
/// @param inFlight attempts that have not ended
/// @param heap octets in use
/// @param buffers octets of direct memory held for traffic
/// @param resident octets of memory as the kernel counts them
record Rest(
        int descriptors,
        int closeWait,
        int clients,
        int endpoints,
        int inFlight,
        long heap,
        long buffers,
        long resident) {}
