package io.kookoo.client.shell;

import io.kookoo.call.CallSyntaxException;
import io.kookoo.call.FunctionCall;
import io.kookoo.client.Kookoo;
import io.kookoo.client.RefusedException;
import io.kookoo.client.TextVerb;
import io.kookoo.client.net.CannotConnectException;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.Servers;
import io.kookoo.settings.NearestName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/**
 * Takes lines, one after the other: a text command goes to the server as it is, a call is run. A line that begins with a command is one;
 * {@code status()} calls a function of that name.
 *
 * <p>Confined to the thread in {@link #run}. To interrupt it ends what it waits for, and the shell only where that is ending.
 */
public final class Shell {
    private static final List<String> HELP = List.of(
            "add(1,2)\thas a function run and prints its result; Ctrl-C cancels it",
            "add(1,2) &\tdoes not wait: prints the job's handle",
            "exit, quit\tends the shell, as Ctrl-D does",
            "# text\tnothing",
            "",
            "and what the server knows:");
    /** A name and what opens its arguments. */
    private static final Pattern CALL = Pattern.compile("[^\\s(]+\\s*\\(");

    private final Dialogue dialogue;
    private final Completions completions;
    private final ServerLink link;
    private final int maxCommandBytes;
    private final Calls calls;
    private final Columns columns;
    private final BooleanSupplier ending;
    private boolean ended;

    /**
     * @param completions told what the server has
     * @param resubmit whether a call that may have been run is submitted again when its connection is lost
     * @param maxCommandBytes the longest line that the server takes
     * @param ending whether the process is told to end: an interrupt then means the shell itself
     */
    public Shell(
            Dialogue dialogue,
            Completions completions,
            Servers servers,
            ConnectionLimits limits,
            boolean resubmit,
            int maxCommandBytes,
            Calls calls,
            Columns columns,
            BooleanSupplier ending) {
        this.dialogue = dialogue;
        this.completions = completions;
        this.link = new ServerLink(servers, limits, resubmit, dialogue);
        this.maxCommandBytes = maxCommandBytes;
        this.calls = calls;
        this.columns = columns;
        this.ending = ending;
    }

    /**
     * Takes lines until their end; blocks. Called once.
     *
     * @return of a script the worst that has happened; somebody at a terminal has seen it, and all is well
     * @throws CannotConnectException where there is no server to begin with
     */
    public ShellEnd run() throws CannotConnectException {
        ShellEnd worst = ShellEnd.WELL;
        try (link) {
            Kookoo kookoo = link.open();
            if (!dialogue.isScript()) {
                // So that the first word can be completed.
                completions.refresh(kookoo).exceptionally(failure -> null).get();
                dialogue.note("connected to " + kookoo.address() + "; help lists what can be typed, Ctrl-D ends");
            }
            while (!ended && !ending.getAsBoolean()) {
                worst = worst.orWorse(next());
            }
        } catch (InterruptedException e) {
            return ShellEnd.INTERRUPTED;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
        if (ending.getAsBoolean()) {
            return ShellEnd.INTERRUPTED;
        }
        return dialogue.isScript() ? worst : ShellEnd.WELL;
    }

    private ShellEnd next() throws InterruptedException {
        String line;
        try {
            line = dialogue.readLine();
        } catch (LineException e) {
            return notUnderstood(e.getMessage());
        }
        if (line == null) {
            ended = true;
            return ShellEnd.WELL;
        }
        try {
            ShellEnd end = take(line);
            if (!dialogue.isScript() && link.isOpen()) {
                completions.refresh(link.open());
            }
            return end;
        } catch (CannotConnectException e) {
            dialogue.problem(e.getMessage());
            ended = dialogue.isScript();
            return ShellEnd.DISCONNECTED;
        } catch (InterruptedException e) {
            if (ending.getAsBoolean()) {
                throw e;
            }
            // An answer that is not waited for would be taken for the next one.
            link.close();
            dialogue.problem("not waited for any more; the server may have done it, or do it yet");
            return ShellEnd.INTERRUPTED;
        }
    }

    private ShellEnd take(String line) throws CannotConnectException, InterruptedException {
        String text = line.strip();
        if (text.isEmpty() || text.startsWith("#")) {
            return ShellEnd.WELL;
        }
        if (hasArguments(text)) {
            return call(text);
        }
        String[] words = text.split("\\s+");
        if (Completions.OWN.contains(words[0].toLowerCase(Locale.ROOT))) {
            ended = words.length == 1;
            return ended ? ShellEnd.WELL : notUnderstood(words[0] + " stands alone on its line");
        }
        Optional<TextVerb> verb = TextVerb.of(words[0]);
        return verb.isPresent() ? command(verb.get(), line, words) : call(text);
    }

    private ShellEnd command(TextVerb verb, String line, String[] words)
            throws CannotConnectException, InterruptedException {
        int bytes = line.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > maxCommandBytes) {
            return notUnderstood(
                    "a command has at most " + maxCommandBytes + " bytes ([Server] max_line), this one has " + bytes);
        }
        try {
            Kookoo kookoo = link.open();
            if (verb == TextVerb.HELP) {
                List<String> help = new ArrayList<>(HELP);
                help.addAll(kookoo.askList(line).get());
                dialogue.answer(List.of(), help);
            } else if (verb.isList()) {
                List<String> answer = kookoo.askList(line).get();
                words[0] = verb.toString();
                dialogue.answer(columns.of(List.of(words)), answer);
            } else {
                dialogue.answer(List.of(), List.of(kookoo.ask(line).get()));
            }
            link.done(verb, words);
            return ShellEnd.WELL;
        } catch (ExecutionException e) {
            return failed(e.getCause());
        }
    }

    /** A command has had no answer, or a bad one. */
    private ShellEnd failed(Throwable reason) {
        if (reason instanceof RefusedException refused) {
            dialogue.problem(refused.answer());
            return ShellEnd.FAILED;
        }
        dialogue.problem(reason.getMessage());
        return ShellEnd.DISCONNECTED;
    }

    private ShellEnd call(String text) throws CannotConnectException, InterruptedException {
        boolean background = text.endsWith("&");
        String written = background ? text.substring(0, text.length() - 1).strip() : text;
        if (!hasArguments(written) && !completions.isFunction(written)) {
            try {
                // It may be new.
                completions.refresh(link.open()).get();
            } catch (ExecutionException e) {
                return failed(e.getCause());
            }
            if (!completions.isFunction(written)) {
                return unknown(written.split("\\s", 2)[0]);
            }
        }
        FunctionCall call;
        try {
            call = FunctionCall.parse(written);
        } catch (CallSyntaxException e) {
            return notUnderstood(
                    "the call " + written + " is not understood: column " + e.column() + ": " + e.reason());
        }
        try {
            return calls.run(link.open(), call, background, dialogue.out(), dialogue.err());
        } catch (IllegalArgumentException e) {
            // Such as more arguments than a packet takes.
            return notUnderstood(e.getMessage());
        }
    }

    private static boolean hasArguments(String text) {
        return CALL.matcher(text).lookingAt();
    }

    private ShellEnd unknown(String word) {
        return notUnderstood("\"" + word + "\" is no command and no function that a worker offers"
                + NearestName.of(word, completions.words())
                        .map(nearest -> "; did you mean \"" + nearest + "\"?")
                        .orElse("; help lists the commands, status the functions"));
    }

    private ShellEnd notUnderstood(String problem) {
        dialogue.problem(problem);
        return ShellEnd.NOT_UNDERSTOOD;
    }
}
