package io.jadegate.server;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "schema",
        description = "Prints the JSON Schema of a configuration, for editors and other programs.")
final class SchemaCommand implements Runnable {

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        var out = spec.commandLine().getOut();
        out.print(Wiring.configLoader().jsonSchema());
        out.flush();
    }
}
