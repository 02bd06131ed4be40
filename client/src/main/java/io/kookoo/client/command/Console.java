package io.kookoo.client.command;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.Objects;

/**
 * The three streams of a command: its input, its answer, and what went wrong. Text is UTF-8.
 *
 * @param out for the answer and nothing else
 */
record Console(InputStream in, PrintStream out, PrintStream err) {
    Console {
        Objects.requireNonNull(in);
        Objects.requireNonNull(out);
        Objects.requireNonNull(err);
    }
}
