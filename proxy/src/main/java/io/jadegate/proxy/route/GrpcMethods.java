package io.jadegate.proxy.route;

import io.jadegate.api.http.RequestHead;
import java.util.Collections;
import java.util.List;

/// Of which methods a gRPC call may be. Its path is `/SERVICE/METHOD`; the service is matched as a
/// path ([GrpcPaths]).
///
/// @param names those allowed; empty for any
record GrpcMethods(List<String> names) {

    boolean any() {
        return names.isEmpty();
    }

    boolean hold(RequestHead head) {
        byte[] bytes = head.fields().bytes();
        int method = head.pathEnd();
        while (method > head.pathStart() && bytes[method - 1] != '/') {
            method--;
        }
        return isBehindService(bytes, head.pathStart(), method)
                && method < head.pathEnd()
                && (names.isEmpty() || allow(bytes, method, head.pathEnd()));
    }

    /// Whether `bytes[start, end)` is one segment between slashes.
    private static boolean isBehindService(byte[] bytes, int start, int end) {
        for (int i = start + 1; i < end - 1; i++) {
            if (bytes[i] == '/') {
                return false;
            }
        }
        return end - start > 2;
    }

    private boolean allow(byte[] bytes, int start, int end) {
        for (int i = 0; i < names.size(); i++) {
            if (Octets.equal(bytes, start, end, names.get(i))) {
                return true;
            }
        }
        return false;
    }

    /// Whether this holds whenever `other` does.
    boolean cover(GrpcMethods other) {
        return any() || (!other.any() && names.containsAll(other.names));
    }

    /// Whether no call satisfies both.
    boolean exclude(GrpcMethods other) {
        return !any() && !other.any() && Collections.disjoint(names, other.names);
    }

    /// In short, `grpc` or `grpc:Get,List`.
    @Override
    public String toString() {
        return any() ? "grpc" : "grpc:" + String.join(",", names);
    }
}
