package io.kookoo.client.command;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** The server has answered a text command with {@code ERR}: it was understood, and will not be done. */
final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    private static final String ERR = "ERR ";

    private final String answer;

    /** @param answer the line, {@code ERR CODE text}, in which blanks of the text are {@code +} */
    private RefusedException(String command, String answer) {
        super("the server refuses \"" + command + "\": " + answer);
        this.answer = answer;
    }

    /** Passes a line that is no refusal. */
    static void check(String command, String line) throws RefusedException {
        if (line.startsWith(ERR)) {
            throw new RefusedException(command, decoded(line));
        }
    }

    /** The server's line for people, {@code ERR CODE text}. */
    String answer() {
        return answer;
    }

    private static String decoded(String line) {
        try {
            return URLDecoder.decode(line, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // Not encoded, then: some of the texts are plain.
            return line;
        }
    }
}
