package io.kookoo.client.command;

import io.kookoo.client.net.ServerConnection;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "channels",
        description = "Shows the server's channels and how many connections have subscribed to each.",
        footer = {"", "Examples:", "  java -jar client.jar channels"})
final class ChannelsCommand implements Callable<Integer> {
    static final String[] COLUMNS = {"channel", "subscribers"};

    private final Program program;

    @Option(names = "--json", description = "A JSON array instead of a table.")
    private boolean json;

    ChannelsCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws IOException {
        Table table;
        try (ServerConnection connection = Program.connect(program.settings())) {
            table = Table.of(connection, "channels", COLUMNS);
        }
        program.console().out().print(json ? table.json() : table.text());
        return ExitCode.OK;
    }
}
