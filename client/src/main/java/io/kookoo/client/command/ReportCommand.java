package io.kookoo.client.command;

import io.kookoo.client.net.ServerConnection;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "report",
        description = {
            "Has the server write the report of the session, a page for a browser, and begin another session; prints the page's path.",
            "The same as JSON is beside it. For administrators; the files are on the server's machine, and belong to the server's user."
        },
        footer = {"", "Examples:", "  java -jar client.jar report"})
final class ReportCommand implements Callable<Integer> {
    private final Program program;

    ReportCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws IOException {
        try (ServerConnection connection = Program.connectToStore(program.settings())) {
            program.console().out().println(TextAnswer.ask(connection, "report"));
        }
        return ExitCode.OK;
    }
}
