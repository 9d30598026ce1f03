package io.jadegate.server;

import io.jadegate.api.config.NodeConfig;
import io.jadegate.api.config.Problem;
import io.jadegate.api.plane.ApplyResult;
import io.jadegate.api.plane.ApplyResult.Applied;
import io.jadegate.api.plane.ApplyResult.Parts;
import io.jadegate.api.plane.ApplyResult.Rejected;
import io.jadegate.api.plane.DataPlane;
import io.jadegate.control.config.LoadResult;
import io.jadegate.control.config.LoadResult.Invalid;
import io.jadegate.control.config.LoadResult.Loaded;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings what was read to the data plane, one configuration after another, and tells in the log
/// what became of it. Safe to call from any thread but an event loop.
final class Publisher {

    private static final Logger log = LoggerFactory.getLogger(Publisher.class);

    private final NodeConfig node;
    private final DataPlane plane;
    private final Consumer<ApplyResult> ended;

    /// @param node the node section this process was started with
    /// @param ended hears of every result, the first included
    Publisher(NodeConfig node, DataPlane plane, Consumer<ApplyResult> ended) {
        this.node = node;
        this.plane = plane;
        this.ended = ended;
    }

    /// Has the first configuration applied.
    ///
    /// @throws Refusal when it cannot be served; nobody else is told
    synchronized void begin(Loaded first) {
        ApplyResult result = apply(first);
        if (result instanceof Rejected rejected) {
            throw new Refusal(rejected.problems());
        }
        ended.accept(result);
        tell(result);
    }

    /// Has a configuration applied if it has no errors. The problems of the result, whoever found
    /// them, have their positions.
    synchronized ApplyResult publish(LoadResult read) {
        ApplyResult result =
                switch (read) {
                    case Invalid invalid -> new Rejected(invalid.problems());
                    case Loaded loaded -> apply(loaded);
                };
        ended.accept(result);
        tell(result);
        return result;
    }

    /// The same without a word to anybody.
    synchronized ApplyResult apply(Loaded loaded) {
        var problems = new ArrayList<>(loaded.warnings());
        if (!loaded.node().equals(node)) {
            problems.add(
                    Problem.warning(
                                    "node",
                                    "changed; it is read at start only, so restart to use it")
                            .located(loaded.positions()));
        }
        ApplyResult result = plane.apply(loaded.config());
        switch (result) {
            case Applied applied -> problems.addAll(located(applied.warnings(), loaded));
            case Rejected rejected -> problems.addAll(located(rejected.problems(), loaded));
        }
        return switch (result) {
            case Applied(long revision, var changes, var _) ->
                    new Applied(revision, changes, problems);
            case Rejected _ -> new Rejected(problems);
        };
    }

    private static List<Problem> located(List<Problem> problems, Loaded loaded) {
        return problems.stream().map(problem -> problem.located(loaded.positions())).toList();
    }

    private static void tell(ApplyResult result) {
        switch (result) {
            case Applied(long revision, var changes, var warnings) -> {
                warnings.forEach(Publisher::tell);
                log.info("configuration: revision {} serves, {}", revision, changes.summary());
                tell("added", changes.added());
                tell("replaced", changes.replaced());
                tell("drained", changes.drained());
            }
            case Rejected(var problems) -> {
                problems.forEach(Publisher::tell);
                log.error("configuration: refused, see above; what was served before stays");
            }
        }
    }

    private static void tell(Problem problem) {
        switch (problem.severity()) {
            case ERROR -> log.error("{}", problem);
            case WARNING -> log.warn("{}", problem);
        }
    }

    private static void tell(String what, Parts parts) {
        if (parts.count() > 0) {
            log.debug("configuration: {} {}", what, parts);
        }
    }
}
