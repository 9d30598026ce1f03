package io.jadegate.server;

import io.jadegate.api.config.NodeConfig;
import io.jadegate.api.config.Problem;
import io.jadegate.api.filter.FilterProvider;
import io.jadegate.api.plane.ApplyResult.Applied;
import io.jadegate.api.plane.ApplyResult.Rejected;
import io.jadegate.control.admin.AdminServer;
import io.jadegate.control.config.ConfigLoader;
import io.jadegate.control.config.Environment;
import io.jadegate.control.config.LoadResult;
import io.jadegate.filters.authenticate.AuthenticateProvider;
import io.jadegate.filters.authenticate.Authentication;
import io.jadegate.filters.authenticate.ForwardAuthenticateProvider;
import io.jadegate.filters.connection.ConnectionLimitProvider;
import io.jadegate.filters.cors.CorsProvider;
import io.jadegate.filters.headers.RequestHeadersProvider;
import io.jadegate.filters.headers.ResponseHeadersProvider;
import io.jadegate.filters.ip.ConnectionIpFilterProvider;
import io.jadegate.filters.ip.IpFilterProvider;
import io.jadegate.filters.path.RewritePathProvider;
import io.jadegate.proxy.Proxy;
import io.jadegate.proxy.observe.AccessLog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Puts the modules together, with plain `new`. Whatever knows two of them is here.
final class Wiring {

    private Wiring() {}

    /// The filters of a configuration that is only looked at.
    static List<FilterProvider<?>> filters() {
        return filters(new Authentication());
    }

    /// Named one by one: looking them up as services opens every jar of the class path, 25 ms of a
    /// start.
    ///
    /// @param authentication that of the process
    static List<FilterProvider<?>> filters(Authentication authentication) {
        return List.of(
                new AuthenticateProvider(authentication),
                new ConnectionLimitProvider(),
                new ConnectionIpFilterProvider(),
                new CorsProvider(),
                new ForwardAuthenticateProvider(authentication),
                new IpFilterProvider(),
                new RequestHeadersProvider(),
                new ResponseHeadersProvider(),
                new RewritePathProvider());
    }

    static ConfigLoader configLoader() {
        return ConfigLoader.of(filters());
    }

    /// Reads a file, and refuses a node section that some module cannot start with.
    static LoadResult load(ConfigLoader loader, Path file, Environment environment) {
        return checked(loader.load(file, environment));
    }

    /// The same result, or the problems that only the modules started by the node section know.
    static LoadResult checked(LoadResult read) {
        if (!(read instanceof LoadResult.Loaded loaded)) {
            return read;
        }
        var problems = new ArrayList<Problem>();
        problems.addAll(AccessLog.problems(loaded.node().accessLog()));
        problems.addAll(AdminServer.problems(loaded.node()));
        if (problems.isEmpty()) {
            return read;
        }
        problems.replaceAll(problem -> problem.located(loaded.positions()));
        problems.addAll(loaded.warnings());
        return new LoadResult.Invalid(problems, loaded.sources());
    }

    /// Reads and compiles a file without serving it.
    ///
    /// @param openSecrets whether secrets are looked up
    static Compiled compile(Path file, boolean openSecrets) {
        var environment = new Environment(System.getenv(), openSecrets);
        return switch (load(configLoader(), file, environment)) {
            case LoadResult.Invalid invalid -> new Compiled.Refused(invalid.problems());
            case LoadResult.Loaded loaded -> compile(loaded);
        };
    }

    private static Compiled compile(LoadResult.Loaded loaded) {
        Proxy plane = Proxy.offline(loaded.node(), filters());
        return switch (new Publisher(loaded.node(), plane, _ -> {}).apply(loaded)) {
            case Applied applied -> new Compiled.Ready(plane, applied.warnings());
            case Rejected rejected -> new Compiled.Refused(rejected.problems());
        };
    }

    /// The node section of a file.
    ///
    /// @throws Refusal when the file has errors
    static NodeConfig node(Path file) {
        var environment = new Environment(System.getenv(), /* openSecrets= */ false);
        return switch (configLoader().load(file, environment)) {
            case LoadResult.Loaded loaded -> loaded.node();
            case LoadResult.Invalid invalid -> throw new Refusal(invalid.problems());
        };
    }
}
