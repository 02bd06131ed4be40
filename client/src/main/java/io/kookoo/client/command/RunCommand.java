package io.kookoo.client.command;

import io.kookoo.HostName;
import io.kookoo.NodeName;
import io.kookoo.Version;
import io.kookoo.client.function.FunctionExecutor;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.Servers;
import io.kookoo.client.run.Identity;
import io.kookoo.client.run.Node;
import io.kookoo.client.run.NodeId;
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
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

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
            "  java -jar client.jar run --node-id 3     # a node: watched, and to be called by its id",
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

    @Option(
            names = "--node-id",
            paramLabel = "N",
            description = "Makes this client the node of that id, instead of [Client] node_id.")
    private String nodeId;

    @Option(names = "--name", paramLabel = "NAME", description = "The node's name, instead of [Client] name.")
    private String name;

    @Option(names = "--replace", description = "Takes the place of another node that has the id and is alive.")
    private boolean replace;

    @Option(names = "--tether", hidden = true, description = "Stop when standard input ends.")
    private boolean tether;

    @Option(names = "--no-console", hidden = true, description = "Log to the file alone.")
    private boolean noConsole;

    @Spec
    private CommandSpec spec;

    private boolean stopped;

    /** Why this client ends before it is told to by a signal, and whether it waits until what runs has ended. */
    private record End(String reason, boolean patient) {}

    RunCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws InterruptedException, ExecutionException {
        Map<String, String> given = new LinkedHashMap<>();
        CommonOptions.put(given, "interval", interval);
        CommonOptions.put(given, "threads", threads);
        CommonOptions.put(given, "function-timeout", functionTimeout);
        CommonOptions.put(given, "log-dir", logDir);
        CommonOptions.put(given, "node-id", nodeId);
        CommonOptions.put(given, "name", name);
        // A tethered client is one of its server, and no node of its own, whatever its environment says.
        Settings settings = program.settings(given, tether ? Map.of() : Map.of("node-id", "NODE_ID"));
        Servers servers = Servers.of(settings);
        ConnectionLimits limits = tether ? Program.limitsOfLocal(settings) : Program.limits(settings);
        OptionalInt number = tether ? OptionalInt.empty() : settings.client().nodeId();
        if (replace && !tether && number.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--replace takes the place of another node, and needs the id of that: give --node-id, too");
        }

        // Completed by a tether, or by a server that asks a node to end; others are ended by a signal.
        CompletableFuture<End> end = new CompletableFuture<>();
        if (tether) {
            watchTether(end, settings.server().shutdownTimeout());
        }
        KookooLog log = KookooLog.open(settings.logger(), "Client", !noConsole);
        try {
            Identity identity = number.isPresent()
                    ? node(number.getAsInt(), settings, log, end)
                    : Identity.ofClient(HostName.withPid(ProcessHandle.current().pid()));
            run(settings, servers, limits, identity, log, end);
        } catch (RuntimeException | Error e) {
            LOG.error(KookooLog.CRITICAL, "internal_error", e);
            throw e;
        }
        return ExitCode.OK;
    }

    private Identity node(int number, Settings settings, KookooLog log, CompletableFuture<End> end) {
        String host = HostName.read();
        NodeId id = new NodeId(number, settings.client().name().orElseGet(() -> NodeName.ofHost(host)));
        return Identity.ofNode(
                id,
                host,
                settings.client().pingInterval(),
                replace,
                log.openPings(),
                server -> end.complete(new End("the server " + server + " asks node " + number + " to stop", true)));
    }

    private void run(
            Settings settings,
            Servers servers,
            ConnectionLimits limits,
            Identity identity,
            KookooLog log,
            CompletableFuture<End> ended)
            throws InterruptedException, ExecutionException {
        FunctionExecutor executor = Program.executor(settings);
        // A tethered client is started again by its server.
        Optional<Runnable> overdue = tether ? Optional.of(() -> endAtOnce(log)) : Optional.empty();
        Node node = new Node(settings, servers, limits, executor, identity, overdue);
        logStart(settings, servers, executor, identity.clientId());

        program.process().onEnd(() -> endOfProcess(settings, node, executor, log));
        node.start();
        // Last, and beside everything else: to load functions/ runs code of others, which may never return.
        executor.watch();
        End end = ended.get();
        if (end.patient()) {
            LOG.info(
                    "{}",
                    LogEvent.of("client_finishing")
                            .with("reason", end.reason())
                            .with("effect", "no more jobs; the end comes when those that run have ended"));
            // Outside of stop(): a signal meanwhile has not to wait for it.
            node.finish();
        }
        stop(end.reason(), settings.server().shutdownTimeout(), node, executor, log);
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
            LOG.error(
                    KookooLog.CRITICAL,
                    "{}",
                    LogEvent.of("exit_called")
                            .with("where", guilty.get())
                            .with("effect", "a function has ended this process"));
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
    private void watchTether(CompletableFuture<End> end, Duration most) {
        Thread thread = new Thread(
                () -> {
                    try {
                        program.console().in().transferTo(OutputStream.nullOutputStream());
                    } catch (IOException e) {
                        // Whoever held the other end is gone in this case as well.
                        LOG.debug("tether_lost", e);
                    }
                    end.complete(new End("the end of standard input", false));
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
