package io.kookoo.client.command;

import io.kookoo.client.RefusedException;
import io.kookoo.client.net.ServerConnection;
import io.kookoo.protocol.Message;
import io.kookoo.protocol.TextLine;
import java.io.IOException;

/** The server's text commands that answer with one line ({@code docs/protocol.md}, Text commands). */
final class TextAnswer {
    private static final String OK = "OK";

    private TextAnswer() {}

    /**
     * Asks and returns what stands behind OK, which may be nothing; blocks. The connection has nothing else to read.
     *
     * @throws RefusedException where the answer is ERR
     */
    static String ask(ServerConnection connection, String command) throws IOException {
        connection.send(writer -> writer.text(command + "\n"));
        Message answer = connection.read();
        if (!(answer instanceof TextLine line)) {
            throw TextLists.notUnderstood(command, answer.toString());
        }
        RefusedException.check(command, line.text());
        if (!line.text().equals(OK) && !line.text().startsWith(OK + " ")) {
            throw TextLists.notUnderstood(command, line.text());
        }
        return line.text().substring(Math.min(OK.length() + 1, line.text().length()));
    }

    /** Asks for something to be done to jobs and returns their number; otherwise as {@link #ask}. */
    static long askCount(ServerConnection connection, String command) throws IOException {
        String count = ask(connection, command);
        try {
            return Long.parseLong(count);
        } catch (NumberFormatException e) {
            throw TextLists.notUnderstood(command, OK + " " + count);
        }
    }
}
