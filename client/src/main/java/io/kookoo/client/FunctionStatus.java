package io.kookoo.client;

import java.io.IOException;

/**
 * What the server knows of a function: a line of the text command {@code status}.
 *
 * @param function the name, in which control characters are written {@code %09} and so on
 * @param total jobs queued and running
 * @param running jobs running
 * @param workers connections that offer it
 */
public record FunctionStatus(String function, long total, long running, long workers) {
    /** @throws IOException where the line has not four columns, of which three are numbers */
    public static FunctionStatus parse(String line) throws IOException {
        String[] cells = line.split("\t", -1);
        try {
            if (cells.length == 4) {
                return new FunctionStatus(
                        cells[0], Long.parseLong(cells[1]), Long.parseLong(cells[2]), Long.parseLong(cells[3]));
            }
        } catch (NumberFormatException e) {
            throw notUnderstood(line);
        }
        throw notUnderstood(line);
    }

    private static IOException notUnderstood(String line) {
        return new IOException("the answer to the text command status is not understood: \"" + line + "\"");
    }

    /** Whether a job of the function would be, or is, run by somebody. */
    public boolean isOffered() {
        return workers > 0 || running > 0;
    }
}
