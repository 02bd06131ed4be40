package io.kookoo.client.command;

import io.kookoo.client.net.ServerConnection;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "history",
        description = "Shows the last messages of a channel, as many as the server keeps.",
        footer = {"", "Examples:", "  java -jar client.jar history main_channel 10"})
final class HistoryCommand implements Callable<Integer> {
    private final Program program;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "CHANNEL", description = "Its name; channels lists them.")
    private String channel;

    @Parameters(index = "1", arity = "0..1", paramLabel = "N", description = "So many at most.")
    private Integer count;

    HistoryCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws IOException {
        if (count != null && count < 0) {
            throw new ParameterException(spec.commandLine(), "N is " + count + ", expected 0 or more");
        }
        String command = "history " + LineWord.of(spec, channel) + (count == null ? "" : " " + count);
        Console console = program.console();
        try (ServerConnection connection = Program.connect(program.settings())) {
            TextLists.ask(connection, command).forEach(console::outLine);
        }
        return ExitCode.OK;
    }
}
