package io.kookoo.client.command;

import io.kookoo.client.net.ServerConnection;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
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
    /** The lists a server has, as the text command {@code show} names them, with their columns ({@code docs/protocol.md}). */
    enum What {
        clients("client", "id", "address", "since", "idle_s", "functions", "running"),
        running("handle", "function", "worker", "attempt", "age_s", "progress"),
        queued("handle", "unique", "priority", "age_s"),
        functions("function", "queued", "running", "done", "failed", "retried", "mean_ms", "p99_ms"),
        settings("section", "key", "value", "from"),
        load("connections", "queued", "running");

        private static final List<String> LISTS = List.of("functions", "running");
        private static final List<String> TEXTS = List.of("id", "unique", "value", "function", "key", "section");

        private final String[] columns;

        What(String... columns) {
            this.columns = columns;
        }

        /** The cells of a line: numbers, lists of names where a client has several, and texts. */
        private Object[] cells(String line) throws IOException {
            String[] texts = line.split("\t", -1);
            if (texts.length != columns.length) {
                throw new IOException("the answer to show " + this + " has " + texts.length + " columns, expected "
                        + columns.length + ": \"" + line + "\"");
            }
            Object[] cells = new Object[texts.length];
            for (int i = 0; i < texts.length; i++) {
                cells[i] = cell(columns[i], texts[i]);
            }
            return cells;
        }

        private Object cell(String column, String text) {
            if (this == clients && LISTS.contains(column)) {
                return text.equals("-") ? List.of() : List.of(text.split(","));
            }
            boolean number = !TEXTS.contains(column) && text.matches("[0-9]{1,18}(\\.[0-9]{1,9})?");
            return number ? new BigDecimal(text) : text;
        }
    }

    private final Program program;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "WHAT", description = "${COMPLETION-CANDIDATES}")
    private What what;

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
        if (function != null && what != What.queued) {
            throw new ParameterException(
                    spec.commandLine(), "show " + what + " takes no function; show queued " + function + " does");
        }
        String command = "show " + what + (function == null ? "" : " " + LineWord.of(spec, function));
        Table table = new Table(what.columns);
        try (ServerConnection connection = Program.connect(program.settings())) {
            for (String line : TextLists.ask(connection, command)) {
                table.add(what.cells(line));
            }
        }
        program.console().out().print(json ? table.json() : table.text());
        return ExitCode.OK;
    }
}
