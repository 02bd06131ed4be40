package io.kookoo.client.command;

import io.kookoo.client.net.ServerConnection;
import io.kookoo.protocol.Message;
import io.kookoo.protocol.TextLine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The server's text commands that answer with a list, and what their lines mean ({@code docs/protocol.md}, Text commands). */
final class TextLists {
    static final String STATUS = "status";
    static final String WORKERS = "workers";
    /** The line that ends a list. */
    static final String END = ".";

    private static final Pattern WORKER = Pattern.compile("(\\S+) (\\S+) (.*?) :(?: (.*))?");

    /** A line of {@code status}. {@code total} counts the queued and the running. */
    record FunctionStatus(String function, long total, long running, long workers) {
        static FunctionStatus parse(String line) throws IOException {
            String[] cells = line.split("\t", -1);
            try {
                if (cells.length == 4) {
                    return new FunctionStatus(
                            cells[0], Long.parseLong(cells[1]), Long.parseLong(cells[2]), Long.parseLong(cells[3]));
                }
            } catch (NumberFormatException e) {
                throw notUnderstood(STATUS, line);
            }
            throw notUnderstood(STATUS, line);
        }
    }

    /** A line of {@code workers}. */
    record WorkerStatus(String descriptor, String ip, String id, List<String> functions) {
        static WorkerStatus parse(String line) throws IOException {
            Matcher matcher = WORKER.matcher(line);
            if (!matcher.matches()) {
                throw notUnderstood(WORKERS, line);
            }
            String functions = matcher.group(4);
            return new WorkerStatus(
                    matcher.group(1),
                    matcher.group(2),
                    matcher.group(3),
                    functions == null || functions.isBlank() ? List.of() : List.of(functions.split(" ")));
        }
    }

    private TextLists() {}

    /**
     * Asks and returns the lines before the end; blocks. The connection has nothing else to read.
     *
     * @throws RefusedException where the answer is ERR
     */
    static List<String> ask(ServerConnection connection, String command) throws IOException {
        connection.send(writer -> writer.text(command + "\n"));
        List<String> lines = new ArrayList<>();
        while (true) {
            Message message = connection.read();
            if (!(message instanceof TextLine line)) {
                throw notUnderstood(command, message.toString());
            }
            if (lines.isEmpty()) {
                RefusedException.check(command, line.text());
            }
            if (line.text().equals(END)) {
                return lines;
            }
            lines.add(line.text());
        }
    }

    static IOException notUnderstood(String command, String answer) {
        return new IOException("the answer to the text command " + command + " is not understood: \"" + answer + "\"");
    }
}
