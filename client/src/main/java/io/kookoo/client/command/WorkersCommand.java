package io.kookoo.client.command;

import io.kookoo.client.command.TextLists.WorkerStatus;
import io.kookoo.client.net.ServerConnection;
import io.kookoo.settings.Settings;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "workers",
        description = "Shows the connections of the server and the functions that each offers.",
        footer = {
            "",
            "Examples:",
            "  java -jar client.jar workers",
            "  java -jar client.jar workers --json | jq '.[].id'"
        })
final class WorkersCommand implements Callable<Integer> {
    private final Program program;

    @Option(names = "--json", description = "A JSON array instead of a table.")
    private boolean json;

    WorkersCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws IOException {
        Settings settings = program.settings();
        Table table = new Table("fd", "ip", "id", "functions");
        try (ServerConnection connection = Program.connect(settings)) {
            for (String line : TextLists.ask(connection, TextLists.WORKERS)) {
                WorkerStatus worker = WorkerStatus.parse(line);
                table.add(worker.descriptor(), worker.ip(), worker.id(), worker.functions());
            }
        }
        program.console().out().print(json ? table.json() : table.text());
        return ExitCode.OK;
    }
}
