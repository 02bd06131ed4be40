package io.kookoo.client.command;

import io.kookoo.client.function.FunctionExecutor;
import io.kookoo.settings.Settings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "functions",
        description = "Shows what this client can run, those of functions/ included; needs no server.",
        footer = {
            "",
            "Examples:",
            "  java -jar client.jar functions",
            "  java -jar client.jar functions --json | jq -r '.[].name'"
        })
final class FunctionsCommand implements Callable<Integer> {
    private final Program program;

    @Option(names = "--json", description = "A JSON array instead of a table.")
    private boolean json;

    FunctionsCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() {
        Settings settings = program.settings();
        try (FunctionExecutor executor = Program.executor(settings)) {
            executor.refresh();
            executor.problems().forEach(program.console().err()::println);
            Table table = json ? new Table("name", "signature", "description") : new Table("signature", "description");
            executor.functions().forEach(function -> {
                if (json) {
                    table.add(function.name(), function.signature(), function.description());
                } else {
                    table.add(function.signature(), function.description());
                }
            });
            program.console().out().print(json ? table.json() : table.text());
        }
        return ExitCode.OK;
    }
}
