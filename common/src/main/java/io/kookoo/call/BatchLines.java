package io.kookoo.call;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The bytes of a batch: the workload of a function {@code f[]}, and its result. Each is lines that end with LF; a last line
 * without one counts as well, and no bytes are no lines. A line of the workload is an argument list of {@code f}; the result has
 * as many lines, in their order.
 *
 * <p>In a line of a result, backslash, LF and CR are written {@code \\}, {@code \n}, {@code \r}; a line that failed is {@code \!} and
 * the reason, written likewise. Lines of a workload are not escaped.
 *
 * <p>Source: {@code docs/protocol.md}, Batches.
 */
public final class BatchLines {
    /** A line of a result cannot be read: no worker of a batch may send it. */
    public static final class MalformedLineException extends Exception {
        private static final long serialVersionUID = 1L;

        public MalformedLineException(String message) {
            super(message);
        }
    }

    private BatchLines() {}

    /** Where the line that begins at {@code from} ends: at its LF, or at {@code to} where it has none. */
    public static int end(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] != '\n') {
            at++;
        }
        return at;
    }

    /** Appends a line of a result, with its LF. */
    public static void appendResult(byte[] text, int from, int to, ByteArrayOutputStream out) {
        appendEscaped(text, from, to, out);
        out.write('\n');
    }

    /** Appends the line of a result that says why it failed, with its LF. */
    public static void appendFailure(String reason, ByteArrayOutputStream out) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        out.write('\\');
        out.write('!');
        appendEscaped(text, 0, text.length, out);
        out.write('\n');
    }

    private static void appendEscaped(byte[] text, int from, int to, ByteArrayOutputStream out) {
        int plain = from;
        for (int i = from; i < to; i++) {
            char escape = switch (text[i]) {
                case '\\' -> '\\';
                case '\n' -> 'n';
                case '\r' -> 'r';
                default -> 0;
            };
            if (escape != 0) {
                out.write(text, plain, i - plain);
                out.write('\\');
                out.write(escape);
                plain = i + 1;
            }
        }
        out.write(text, plain, to - plain);
    }

    /** Whether a line of a result, without its LF, says that it failed. */
    public static boolean isFailure(byte[] line, int from, int to) {
        return to - from >= 2 && line[from] == '\\' && line[from + 1] == '!';
    }

    /**
     * What a line of a result says, without its LF: the result, or the reason where {@link #isFailure}.
     *
     * @throws MalformedLineException where a backslash stands before anything else than what is escaped
     */
    public static byte[] unescape(byte[] line, int from, int to) throws MalformedLineException {
        int start = isFailure(line, from, to) ? from + 2 : from;
        byte[] text = new byte[to - start];
        int length = 0;
        for (int i = start; i < to; i++) {
            byte next = line[i];
            if (next == '\\') {
                next = i + 1 < to ? line[++i] : 0;
                next = switch (next) {
                    case '\\' -> '\\';
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    default ->
                        throw new MalformedLineException("a backslash at byte " + (i - from)
                                + " of a result's line stands before none of \\, n and r");
                };
            }
            text[length++] = next;
        }
        return length == text.length ? text : Arrays.copyOf(text, length);
    }
}
