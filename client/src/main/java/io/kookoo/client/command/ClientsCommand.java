package io.kookoo.client.command;

import io.kookoo.client.net.ServerConnection;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "clients",
        description = {
            "Shows the server's connections with the names that they have taken and the channels they have subscribed to.",
            "What they work on: show clients."
        },
        footer = {"", "Examples:", "  java -jar client.jar clients"})
final class ClientsCommand implements Callable<Integer> {
    static final String[] COLUMNS = {"client", "name", "address", "since", "seconds", "channels"};

    private final Program program;

    @Option(names = "--json", description = "A JSON array instead of a table.")
    private boolean json;

    ClientsCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws IOException {
        Table table;
        try (ServerConnection connection = Program.connect(program.settings())) {
            table = Table.of(connection, "clients", COLUMNS);
        }
        program.console().out().print(json ? table.json() : table.text());
        return ExitCode.OK;
    }
}
