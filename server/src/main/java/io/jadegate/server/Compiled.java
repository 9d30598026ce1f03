package io.jadegate.server;

import io.jadegate.api.config.Problem;
import io.jadegate.api.plane.DataPlane;
import java.util.List;

/// A configuration file taken as far as it goes without serving: read, checked, compiled.
sealed interface Compiled {

    /// Everything to say about it, errors and warnings, with positions.
    List<Problem> problems();

    /// It can be served; `plane` explains by it and has no socket open.
    record Ready(DataPlane plane, List<Problem> problems) implements Compiled {
        public Ready {
            problems = List.copyOf(problems);
        }
    }

    /// It cannot.
    record Refused(List<Problem> problems) implements Compiled {
        public Refused {
            problems = List.copyOf(problems);
        }
    }
}
