package io.kookoo.client.command;

import io.kookoo.client.net.ServerConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "backup",
        description = {
            "Has the server write a copy of its store into a new file, while it goes on working.",
            "For administrators; the server writes the file on its own machine, and it belongs to the server's user."
        },
        footer = {"", "Examples:", "  java -jar client.jar backup /var/backups/kookoo.db"})
final class BackupCommand implements Callable<Integer> {
    private final Program program;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "Must not exist yet; a relative path starts at the current folder.")
    private Path file;

    BackupCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws IOException {
        // The server's home, where its relative paths start, may be another folder.
        Path path = program.currentFolder().resolve(file).toAbsolutePath().normalize();
        String text = path.toString();
        if (text.contains("%20") || text.chars().anyMatch(Character::isISOControl)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "\"" + text + "\" cannot be named in a line of text: it has %20 or a control character");
        }
        try (ServerConnection connection = Program.connectToStore(program.settings())) {
            TextAnswer.ask(connection, "backup " + text.replace(" ", "%20"));
            program.console().out().println("backup written: " + text);
        }
        return ExitCode.OK;
    }
}
