package io.kookoo.client.command;

import io.kookoo.client.terminal.TerminalText;
import io.kookoo.log.ControlCharacters;
import io.kookoo.protocol.Data;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Objects;
import java.util.function.IntPredicate;

/**
 * The three streams of a command: its input, its answer, and what went wrong. Text is UTF-8.
 *
 * @param out for the answer and nothing else
 * @param terminal whether a stream, 0 for {@code in}, 1 for {@code out} and 2 for {@code err}, is a terminal
 */
record Console(InputStream in, PrintStream out, PrintStream err, IntPredicate terminal) {
    Console {
        Objects.requireNonNull(in);
        Objects.requireNonNull(out);
        Objects.requireNonNull(err);
        Objects.requireNonNull(terminal);
    }

    /** Prints a result and ends the line: its bytes, or on a terminal what they say, where they do nothing else. */
    void result(byte[] bytes) {
        if (outIsTerminal()) {
            out.println(TerminalText.printableLines(new Data(bytes, 0, bytes.length).text()));
        } else {
            out.writeBytes(bytes);
            out.println();
        }
    }

    boolean inIsTerminal() {
        return terminal.test(0);
    }

    boolean outIsTerminal() {
        return terminal.test(1);
    }

    /** Prints a line that strangers have written: on a terminal its control characters are escaped, elsewhere it is as it was. */
    void outLine(String line) {
        out.println(outIsTerminal() ? ControlCharacters.escaped(line) : line);
    }

    boolean errIsTerminal() {
        return terminal.test(2);
    }
}
