package io.kookoo.client.command;

import io.kookoo.client.net.ServerConnection;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "purge",
        description = "Has the server forget its dead jobs. They cannot be had back; jobs --state dead lists them.",
        footer = {"", "Examples:", "  java -jar client.jar purge", "  java -jar client.jar purge --function resize"})
final class PurgeCommand implements Callable<Integer> {
    private final Program program;

    @Spec
    private CommandSpec spec;

    @Option(names = "--function", paramLabel = "FUNCTION", description = "Those of this function alone.")
    private String function;

    PurgeCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws IOException {
        String which = function == null ? "" : " function " + LineWord.ofFunction(spec, function);
        try (ServerConnection connection = Program.connectToStore(program.settings())) {
            long count = TextAnswer.askCount(connection, "purge" + which);
            program.console().out().println(count + (count == 1 ? " dead job" : " dead jobs") + " forgotten");
        }
        return ExitCode.OK;
    }
}
