package io.kookoo.client.command;

import io.kookoo.HostName;
import io.kookoo.Version;
import io.kookoo.client.function.FunctionExecutor;
import io.kookoo.client.net.Servers;
import io.kookoo.client.run.Node;
import io.kookoo.log.KookooLog;
import io.kookoo.log.LogEvent;
import io.kookoo.settings.Settings;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "run",
        description = {
            "Runs functions for the server until it is stopped; what client.jar does without a command.",
            "Every interval it asks for a call of the catalog (functions.txt), runs it and posts the result. Submitted"
                    + " jobs it takes at once, as many at a time as it has threads. If the server is away it keeps trying.",
            "Of several servers ([Client] servers, --servers) it takes the jobs of all, as many of each as it has threads,"
                    + " and asks one for calls of the catalog: the first that answers."
        },
        footer = {
            "",
            "Examples:",
            "  java -jar client.jar",
            "  java -jar client.jar run --interval 0.5 --threads 8",
            "  KOOKOO_IP=10.0.0.7 java -jar client.jar run",
            "  java -jar client.jar run --servers 10.0.0.7:5555,10.0.0.8:5555",
            "",
            "Ctrl-C or TERM stops it in good order: calls that run are ended and posted, up to [Server] shutdown_timeout."
        })
final class RunCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

    private final Program program;

    @Option(
            names = "--interval",
            paramLabel = "SECONDS",
            description = "From the end of a call of the catalog until the next is asked for; 0 and decimals allowed,"
                    + " instead of [Client] get_function_interval.")
    private String interval;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "Submitted jobs at a time, of each server; 0 is the number of processors, instead of [Client] threads.")
    private String threads;

    @Option(
            names = "--function-timeout",
            paramLabel = "SECONDS",
            description = "What a function may take, of a batch for each line; 0 is no limit, instead of [Client]"
                    + " function_timeout.")
    private String functionTimeout;

    @Option(names = "--log-dir", paramLabel = "DIR", description = "Where the log is, instead of [Logger] log_dir.")
    private String logDir;

    @Option(names = "--tether", hidden = true, description = "Stop when standard input ends.")
    private boolean tether;

    @Option(names = "--no-console", hidden = true, description = "Log to the file alone.")
    private boolean noConsole;

    private boolean stopped;

    RunCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws InterruptedException {
        Map<String, String> given = new LinkedHashMap<>();
        CommonOptions.put(given, "interval", interval);
        CommonOptions.put(given, "threads", threads);
        CommonOptions.put(given, "function-timeout", functionTimeout);
        CommonOptions.put(given, "log-dir", logDir);
        Settings settings = program.settings(given);
        Servers servers = Servers.of(settings);

        // Counted down by a tether alone; a client without one is ended by a signal.
        CountDownLatch tetherCut = new CountDownLatch(1);
        if (tether) {
            watchTether(tetherCut, settings.server().shutdownTimeout());
        }
        KookooLog log = KookooLog.open(settings.logger(), "Client", !noConsole);
        FunctionExecutor executor = new FunctionExecutor(
                FunctionExecutor.builtIns(), settings.client().functionsDir());
        String id = HostName.withPid(ProcessHandle.current().pid());
        // A tethered client is started again by its server.
        Optional<Runnable> overdue = tether ? Optional.of(() -> endAtOnce(log)) : Optional.empty();
        Node node = new Node(settings, servers, Program.limits(settings), executor, id, overdue);
        logStart(settings, servers, executor, id);

        program.process().onEnd(() -> endOfProcess(settings, node, executor, log));
        node.start();
        // Last, and beside everything else: to load functions/ runs code of others, which may never return.
        executor.watch();
        tetherCut.await();
        stop("the end of standard input", settings.server().shutdownTimeout(), node, executor, log);
        return ExitCode.OK;
    }

    /** A function has run past its time limit, and nothing but the end of the process stops it for certain. */
    private void endAtOnce(KookooLog log) {
        log.close();
        program.process().halt(ExitCode.FUNCTION_OVERDUE);
    }

    private static void logStart(Settings settings, Servers servers, FunctionExecutor executor, String id) {
        LOG.info(
                "{}",
                LogEvent.of("client_started")
                        .with("version", Version.TEXT)
                        .with("java", Runtime.version())
                        .with("id", id)
                        .with("server", servers)
                        .with("interval_s", settings.client().functionInterval().toMillis() / 1000.0)
                        .with("threads", settings.client().threads())
                        .with(
                                "function_timeout_s",
                                settings.client().functionTimeout().toMillis() / 1000.0)
                        .with("functions", String.join(",", executor.names()))
                        .with("home", settings.home())
                        .with("settings", settings.file().map(Object::toString).orElse("none")));
        settings.warnings().forEach(LOG::warn);
    }

    /** In the hook of the process: after a signal, or because somebody called System.exit. */
    private void endOfProcess(Settings settings, Node node, FunctionExecutor executor, KookooLog log) {
        Optional<StackTraceElement> guilty = exitingFunction();
        if (guilty.isPresent()) {
            // The thread that called it never comes back: nothing to wait for, and the exit code is that of the call.
            stop("System.exit called at " + guilty.get(), Duration.ZERO, node, executor, log);
        } else {
            stop("a signal", settings.server().shutdownTimeout(), node, executor, log);
            program.process().halt(ExitCode.OK);
        }
    }

    /** Where a function that this client runs has called System.exit, if one has. */
    private static Optional<StackTraceElement> exitingFunction() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> !thread.getKey().getName().equals("main"))
                .map(Map.Entry::getValue)
                .filter(stack -> Arrays.stream(stack).anyMatch(RunCommand::isExit))
                .flatMap(stack -> Arrays.stream(stack)
                        .dropWhile(frame -> !isExit(frame))
                        .dropWhile(frame -> frame.getClassName().startsWith("java.lang."))
                        .limit(1))
                .findFirst();
    }

    private static boolean isExit(StackTraceElement frame) {
        return frame.getClassName().equals("java.lang.Runtime")
                && frame.getMethodName().equals("exit");
    }

    /** The orderly end; the second to call it waits for the first. */
    private synchronized void stop(String reason, Duration most, Node node, FunctionExecutor executor, KookooLog log) {
        if (stopped) {
            return;
        }
        stopped = true;
        LOG.info("{}", LogEvent.of("client_stopping").with("reason", reason).with("at_most_s", most.toSeconds()));
        boolean orderly = false;
        try {
            executor.close();
            orderly = node.stop(most);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.info("{}", LogEvent.of("client_stopped").with("all_calls_ended", orderly ? "yes" : "no"));
        log.close();
    }

    /**
     * Waits for the end of standard input beside everything else, and ends the process some time after it: a tethered client
     * never outlives its server for longer, whatever a function does, or a library that is just being loaded.
     */
    private void watchTether(CountDownLatch cut, Duration most) {
        Thread thread = new Thread(
                () -> {
                    try {
                        program.console().in().transferTo(OutputStream.nullOutputStream());
                    } catch (IOException e) {
                        // Whoever held the other end is gone in this case as well.
                        LOG.debug("tether_lost", e);
                    }
                    cut.countDown();
                    try {
                        TimeUnit.NANOSECONDS.sleep(most.toNanos());
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    program.process().halt(ExitCode.OK);
                },
                "kookoo-tether");
        thread.setDaemon(true);
        thread.start();
    }
}
