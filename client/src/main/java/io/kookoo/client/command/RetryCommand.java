package io.kookoo.client.command;

import io.kookoo.client.net.ServerConnection;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "retry",
        description = "Queues a dead job again, or all dead jobs of a function.",
        footer = {
            "",
            "Examples:",
            "  java -jar client.jar retry H:box:mwr7vsdm:7",
            "  java -jar client.jar retry --function resize"
        })
final class RetryCommand implements Callable<Integer> {
    private final Program program;

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "HANDLE", description = "This job.")
    private String handle;

    @Option(names = "--function", paramLabel = "FUNCTION", description = "All dead jobs of this function.")
    private String function;

    RetryCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws IOException {
        if ((handle == null) == (function == null)) {
            throw new ParameterException(spec.commandLine(), "expected either a handle or --function");
        }
        String which = handle == null ? "function " + LineWord.ofFunction(spec, function) : LineWord.of(spec, handle);
        try (ServerConnection connection = Program.connectToStore(program.settings())) {
            long count = TextAnswer.askCount(connection, "retry " + which);
            program.console().out().println(count + (count == 1 ? " job" : " jobs") + " queued again");
        }
        return ExitCode.OK;
    }
}
