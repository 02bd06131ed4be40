package io.kookoo.client.shell;

import io.kookoo.client.Pushed;
import io.kookoo.client.terminal.NoScreenException;
import io.kookoo.client.terminal.Prompt;
import io.kookoo.client.terminal.Prompt.Style;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;

/** Somebody at a terminal, who types on while messages come. */
public final class TerminalDialogue implements Dialogue {
    private static final String PROMPT = "kookoo> ";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneId.systemDefault());

    private final Prompt prompt;
    /** Of a text that was pasted. */
    private final Queue<String> waiting = new ArrayDeque<>();

    private TerminalDialogue(Prompt prompt) {
        this.prompt = prompt;
    }

    /**
     * Takes the terminal of standard input and output.
     *
     * @param history where lines are kept; where that cannot be it is said and they are not
     * @throws NoScreenException where there is none
     */
    public static TerminalDialogue open(Optional<Path> history, boolean colours, Completions completions)
            throws NoScreenException {
        TerminalDialogue dialogue = new TerminalDialogue(Prompt.open(colours, completions::of));
        try {
            if (history.isPresent()) {
                dialogue.prompt.keepHistory(history.get());
            }
        } catch (IOException e) {
            dialogue.note(e.getMessage());
        }
        return dialogue;
    }

    @Override
    public String readLine() {
        if (waiting.isEmpty()) {
            String read = prompt.readLine(PROMPT);
            if (read == null) {
                return null;
            }
            waiting.addAll(List.of(read.split("\n", -1)));
        }
        return waiting.remove();
    }

    @Override
    public PrintStream out() {
        return lines(Style.PLAIN);
    }

    @Override
    public PrintStream err() {
        return lines(Style.PROBLEM);
    }

    private PrintStream lines(Style style) {
        return new PrintStream(
                new LineStream(line -> prompt.show(style, Printable.line(line))), true, StandardCharsets.UTF_8);
    }

    @Override
    public void answer(List<String> heading, List<String> lines) {
        List<String> table = new ArrayList<>();
        if (!heading.isEmpty()) {
            table.add(String.join("\t", heading).toUpperCase(Locale.ROOT));
        }
        table.addAll(lines);
        Printable.table(table).forEach(line -> prompt.show(Style.PLAIN, line));
    }

    @Override
    public void problem(String text) {
        prompt.show(Style.PROBLEM, Printable.line(text));
    }

    @Override
    public void note(String text) {
        prompt.show(Style.NOTE, Printable.line(text));
    }

    @Override
    public void message(Pushed pushed) {
        prompt.show(Style.MESSAGE, Printable.line(readable(pushed)));
    }

    private static String readable(Pushed pushed) {
        if (pushed instanceof Pushed.Message message) {
            return TIME.format(message.time()) + " " + message.from() + " to " + message.channel() + ": "
                    + message.text();
        }
        if (pushed instanceof Pushed.Tell tell) {
            return TIME.format(tell.time()) + " " + tell.from() + " tells you: " + tell.text();
        }
        return pushed.line();
    }

    @Override
    public boolean isScript() {
        return false;
    }

    @Override
    public void close() {
        prompt.close();
    }
}
