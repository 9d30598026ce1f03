package io.jadegate.proxy.route;

import io.jadegate.api.config.MatchConfig.GrpcConfig;
import io.jadegate.api.config.PathMatchConfig;
import java.util.ArrayList;
import java.util.List;

/// The paths that gRPC calls of some services and methods have: `/SERVICE/METHOD`.
///
/// So a call is found as any other request, and a route for one service wins over one for `/`. A
/// named service is a template or, with the method, a whole path; a package is the beginning of
/// one, whose method [GrpcMethods] looks at.
final class GrpcPaths {
    private static final String PACKAGE = ".*";

    private GrpcPaths() {}

    /// A pattern, and where in the block it is from.
    record Written(PathMatchConfig path, String key) {}

    static List<Written> of(GrpcConfig grpc) throws PatternException {
        if (grpc.service().isEmpty() && grpc.method().isEmpty()) {
            throw new PatternException(
                    "names neither a service nor a method; for every call match"
                            + " headers: { content-type: { prefix: application/grpc } }");
        }
        List<Written> written = new ArrayList<>();
        if (grpc.service().isEmpty()) {
            addMethods("{service}", grpc, ".method", written);
        }
        for (int i = 0; i < grpc.service().size(); i++) {
            String service = grpc.service().get(i);
            String key = ".service[" + i + "]";
            if (service.endsWith(PACKAGE)) {
                String start = "/" + service.substring(0, service.length() - 1);
                written.add(new Written(new PathMatchConfig.TextPrefix(start), key));
            } else {
                addMethods(service, grpc, key, written);
            }
        }
        return written;
    }

    private static void addMethods(
            String service, GrpcConfig grpc, String key, List<Written> written) {
        if (grpc.method().isEmpty()) {
            written.add(
                    new Written(new PathMatchConfig.Template("/" + service + "/{method}"), key));
        }
        for (String method : grpc.method()) {
            String path = "/" + service + "/" + method;
            written.add(
                    new Written(
                            service.startsWith("{")
                                    ? new PathMatchConfig.Template(path)
                                    : new PathMatchConfig.Exact(path),
                            key));
        }
    }
}
