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
        name = "show",
        description = "Shows what the server has: its clients, running and queued jobs, functions, settings, or load.",
        footer = {
            "",
            "Examples:",
            "  java -jar client.jar show clients",
            "  java -jar client.jar show queued resize",
            "  java -jar client.jar show functions --json | jq '.[] | select(.failed > 0)'"
        })
final class ShowCommand implements Callable<Integer> {
    private final Program program;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "WHAT", description = "${COMPLETION-CANDIDATES}")
    private ServerList what;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FUNCTION",
            description = "With queued: of this function alone.")
    private String function;

    @Option(names = "--json", description = "A JSON array instead of a table.")
    private boolean json;

    ShowCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws IOException {
        if (function != null && what != ServerList.queued) {
            throw new ParameterException(
                    spec.commandLine(), "show " + what + " takes no function; show queued " + function + " does");
        }
        String arguments = function == null ? "" : " " + LineWord.of(spec, function);
        Table table = what.table();
        try (ServerConnection connection = Program.connect(program.settings())) {
            for (ServerList.Row row : what.ask(connection, arguments)) {
                table.add(row.cells().toArray());
            }
        }
        program.console().out().print(json ? table.json() : table.text());
        return ExitCode.OK;
    }
}
