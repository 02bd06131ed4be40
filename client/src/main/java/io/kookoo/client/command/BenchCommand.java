package io.kookoo.client.command;

import io.kookoo.client.Kookoo;
import io.kookoo.client.Submission;
import io.kookoo.client.batch.Offers;
import io.kookoo.protocol.FunctionName;
import io.kookoo.settings.Settings;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "bench",
        description = {
            "Measures how many jobs a second a server and its workers do, and how long each takes from its submission to its"
                    + " result. Works with any server that speaks the protocol.",
            "Each connection keeps so many jobs in flight and submits the next when one has ended; a tenth more, before, warm it"
                    + " up and do not count."
        },
        footer = {
            "",
            "Examples:",
            "  java -jar client.jar bench",
            "  java -jar client.jar bench --function add --arguments 1,2 --connections 50 --in-flight 1",
            "  java -jar client.jar bench --payload 10000 --json",
            "  java -jar client.jar bench --background          # until accepted; workers run them when they come to it"
        })
final class BenchCommand implements Callable<Integer> {
    private static final int MAX_CONNECTIONS = 10_000;
    private static final int MAX_IN_FLIGHT = 100_000;
    private static final int MAX_JOBS = 1_000_000_000;
    private static final int MAX_PAYLOAD = 16 * 1024 * 1024;
    private static final long WARM_UP_SHARE = 10;
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(200);

    private final Program program;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-f", "--function"},
            paramLabel = "FUNCTION",
            defaultValue = "echo",
            description = "What is run (echo).")
    private String function;

    @Option(names = "--connections", paramLabel = "C", defaultValue = "4", description = "Connections (4).")
    private int connections;

    @Option(
            names = "--in-flight",
            paramLabel = "D",
            defaultValue = "16",
            description = "Jobs under way at a time on each of them (16).")
    private int inFlight;

    @Option(names = "--jobs", paramLabel = "N", defaultValue = "100000", description = "Jobs in all (100000).")
    private int jobs;

    @Option(names = "--arguments", paramLabel = "TEXT", description = "The argument list of each job.")
    private String arguments;

    @Option(
            names = "--payload",
            paramLabel = "BYTES",
            description = "A text of so many bytes as the argument list (10).")
    private Integer payload;

    @Option(names = "--background", description = "Background jobs: measure until each is accepted.")
    private boolean background;

    @Mixin
    private final WaitWorkerOption waitWorker = new WaitWorkerOption();

    @Mixin
    private final ResubmitOption again = new ResubmitOption();

    @Option(names = "--json", description = "A JSON array of one object.")
    private boolean json;

    BenchCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws Exception {
        inRange("--connections", connections, MAX_CONNECTIONS);
        inRange("--in-flight", inFlight, MAX_IN_FLIGHT);
        inRange("--jobs", jobs, MAX_JOBS);
        Submission submission = submission();
        Settings settings = program.settings(waitWorker.given());
        List<Kookoo> open = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                Moves moves = new Moves();
                moves.tell(program.console().err()::println);
                open.add(
                        background
                                ? Program.kookooOfStore(settings, again.resubmit(), moves)
                                : Program.kookoo(settings, again.resubmit(), moves));
            }
            return Interruption.during(() -> run(open, submission, settings), program.process());
        } finally {
            open.forEach(Kookoo::close);
        }
    }

    private int run(List<Kookoo> open, Submission submission, Settings settings) throws IOException {
        try {
            if (!background && !awaitWorker(open.get(0), settings.client().waitWorker())) {
                return ExitCode.FUNCTION_FAILED;
            }
            new BenchRun(open, submission, background, Math.max(1, jobs / WARM_UP_SHARE)).run(inFlight);
            BenchRun run = new BenchRun(open, submission, background, jobs);
            run.run(inFlight);
            return report(run);
        } catch (InterruptedException e) {
            program.console().err().println("interrupted");
            return ExitCode.INTERRUPTED;
        }
    }

    private void inRange(String option, int value, int most) {
        if (value < 1 || value > most) {
            throw usage(option + " " + value + ": expected 1 to " + most);
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private Submission submission() {
        if (payload != null && arguments != null) {
            throw usage("--payload and --arguments: expected one of them");
        }
        if (payload != null && (payload < 0 || payload > MAX_PAYLOAD)) {
            throw usage("--payload " + payload + ": expected 0 to " + MAX_PAYLOAD + " bytes");
        }
        try {
            return Submission.of(function, arguments != null ? arguments : "x".repeat(payload == null ? 10 : payload));
        } catch (IllegalArgumentException e) {
            throw usage("--function: " + e.getMessage());
        }
    }

    /** Whether somebody offers the function, within the time that one waits for it. */
    private boolean awaitWorker(Kookoo kookoo, Duration most) throws IOException, InterruptedException {
        PrintStream err = program.console().err();
        FunctionName name = FunctionName.of(function);
        Offers offers = new Offers(most);
        while (true) {
            try {
                offers.looked(kookoo.status().get());
            } catch (ExecutionException e) {
                if (e.getCause() instanceof IOException reason) {
                    throw reason;
                }
                throw new IllegalStateException(e.getCause());
            }
            long left = offers.nanosLeft(name, System.nanoTime());
            if (left == Long.MAX_VALUE) {
                return true;
            }
            if (left <= 0) {
                err.println(offers.reason(name));
                return false;
            }
            offers.remark(name).ifPresent(err::println);
            TimeUnit.NANOSECONDS.sleep(Math.min(left, LOOK_INTERVAL.toNanos()));
        }
    }

    private int report(BenchRun run) {
        PrintStream out = program.console().out();
        if (json) {
            Table table = new Table(
                    "function",
                    "connections",
                    "in_flight",
                    "jobs",
                    "failed",
                    "seconds",
                    "jobs_per_s",
                    "mean_us",
                    "p50_us",
                    "p90_us",
                    "p99_us",
                    "p999_us",
                    "max_us");
            table.add(
                    function,
                    connections,
                    inFlight,
                    jobs,
                    run.failed(),
                    run.seconds(),
                    Math.round(run.jobsPerSecond()),
                    run.meanMicros(),
                    run.micros(50.0),
                    run.micros(90.0),
                    run.micros(99.0),
                    run.micros(99.9),
                    run.micros(100.0));
            out.print(table.json());
        } else {
            out.printf(
                    Locale.ROOT,
                    "%,d jobs of %s, %d %s with %d in flight%n%,.0f jobs/s in %.2f s%n",
                    jobs,
                    function,
                    connections,
                    connections == 1 ? "connection" : "connections",
                    inFlight,
                    run.jobsPerSecond(),
                    run.seconds());
            Table table = new Table("latency", "us");
            table.add("mean", run.meanMicros());
            table.add("p50", run.micros(50.0));
            table.add("p90", run.micros(90.0));
            table.add("p99", run.micros(99.0));
            table.add("p99.9", run.micros(99.9));
            table.add("max", run.micros(100.0));
            out.print(table.text());
        }
        if (run.failed() > 0) {
            program.console()
                    .err()
                    .println(run.failed() + " of " + jobs + " jobs failed, the first with: " + run.failure());
        }
        return run.failed() == 0 ? ExitCode.OK : ExitCode.FUNCTION_FAILED;
    }
}
