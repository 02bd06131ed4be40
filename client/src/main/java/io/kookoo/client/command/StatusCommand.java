package io.kookoo.client.command;

import io.kookoo.client.FunctionStatus;
import io.kookoo.client.net.ServerConnection;
import io.kookoo.settings.Settings;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "status",
        description = "Shows the functions the server knows: jobs queued and running, jobs running, workers.",
        footer = {
            "",
            "Examples:",
            "  java -jar client.jar status",
            "  java -jar client.jar status --json | jq '.[] | select(.workers == 0)'"
        })
final class StatusCommand implements Callable<Integer> {
    static final String[] COLUMNS = {"function", "total", "running", "workers"};

    private final Program program;

    @Option(names = "--json", description = "A JSON array instead of a table.")
    private boolean json;

    StatusCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws IOException {
        Settings settings = program.settings();
        Table table = new Table(COLUMNS);
        try (ServerConnection connection = Program.connect(settings)) {
            for (String line : TextLists.ask(connection, TextLists.STATUS)) {
                FunctionStatus status = FunctionStatus.parse(line);
                table.add(status.function(), status.total(), status.running(), status.workers());
            }
        }
        program.console().out().print(json ? table.json() : table.text());
        return ExitCode.OK;
    }
}
