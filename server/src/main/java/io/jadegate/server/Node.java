package io.jadegate.server;

import io.jadegate.api.plane.ConnectExplanation;
import io.jadegate.api.plane.Explanation;
import io.jadegate.api.plane.RouteSummary;
import io.jadegate.api.plane.TcpExplanation;
import io.jadegate.control.admin.ConnectQuestion;
import io.jadegate.control.admin.ExplainQuestion;
import io.jadegate.control.admin.TcpQuestion;
import java.io.IOException;
import java.util.List;

/// Somebody who knows a configuration and answers questions about it: a running node, or a file
/// compiled for the purpose.
interface Node {

    /// @throws IOException when a running node cannot be asked
    Explanation explain(ExplainQuestion question) throws IOException, InterruptedException;

    /// @throws IOException when a running node cannot be asked
    TcpExplanation explainTcp(TcpQuestion question) throws IOException, InterruptedException;

    /// @throws IOException when a running node cannot be asked
    ConnectExplanation explainConnect(ConnectQuestion question)
            throws IOException, InterruptedException;

    /// The routes in order of preference.
    ///
    /// @throws IOException when a running node cannot be asked
    List<RouteSummary> routes() throws IOException, InterruptedException;
}
