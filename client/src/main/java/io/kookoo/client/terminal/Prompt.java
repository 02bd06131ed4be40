package io.kookoo.client.terminal;

import java.io.IOError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.reader.impl.history.DefaultHistory;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.LocalFlag;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.Terminal.SignalHandler;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.jline.utils.Signals;

/**
 * Lines that a person types on the terminal of this process: edited, completed with TAB, had again with the arrows. What is shown meanwhile
 * appears above what is being typed, which stays.
 *
 * <p>The thread that opened it reads and closes; any thread may {@link #show}. Ctrl-C interrupts that thread, whatever it does. While no
 * line is read the terminal is as it is for any program; closing sets it back for good. At most one is open at a time.
 */
public final class Prompt implements AutoCloseable {
    /** How a line stands out, where the terminal has colours. */
    public enum Style {
        PLAIN(AttributedStyle.DEFAULT),
        PROMPT(AttributedStyle.BOLD.foreground(AttributedStyle.GREEN)),
        NOTE(AttributedStyle.DEFAULT.foreground(AttributedStyle.YELLOW)),
        PROBLEM(AttributedStyle.DEFAULT.foreground(AttributedStyle.RED)),
        MESSAGE(AttributedStyle.DEFAULT.foreground(AttributedStyle.CYAN));

        private final AttributedStyle style;

        Style(AttributedStyle style) {
            this.style = style;
        }
    }

    /**
     * What a word that is being typed may become.
     *
     * @param text the whole word
     * @param ended whether the word ends there, and a blank should follow
     */
    public record Completion(String text, boolean ended) {}

    private final Terminal terminal;
    private final LineReader reader;
    private final boolean colours;
    private final Thread owner = Thread.currentThread();
    /** Null where the terminal sets it back itself. */
    private final Object previousHandler;

    private Prompt(Terminal terminal, boolean colours, BiFunction<String, String, List<Completion>> completer) {
        this.terminal = terminal;
        this.colours = colours;
        // Words are what stands between blanks: a call may have any quotes and backslashes.
        DefaultParser words = new DefaultParser();
        words.setQuoteChars(null);
        words.setEscapeChars(null);
        this.reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .parser(words)
                .history(new TokenlessHistory())
                .completer((ignored, line, candidates) -> candidates.addAll(candidates(line, completer)))
                // An exclamation mark is one.
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .build();
        Attributes attributes = terminal.getAttributes();
        // What is said about what was interrupted begins a line, and not behind ^C.
        attributes.setLocalFlag(LocalFlag.ECHOCTL, false);
        terminal.setAttributes(attributes);
        terminal.handle(Signal.INT, signal -> owner.interrupt());
        // The library hears of signals only where it can set the terminal.
        previousHandler = isDumb() ? Signals.register(Signal.INT.name(), () -> terminal.raise(Signal.INT)) : null;
        // While a line is read Ctrl-C is a key among others. The library would interrupt the thread as well: if that
        // was
        // faster, the key would be there for the next line.
        reader.getWidgets().put(LineReader.CALLBACK_INIT, () -> {
            terminal.handle(Signal.INT, SignalHandler.SIG_IGN);
            return true;
        });
    }

    /**
     * Takes the terminal of standard input and output.
     *
     * @param colours whether lines may have colours, where the terminal has them
     * @param completer gives what a word may become, from the text before it and what of it stands before the cursor; run by the thread
     *     that reads, while nothing can be shown: must not block
     * @throws NoScreenException where there is no terminal
     */
    public static Prompt open(boolean colours, BiFunction<String, String, List<Completion>> completer)
            throws NoScreenException {
        return new Prompt(SystemTerminal.open(true), colours, completer);
    }

    private static List<Candidate> candidates(ParsedLine line, BiFunction<String, String, List<Completion>> completer) {
        int from = line.cursor() - line.wordCursor();
        return completer.apply(line.line().substring(0, from), line.line().substring(from, line.cursor())).stream()
                .map(completion ->
                        new Candidate(completion.text(), completion.text(), null, null, null, null, completion.ended()))
                .toList();
    }

    /**
     * Keeps the lines that are typed in a file, and begins with those that are there. The file is made where there is none, for its owner
     * alone. Called before the first line is read.
     *
     * @throws IOException where that cannot be: lines are had again all the same, as long as this is open
     */
    public void keepHistory(Path file) throws IOException {
        try {
            if (!Files.exists(file)) {
                Files.newByteChannel(
                                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly(file))
                        .close();
            }
            // The library would only log that it cannot write, and not survive what is no file of text.
            Files.newByteChannel(file, StandardOpenOption.APPEND).close();
            Files.readString(file);
        } catch (IOException e) {
            String reason = e.getMessage() == null || e.getMessage().equals(file.toString())
                    ? e.getClass().getSimpleName()
                    : e.getMessage();
            throw new IOException("lines are not kept in " + file + ": " + reason, e);
        }
        reader.setVariable(LineReader.HISTORY_FILE, file);
    }

    private static FileAttribute<?>[] ownerOnly(Path file) {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    /**
     * The next line, without its end; blocks. A text that was pasted may have several.
     *
     * @return null at the end of input: Ctrl-D on an empty line, or the terminal is gone; an empty text where the thread was interrupted,
     *     by Ctrl-C or otherwise
     */
    public String readLine(String prompt) {
        try {
            return reader.readLine(styled(prompt, Style.PROMPT).toAnsi(terminal));
        } catch (UserInterruptException e) {
            return "";
        } catch (EndOfFileException | IOError e) {
            return null;
        } finally {
            Thread.interrupted();
        }
    }

    /** Shows a line, above what is being typed. Control characters in it are the caller's business. */
    public void show(Style style, String line) {
        reader.printAbove(styled(line, style));
    }

    private AttributedString styled(String text, Style style) {
        return colours ? new AttributedString(text, style.style) : new AttributedString(text);
    }

    private boolean isDumb() {
        return Terminal.TYPE_DUMB.equals(terminal.getType()) || Terminal.TYPE_DUMB_COLOR.equals(terminal.getType());
    }

    /** Gives the terminal back as it was. */
    @Override
    public void close() {
        Signals.unregister(Signal.INT.name(), previousHandler);
        SystemTerminal.giveBack(terminal);
    }

    /** Keeps no token that somebody has typed, however the line is written: not in memory, and so not in the file. */
    private static final class TokenlessHistory extends DefaultHistory {
        @Override
        public void add(Instant time, String line) {
            if (!line.strip().toLowerCase(Locale.ROOT).matches("auth\\s.*")) {
                super.add(time, line);
            }
        }
    }
}
