package io.kookoo.client.shell;

import io.kookoo.client.Pushed;
import java.io.PrintStream;
import java.util.List;

/**
 * Whom a shell talks with: somebody at a terminal, or a pipe. One thread reads; what is to be said may come from any thread, and each line
 * of it stays whole. Closing gives a terminal back.
 */
public interface Dialogue extends AutoCloseable {
    /**
     * The next line, without its end; blocks.
     *
     * @return null at the end
     * @throws LineException where there is one that is no text
     * @throws InterruptedException if the thread is interrupted otherwise than by the keyboard
     */
    String readLine() throws LineException, InterruptedException;

    /** For results, which are bytes. Only lines with their ends are sure to be seen. */
    PrintStream out();

    /** For what went wrong with calls. */
    PrintStream err();

    /**
     * What the server answers, in columns separated by tabs.
     *
     * @param heading what the columns mean, or empty
     */
    void answer(List<String> heading, List<String> lines);

    /** What went wrong with a line. */
    void problem(String text);

    /** What the shell says of itself. */
    void note(String text);

    void message(Pushed pushed);

    /** Whether what went wrong shall not be forgotten when the shell ends, and nothing goes on without a server. */
    boolean isScript();

    @Override
    void close();
}
