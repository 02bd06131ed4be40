package io.kookoo.client.terminal;

import java.io.IOError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.ControlChar;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.terminal.TerminalBuilder.SystemOutput;
import org.jline.utils.ShutdownHooks;

/** The terminal of standard input and output, as the terminal library has it. */
final class SystemTerminal {
    /** The library's own log would write between the lines, and, of a read that closing interrupts, a stack trace. Held, or it is collected. */
    private static final Logger LIBRARY_LOG = Logger.getLogger("org.jline");

    private SystemTerminal() {}

    /**
     * Opens it; closing it sets it back as it was. Keys that suspend the process or have its threads printed do nothing until then.
     *
     * @param signals whether an interrupt from the keyboard goes to the library; otherwise it stays the affair of the process
     * @throws NoScreenException where there is none
     */
    static Terminal open(boolean signals) throws NoScreenException {
        // The library would close the terminal under the hands of the thread that writes on it when the process is told
        // to end.
        System.setProperty(ShutdownHooks.PROP_DISABLE_SHUTDOWN_HOOK, "true");
        LIBRARY_LOG.setLevel(Level.OFF);
        Terminal terminal;
        try {
            terminal = TerminalBuilder.builder()
                    .system(true)
                    .systemOutput(SystemOutput.SysOut)
                    .dumb(false)
                    // Nobody but the terminal itself is asked what it can do.
                    .graphemeCluster(false)
                    .nativeSignals(signals)
                    .encoding(StandardCharsets.UTF_8)
                    .stdinEncoding(StandardCharsets.UTF_8)
                    .stdoutEncoding(StandardCharsets.UTF_8)
                    .build();
        } catch (IOException | IllegalStateException e) {
            throw new NoScreenException("standard input and output are no terminal that keys can be read from");
        }
        try {
            Attributes attributes = terminal.getAttributes();
            // A shell that gets the terminal back in between would get it as it is now; a dump of threads would cover
            // the lines.
            attributes.setControlChar(ControlChar.VSUSP, 0);
            attributes.setControlChar(ControlChar.VQUIT, 0);
            terminal.setAttributes(attributes);
            return terminal;
        } catch (IOError e) {
            close(terminal);
            throw new NoScreenException(
                    "the terminal cannot be set: " + e.getCause().getMessage());
        }
    }

    /**
     * Sets the terminal back as it was, for good.
     *
     * @throws IllegalStateException where that cannot be
     */
    static void giveBack(Terminal terminal) {
        try {
            // The library sets the terminal in a thread that reads, too. Where other programs set it, that thread would
            // still run while the terminal is set back, and might set it once more afterwards.
            terminal.reader().close();
            terminal.close();
        } catch (IOException e) {
            throw new IllegalStateException("the terminal cannot be set back: " + e.getMessage(), e);
        }
    }

    private static void close(Terminal terminal) {
        try {
            terminal.close();
        } catch (IOException | IOError e) {
            // What could not be set need not be set back.
        }
    }
}
