package io.kookoo.client.command;

import io.kookoo.client.net.ServerConnection;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "tell",
        description = "Sends a line of text to the connection that has taken a name.",
        footer = {"", "Examples:", "  java -jar client.jar tell bob 'lunch is ready'"})
final class TellCommand implements Callable<Integer> {
    private final Program program;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "NAME", description = "Whom; clients lists them.")
    private String to;

    @Parameters(index = "1", paramLabel = "TEXT", description = "One line, passed on as it is.")
    private String text;

    @Mixin
    private SenderOptions sender;

    TellCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws IOException {
        String line = "tell " + LineWord.of(spec, to) + " " + LineWord.line(spec, text);
        try (ServerConnection connection = Program.connect(program.settings())) {
            sender.takeName(spec, connection);
            TextAnswer.ask(connection, line);
        }
        return ExitCode.OK;
    }
}
