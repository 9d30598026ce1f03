/// What gRPC means for a proxy: calls, statuses, deadlines, messages, gRPC-Web.
///
/// Pure functions and values; must not know connections, exchanges or routes.
@NullMarked
package io.jadegate.proxy.grpc;

import org.jspecify.annotations.NullMarked;
