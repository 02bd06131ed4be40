package io.kookoo.client.command;

import io.kookoo.client.TextVerb;
import io.kookoo.client.net.ServerConnection;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "nodes",
        description = {
            "Shows the nodes of the server, which are clients with an id, and those that were lost in the last 24 hours.",
            "STATE is up, late (nothing came for half as long again as between two pings) or lost; QUIET whether it is given no"
                    + " jobs; SILENT_S the time since something came; P50_MS and P99_MS the round trip of its last pings."
        },
        footer = {
            "",
            "Examples:",
            "  java -jar client.jar nodes",
            "  java -jar client.jar nodes --json | jq -r '.[] | select(.state == \"lost\").name'"
        })
final class NodesCommand implements Callable<Integer> {
    static final String[] COLUMNS = {
        "node", "name", "address", "state", "quiet", "silent_s", "p50_ms", "p99_ms", "calls", "version"
    };

    private final Program program;

    @Option(names = "--json", description = "A JSON array instead of a table.")
    private boolean json;

    NodesCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws IOException {
        Table table;
        try (ServerConnection connection = Program.connect(program.settings())) {
            table = Table.of(connection, TextVerb.NODES.toString(), COLUMNS);
        }
        program.console().out().print(json ? table.json() : table.text());
        return ExitCode.OK;
    }
}
