package io.jadegate.server;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        description =
                "Prints a script that teaches a shell this command line: source <(jadegate"
                        + " completion bash)")
final class CompletionCommand implements Runnable {

    /// The shells that the script serves; zsh reads it in its bash mode, which the script turns on.
    enum Shell {
        bash,
        zsh
    }

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}")
    private Shell shell = Shell.bash;

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        var root = spec.root().commandLine();
        String script =
                switch (shell) {
                    case bash, zsh -> AutoComplete.bash(root.getCommandName(), root);
                };
        spec.commandLine().getOut().print(script);
        spec.commandLine().getOut().flush();
    }
}
