package io.kookoo.client.command;

import io.kookoo.client.RefusedException;
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
