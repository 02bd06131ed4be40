package io.kookoo.client.command;

import io.kookoo.client.net.ServerConnection;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "create",
        description = "Makes a channel, which lives until the server ends.",
        footer = {"", "Examples:", "  java -jar client.jar create kitchen"})
final class CreateCommand implements Callable<Integer> {
    private final Program program;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "CHANNEL", description = "1 to 64 letters, digits, _, . and -.")
    private String channel;

    CreateCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws IOException {
        try (ServerConnection connection = Program.connect(program.settings())) {
            // Not "create", which has another meaning for a channel called function.
            TextAnswer.ask(connection, "createchannel " + LineWord.of(spec, channel));
        }
        return ExitCode.OK;
    }
}
