package io.kookoo.client.command;

import io.kookoo.client.Kookoo;
import io.kookoo.client.batch.Batch;
import io.kookoo.protocol.FunctionName;
import io.kookoo.settings.Settings;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "submit",
        description = {
            "Applies a function to each line of a file, with all the workers of the server, and writes the results in the order"
                    + " of the lines: one line out for each line in.",
            "A line that fails becomes \"ERROR: reason\". Backslash, LF and CR in a result or a reason are written \\\\, \\n and"
                    + " \\r."
        },
        footer = {
            "",
            "Examples:",
            "  java -jar client.jar submit expressions.txt -o results.txt       # each line is calculated",
            "  java -jar client.jar submit -f add pairs.txt                     # each line is an argument list: 1,2",
            "  java -jar client.jar submit -f call calls.txt                    # each line is a call: add(1,2)",
            "  cut -d';' -f2 prices.csv | java -jar client.jar submit - --skip-errors",
            "",
            "Ctrl-C cancels what is not done, leaves the output as far as it is done, and ends with 130."
        })
final class SubmitCommand implements Callable<Integer> {
    private static final String STREAM = "-";
    private static final int MAX_CHUNK = 1_000_000;
    private static final int MAX_WINDOW = 100_000;
    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;

    private final Program program;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The lines, in UTF-8; - is standard input.")
    private String input;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            defaultValue = STREAM,
            description = "Where the results go, instead of standard output (-); a file that exists is replaced.")
    private String output;

    @Option(
            names = {"-f", "--function"},
            paramLabel = "FUNCTION",
            defaultValue = "calculate",
            description = "What is applied to each line, its argument list (calculate); call takes whole calls.")
    private String function;

    @Option(
            names = "--chunk",
            paramLabel = "LINES",
            description = "Lines of one job, 1 to " + MAX_CHUNK
                    + "; without it from 1 up to 2,000, as many as are quickly done.")
    private Integer chunk;

    @Option(
            names = "--window",
            paramLabel = "CHUNKS",
            defaultValue = "32",
            description = "Jobs of chunks under way at a time, 1 to " + MAX_WINDOW
                    + " (32): more keep more workers busy, and more in memory.")
    private int window;

    @Option(names = "--skip-errors", description = "Leave out lines that fail.")
    private boolean skipErrors;

    @Mixin
    private final TimeoutOption timeout = new TimeoutOption();

    @Mixin
    private final WaitWorkerOption waitWorker = new WaitWorkerOption();

    @Mixin
    private final ResubmitOption again = new ResubmitOption();

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress bar, which is shown on a terminal only, and no remarks on standard error.")
    private boolean quiet;

    SubmitCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws Exception {
        FunctionName name = functionName();
        int lines = chunk == null ? 0 : inRange("--chunk", chunk, MAX_CHUNK);
        int chunks = inRange("--window", window, MAX_WINDOW);
        Optional<Duration> limit = timeout.limit();
        Settings settings = program.settings(waitWorker.given());
        Batch.Options options = new Batch.Options(
                name,
                lines,
                chunks,
                skipErrors,
                limit,
                settings.client().waitWorker(),
                settings.server().maxPacketBytes());
        Moves moves = new Moves();
        try (InputStream in = openInput();
                Kookoo kookoo = Program.kookoo(settings, again.resubmit(), moves);
                OutputStream file = openOutput()) {
            return Interruption.during(() -> report(run(options, kookoo, moves, in, file)), program.process());
        }
    }

    private Batch.End run(Batch.Options options, Kookoo kookoo, Moves moves, InputStream in, OutputStream file) {
        try (Progress progress = progress()) {
            Batch batch = new Batch(kookoo, options, new Shown(progress));
            moves.tell(batch::remark);
            return batch.run(in, file);
        }
    }

    private FunctionName functionName() {
        FunctionName name = FunctionName.of(function);
        if (name.isEmpty() || name.length() > FunctionName.MAX_BYTES - 2 || function.endsWith("[]")) {
            throw usage("--function \"" + function + "\": expected the name of a function, 1 to "
                    + (FunctionName.MAX_BYTES - 2) + " bytes, without the [] of its batches");
        }
        return name;
    }

    private int inRange(String option, int value, int most) {
        if (value < 1 || value > most) {
            throw usage(option + " " + value + ": expected 1 to " + most);
        }
        return value;
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private Path path(String text) {
        return program.currentFolder().resolve(text);
    }

    private InputStream openInput() throws IOException {
        if (input.equals(STREAM)) {
            return openStandardInput();
        }
        Path file = path(input);
        if (!output.equals(STREAM)
                && Files.exists(file)
                && Files.exists(path(output))
                && Files.isSameFile(file, path(output))) {
            throw usage("the output " + output + " is the input as well; it would be lost before it is read");
        }
        try {
            return new FileInputStream(file.toFile());
        } catch (FileNotFoundException e) {
            throw new FileException("cannot read " + e.getMessage(), e);
        }
    }

    private InputStream openStandardInput() throws FileException {
        InputStream in = program.console().in();
        try {
            // Fails where there is none.
            in.available();
        } catch (IOException e) {
            throw new FileException("cannot read " + STREAM + ": " + e.getMessage(), e);
        }
        return new StandardInput(in);
    }

    /** Only once the server is there: a file that exists is empty from now on. */
    private OutputStream openOutput() throws IOException {
        if (output.equals(STREAM)) {
            return new StandardOutput(program.console().out());
        }
        try {
            return new FileOutputStream(path(output).toFile());
        } catch (FileNotFoundException e) {
            throw new FileException("cannot write " + e.getMessage(), e);
        }
    }

    private Progress progress() {
        boolean mixed = output.equals(STREAM) && program.console().outIsTerminal();
        if (quiet || mixed || !program.console().errIsTerminal()) {
            return Progress.NONE;
        }
        boolean large = inputBytes() >= 10 * MIB;
        return new TerminalProgress(program.console().err(), large ? " MiB" : " KiB", large ? MIB : KIB);
    }

    /** 0 where nobody knows. */
    private long inputBytes() {
        return input.equals(STREAM) ? 0 : path(input).toFile().length();
    }

    private int report(Batch.End end) {
        PrintStream err = program.console().err();
        String failed = end.failed() == 0 ? "" : end.failed() + " of " + end.lines() + " lines failed";
        if (end.reason() == Batch.Reason.DONE) {
            if (!failed.isEmpty()) {
                err.println(failed + (skipErrors ? " and were left out" : ""));
            }
            return end.failed() == 0 ? ExitCode.OK : ExitCode.LINES_FAILED;
        }
        String done = end.lines() + (end.lines() == 1 ? " line is" : " lines are") + " done";
        String file = switch (end.reason()) {
            case INPUT -> "cannot read " + input + ": ";
            case OUTPUT -> "cannot write " + output + ": ";
            default -> "";
        };
        err.println(file + end.message() + "; " + done + (failed.isEmpty() ? "" : "; " + failed));
        return switch (end.reason()) {
            case DONE -> ExitCode.OK;
            case NO_WORKER -> ExitCode.FUNCTION_FAILED;
            case LOST -> ExitCode.CANNOT_CONNECT;
            case MEMORY -> ExitCode.INTERNAL_ERROR;
            case TIMEOUT -> ExitCode.TIMEOUT;
            case INTERRUPTED -> ExitCode.INTERRUPTED;
            case INPUT, OUTPUT -> ExitCode.FILE;
        };
    }

    private final class Shown implements Batch.Listener {
        private final Progress progress;
        private final long total = inputBytes();

        Shown(Progress progress) {
            this.progress = progress;
        }

        @Override
        public void progress(long lines, long failed, long inputBytes) {
            if (progress != Progress.NONE) {
                progress.show(inputBytes, total, lines + " lines" + (failed == 0 ? "" : ", " + failed + " failed"));
            }
        }

        @Override
        public void remark(String text) {
            if (!quiet) {
                progress.clear();
                program.console().err().println(text);
            }
        }
    }

    /** Standard input: closing leaves it open. Another thread may be waiting for it. */
    private static final class StandardInput extends FilterInputStream {
        StandardInput(InputStream in) {
            super(in);
        }

        @Override
        public void close() {}
    }

    /** Standard output, which swallows its errors, as a stream that tells of them. Closing leaves it open. */
    private static final class StandardOutput extends OutputStream {
        private final PrintStream out;

        StandardOutput(PrintStream out) {
            this.out = out;
        }

        @Override
        public void write(int one) throws IOException {
            out.write(one);
            check();
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
            check();
        }

        private void check() throws IOException {
            if (out.checkError()) {
                throw new IOException("whoever read it is gone, or its disk is full");
            }
        }
    }
}
