package io.kookoo.client.command;

import io.kookoo.client.net.ServerConnection;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.EscapedText;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "jobs",
        description = {
            "Lists jobs the server knows: those that wait or run, the dead, and those whose outcome its store has kept.",
            "The last column is the beginning of the result, or why there is none."
        },
        footer = {
            "",
            "Examples:",
            "  java -jar client.jar jobs --since 1h",
            "  java -jar client.jar jobs --state dead --function resize",
            "  java -jar client.jar jobs --limit 1000 --json | jq -r '.[] | select(.attempts > 1).handle'"
        })
final class JobsCommand implements Callable<Integer> {
    static final String[] COLUMNS = {
        "handle", "function", "kind", "state", "priority", "attempts", "created", "started", "ended", "worker", "text"
    };
    private static final int ATTEMPTS = 5;
    /** From here on a column may be {@code -}: there is nothing. */
    private static final int CREATED = 6;

    private static final int TEXT = 10;

    private final Program program;

    @Spec
    private CommandSpec spec;

    @Option(names = "--function", paramLabel = "FUNCTION", description = "Of this function alone.")
    private String function;

    @Option(names = "--state", paramLabel = "STATE", description = "One of ${COMPLETION-CANDIDATES}.")
    private JobState state;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description =
                    "Submitted then or later: a moment as 2026-11-22T02:27:53Z, a date (local time), or an age as 90s,"
                            + " 15m, 2h, 7d.")
    private String since;

    @Option(names = "--limit", paramLabel = "N", description = "The newest N; without it as many as the server gives.")
    private Integer limit;

    @Option(names = "--json", description = "A JSON array instead of a table.")
    private boolean json;

    JobsCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws IOException {
        String command = command();
        Table table = new Table(COLUMNS);
        try (ServerConnection connection = Program.connectToStore(program.settings())) {
            for (String line : TextLists.ask(connection, command)) {
                table.add(cells(command, line));
            }
        }
        program.console().out().print(json ? table.json() : table.text());
        return ExitCode.OK;
    }

    private String command() {
        StringBuilder command = new StringBuilder("jobs");
        if (function != null) {
            command.append(" function ").append(LineWord.ofFunction(spec, function));
        }
        if (state != null) {
            command.append(" state ").append(state);
        }
        if (since != null) {
            long millis = Since.epochMillis(since, Instant.now(), ZoneId.systemDefault())
                    .orElseThrow(() -> usage("--since " + since + ": expected " + Since.EXPECTED));
            command.append(" since ").append(millis);
        }
        if (limit != null) {
            if (limit < 1) {
                throw usage("--limit " + limit + ": expected 1 or more");
            }
            command.append(" limit ").append(limit);
        }
        return command.toString();
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** What a program reads is the text itself; people get it escaped, so that a job stays one line. */
    private Object[] cells(String command, String line) throws IOException {
        String[] texts = line.split("\t", -1);
        if (texts.length != COLUMNS.length) {
            throw TextLists.notUnderstood(command, line);
        }
        Object[] cells = new Object[texts.length];
        try {
            for (int i = 0; i < texts.length; i++) {
                cells[i] = i >= CREATED && texts[i].equals("-") ? null : texts[i];
            }
            cells[ATTEMPTS] = Long.valueOf(texts[ATTEMPTS]);
            byte[] text = EscapedText.decode(texts[TEXT]);
            cells[TEXT] = json ? new Data(text, 0, text.length).text() : texts[TEXT];
        } catch (IllegalArgumentException e) {
            throw TextLists.notUnderstood(command, line);
        }
        return cells;
    }
}
