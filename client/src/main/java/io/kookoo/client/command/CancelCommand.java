package io.kookoo.client.command;

import io.kookoo.client.RefusedException;
import io.kookoo.client.net.ServerConnection;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "cancel",
        description = "Ends a job before its time, whether it waits or runs. Who waits for it is told that it failed.",
        footer = {
            "",
            "Examples:",
            "  java -jar client.jar cancel H:box:mwr7vsdm:7",
            "  java -jar client.jar cancel resize holiday.png    the job of that function with that unique"
        })
final class CancelCommand implements Callable<Integer> {
    private final Program program;

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..2", paramLabel = "HANDLE | FUNCTION UNIQUE", description = "Which job.")
    private List<String> words;

    CancelCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws IOException {
        words.forEach(word -> LineWord.of(spec, word));
        String which = (words.size() == 1 ? "job " : "unique ") + String.join(" ", words);
        try (ServerConnection connection = Program.connect(program.settings())) {
            TextAnswer.ask(connection, "cancel " + which);
            program.console().out().println("cancelled " + which);
            return ExitCode.OK;
        } catch (RefusedException e) {
            program.console().err().println("not cancelled: the server has no " + which + " (" + e.answer() + ")");
            return ExitCode.FUNCTION_FAILED;
        }
    }
}
