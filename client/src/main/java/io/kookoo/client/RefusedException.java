package io.kookoo.client;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** The server has understood what it was asked, and will not do it: a text command answered with {@code ERR}, or a submission with ERROR. */
public final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    private static final String ERR = "ERR ";

    private final String answer;

    private RefusedException(String message, String answer) {
        super(message);
        this.answer = answer;
    }

    /** The same refusal with a message that says more. */
    public RefusedException(String message, RefusedException refusal) {
        super(message, refusal);
        this.answer = refusal.answer;
    }

    /**
     * A submission that was answered with ERROR.
     *
     * @param code of the ERROR, such as {@code QUEUE_ERROR}
     */
    static RefusedException submission(String code, String text) {
        String answer = code + " " + text;
        return new RefusedException("refused by the server: " + answer, answer);
    }

    /**
     * Passes the answer to a text command if it is no refusal.
     *
     * @param line {@code ERR CODE text}, in which the text is plain or, in one word, encoded as in a URL; or any other answer
     */
    public static void check(String command, String line) throws RefusedException {
        if (line.startsWith(ERR)) {
            String answer = decoded(line);
            throw new RefusedException("the server refuses \"" + command + "\": " + answer, answer);
        }
    }

    /** The server's words: {@code ERR CODE text} of a text command, {@code CODE text} of a submission. */
    public String answer() {
        return answer;
    }

    private static String decoded(String line) {
        if (line.split(" ", 4).length > 3) {
            // Plain text: a + in it is one.
            return line;
        }
        try {
            return URLDecoder.decode(line, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // Not encoded, then: a plain text may be one word as well.
            return line;
        }
    }
}
