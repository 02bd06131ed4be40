package io.kookoo.client.command;

import io.kookoo.Json;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.ServerConnection;
import io.kookoo.client.terminal.TerminalText;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.EscapedText;
import io.kookoo.settings.Settings;
import io.kookoo.settings.TimeSpan;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "result",
        description = {
            "Prints the result of a job that was submitted before, as call prints it.",
            "The exit code is 0 if it is done, 5 if it failed, is dead, was cancelled or is not known, 6 if it has not ended."
        },
        footer = {
            "",
            "Examples:",
            "  java -jar client.jar result H:box:mwr7vsdm:7",
            "  java -jar client.jar result --wait --timeout 60 $(java -jar client.jar call --background 'add(1,2)')"
        })
final class ResultCommand implements Callable<Integer> {
    /** A byte of a result may be four characters of the line. */
    private static final long ESCAPED = 4;
    /** What else a line has room for. */
    private static final int OTHER_COLUMNS = 64 * 1024;
    /** The buffer of a line doubles up to its length, and an array has no more than 2 GiB. */
    private static final int LONGEST_LINE = (1 << 30) - OTHER_COLUMNS;

    /** The server's answer; null is what it has not: {@code -}. {@code text} is the result, or the reason, or empty. */
    private record Answer(
            JobState state, long attempts, String worker, String created, String started, String ended, byte[] text) {
        static Answer parse(String command, String line) throws IOException {
            String[] cells = line.split("\t", -1);
            try {
                if (cells.length == 7) {
                    return new Answer(
                            JobState.parse(command, cells[0]),
                            Long.parseLong(cells[1]),
                            cell(cells[2]),
                            cell(cells[3]),
                            cell(cells[4]),
                            cell(cells[5]),
                            EscapedText.decode(cells[6]));
                }
            } catch (IllegalArgumentException e) {
                throw TextLists.notUnderstood(command, line);
            }
            throw TextLists.notUnderstood(command, line);
        }

        private static String cell(String text) {
            return text.equals("-") || text.isEmpty() ? null : text;
        }

        String readable() {
            return new Data(text, 0, text.length).text();
        }

        /** Why there is no result, of a job that has ended without one. */
        String reason() {
            String said = readable();
            // The server's reason may begin with that word.
            return (said + ":").startsWith(state + ":") ? said : state + (said.isEmpty() ? "" : ": " + said);
        }
    }

    private final Program program;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "HANDLE", description = "The job, as call --background has named it.")
    private String handle;

    @Option(names = "--wait", description = "Wait until the job has ended.")
    private boolean wait;

    @Mixin
    private final TimeoutOption timeout = new TimeoutOption();

    @Option(
            names = "--json",
            description = "A JSON array of one object: handle, state, attempts, worker, times, and result or error.")
    private boolean json;

    ResultCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        String command = "result " + LineWord.of(spec, handle) + (wait ? " wait" : "");
        Optional<Duration> limit = wait ? timeout.limit() : Optional.empty();
        Settings settings = program.settings();
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("handle", handle);
        try (ServerConnection connection = Program.connect(settings, limits(settings))) {
            Optional<String> line = ask(connection, command, limit);
            if (line.isEmpty()) {
                String late = "not ended within " + TimeSpan.seconds(limit.orElseThrow()) + " (--timeout)";
                return print(object, null, late, ExitCode.TIMEOUT);
            }
            Answer answer = Answer.parse(command, line.get());
            object.put("state", answer.state());
            object.put("attempts", answer.attempts());
            object.put("worker", answer.worker());
            object.put("created", answer.created());
            object.put("started", answer.started());
            object.put("ended", answer.ended());
            if (answer.state() == JobState.done) {
                return print(object, answer, null, ExitCode.OK);
            }
            if (answer.state().isEnd()) {
                return print(object, answer, answer.reason(), ExitCode.FUNCTION_FAILED);
            }
            return print(object, answer, answer.state() + ", not ended yet; --wait waits for it", ExitCode.TIMEOUT);
        }
    }

    /** A connection on which any result fits into a line. */
    static ConnectionLimits limits(Settings settings) {
        return Program.limitsOfStore(settings).withLines(lineBytes(settings));
    }

    /** How long the line of any result may be. */
    static int lineBytes(Settings settings) {
        long line = ESCAPED * settings.server().maxPacketBytes() + OTHER_COLUMNS;
        return (int) Math.min(line, LONGEST_LINE);
    }

    /** The answer; empty if it does not come within the limit. */
    private static Optional<String> ask(ServerConnection connection, String command, Optional<Duration> limit)
            throws IOException, InterruptedException {
        if (limit.isEmpty()) {
            return Optional.of(TextAnswer.ask(connection, command));
        }
        FutureTask<String> asking = new FutureTask<>(() -> TextAnswer.ask(connection, command));
        Thread reading = new Thread(asking, "kookoo-read");
        reading.setDaemon(true);
        reading.start();
        try {
            return Optional.of(asking.get(limit.get().toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException reason) {
                throw reason;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** @param failure null where there is a result */
    private int print(Map<String, Object> object, Answer answer, String failure, int exitCode) {
        Console console = program.console();
        if (failure != null) {
            console.err().println(handle + ": " + TerminalText.printableLines(failure));
            object.put("error", failure);
        } else {
            object.put("result", answer.readable());
        }
        if (json) {
            console.out().print(Json.array(List.of(object)));
        } else if (failure == null) {
            console.result(answer.text());
        }
        return exitCode;
    }
}
