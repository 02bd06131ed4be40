package io.kookoo.server;

import io.kookoo.HostName;
import io.kookoo.log.LogEvent;
import io.kookoo.protocol.FunctionName;
import io.kookoo.server.access.Access;
import io.kookoo.server.access.RefusalLog;
import io.kookoo.server.access.Standing;
import io.kookoo.server.catalog.FunctionCatalog;
import io.kookoo.server.channel.Channels;
import io.kookoo.server.channel.SystemChannels;
import io.kookoo.server.command.ChannelCommands;
import io.kookoo.server.command.Doorkeeper;
import io.kookoo.server.command.JobCommands;
import io.kookoo.server.command.NodeCommands;
import io.kookoo.server.command.PeerConversation;
import io.kookoo.server.command.TextCommands;
import io.kookoo.server.dispatch.Bounds;
import io.kookoo.server.dispatch.DispatchSettings;
import io.kookoo.server.dispatch.Dispatcher;
import io.kookoo.server.dispatch.Keeping;
import io.kookoo.server.dispatch.Observer;
import io.kookoo.server.dispatch.Retry;
import io.kookoo.server.dispatch.StoreWriter;
import io.kookoo.server.local.LocalWorkers;
import io.kookoo.server.net.Acceptor;
import io.kookoo.server.net.Connection;
import io.kookoo.server.net.Conversation;
import io.kookoo.server.net.Limits;
import io.kookoo.server.node.Nodes;
import io.kookoo.server.report.Reporter;
import io.kookoo.server.store.JobStore;
import io.kookoo.server.store.MemoryJobStore;
import io.kookoo.server.store.OutcomeBounds;
import io.kookoo.server.store.StoreException;
import io.kookoo.server.store.sqlite.SqliteJobStore;
import io.kookoo.server.time.Clock;
import io.kookoo.server.time.Deadlines;
import io.kookoo.settings.Settings;
import io.kookoo.tls.Tls;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server: the one place that makes its parts and their threads, and knows in which order they start and stop.
 *
 * <pre>
 *   kookoo-accept     Acceptor      accepts                                  one
 *   kookoo-conn-N     Connection    reads what a peer says and serves it     one for each connection
 *   kookoo-write      Outbox        writes to a peer for others              while there is something
 *   kookoo-rescue     StuckWrites   lets go a write that blocks at another's peer  one
 *   kookoo-deadlines  Deadlines     does what waits for a moment             one
 *   kookoo-store      StoreWriter   commits what has happened since its last     one
 *   kookoo-report     Reporter      writes the reports of sessions           one
 *   kookoo-channels   SystemChannels   publishes what happens                one
 *   kookoo-catalog    FunctionCatalog  looks at functions.txt                one
 *   kookoo-local-N    LocalWorkers  keeps a local client running             one for each of --workers
 * </pre>
 *
 * All state about jobs belongs to the {@link Dispatcher}, whichever of these threads calls it.
 */
public final class Server {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);

    /** How long the peers may take to read their last answers. */
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

    /** How long the last commit may take: what it has is lost otherwise, which costs accepted jobs a second run at most. */
    private static final Duration STORE_LIMIT = Duration.ofSeconds(10);

    /** How long the last report may take. */
    private static final Duration REPORT_LIMIT = Duration.ofSeconds(10);

    private final Settings settings;
    private final Deadlines deadlines;
    private final FunctionCatalog catalog;
    private final Dispatcher dispatcher;
    private final JobStore store;
    private final StoreWriter storeWriter;
    private final SystemChannels systemChannels;
    private final Nodes nodes;
    private final Reporter reporter;
    private final Acceptor acceptor;
    private final LocalWorkers localWorkers;
    /** Null until the server is opened. */
    private volatile Thread channelThread;

    /** Likewise. */
    private volatile Thread reportThread;

    private final AtomicBoolean stopped = new AtomicBoolean();

    /** The server cannot start: the message says why and what to do. */
    public static final class StartException extends Exception {
        private static final long serialVersionUID = 1L;

        private final int exitCode;

        StartException(int exitCode, String message, Throwable cause) {
            super(message, cause);
            this.exitCode = exitCode;
        }

        /** What the program exits with. */
        public int exitCode() {
            return exitCode;
        }
    }

    /** A server that runs: {@link #bind} and {@link #open}. */
    public static Server start(Settings settings, Clock clock, Path clientJar, Consumer<Boolean> shutdown)
            throws StartException {
        Server server = bind(settings, clock, clientJar, shutdown);
        server.open();
        return server;
    }

    /**
     * Makes a server that has read its catalog and taken its address, and does nothing yet. It can be stopped from now on.
     *
     * @param clientJar the program of local clients; needed where {@code [Server] workers} is above 0
     * @param shutdown what the text command {@code shutdown} does; true where running jobs shall end first. Must not block
     * @throws StartException when something is missing or taken; nothing is left open then
     */
    public static Server bind(Settings settings, Clock clock, Path clientJar, Consumer<Boolean> shutdown)
            throws StartException {
        return bind(settings, clock, clientJar, shutdown, Server::openStore);
    }

    /** Where the store comes from. */
    interface StoreOpening {
        JobStore open(Settings.Store settings, Clock clock) throws StoreException;
    }

    static Server bind(
            Settings settings, Clock clock, Path clientJar, Consumer<Boolean> shutdown, StoreOpening storeOpening)
            throws StartException {
        if (settings.server().workers() > 0 && !Files.isRegularFile(clientJar)) {
            throw new StartException(
                    ExitCode.SETTINGS,
                    "--workers " + settings.server().workers() + " starts clients from " + clientJar
                            + ", which does not exist; put client.jar beside server.jar, or use --workers 0",
                    null);
        }
        FunctionCatalog catalog;
        try {
            catalog = FunctionCatalog.open(
                    settings.server().functions(), settings.server().seed());
        } catch (IOException e) {
            throw new StartException(ExitCode.SETTINGS, e.getMessage(), e);
        }
        InetSocketAddress address =
                new InetSocketAddress(settings.server().ip(), settings.server().port());
        Exposure.check(settings, address);
        Optional<Tls> tls = tls(settings.security());
        JobStore store = null;
        Server server = null;
        try {
            store = storeOpening.open(settings.store(), clock);
            String handlePrefix = DispatchSettings.handlePrefix(HostName.read(), clock.now());
            DispatchSettings dispatching = dispatchSettings(settings, handlePrefix, store.begin(handlePrefix));
            server = new Server(settings, dispatching, clock, catalog, store, address, tls, clientJar, shutdown);
            return server;
        } catch (StoreException e) {
            throw new StartException(ExitCode.SETTINGS, e.getMessage(), e);
        } catch (IOException e) {
            throw new StartException(
                    ExitCode.BIND,
                    "cannot listen on " + settings.server().ip() + ":"
                            + settings.server().port() + ": "
                            + (address.isUnresolved() ? "unknown host" : e.getMessage())
                            + "; if another server runs there, choose another port with --port (0 takes a free one);"
                            + " --ip must be an address of this machine",
                    e);
        } finally {
            if (server == null && store != null) {
                store.close();
            }
        }
    }

    private static Optional<Tls> tls(Settings.Security security) throws StartException {
        if (!security.tls()) {
            return Optional.empty();
        }
        try {
            Tls tls = Tls.ofServer(security);
            tls.log();
            return Optional.of(tls);
        } catch (IOException e) {
            throw new StartException(ExitCode.SETTINGS, e.getMessage(), e);
        }
    }

    static JobStore openStore(Settings.Store settings, Clock clock) throws StoreException {
        OutcomeBounds bounds = new OutcomeBounds(settings.keepResults(), settings.keepRows());
        return settings.kind() == Settings.Store.Kind.NONE
                ? new MemoryJobStore(bounds, clock)
                : SqliteJobStore.open(settings.file(), bounds, clock);
    }

    private Server(
            Settings settings,
            DispatchSettings dispatching,
            Clock clock,
            FunctionCatalog catalog,
            JobStore store,
            InetSocketAddress address,
            Optional<Tls> tls,
            Path clientJar,
            Consumer<Boolean> shutdown)
            throws IOException, StoreException {
        this.settings = settings;
        this.catalog = catalog;
        this.deadlines = new Deadlines(clock);
        this.store = store;
        Channels channels = new Channels(
                clock,
                settings.server().channelHistory(),
                settings.server().outboxLimitBytes(),
                settings.limits().maxChannels(),
                settings.limits().maxSubscriptions());
        this.systemChannels = new SystemChannels(channels, clock, deadlines);
        this.reporter = new Reporter(settings.report(), clock, deadlines, this::isLocalWorker, this::address);
        Observer observer = Observer.all(List.of(systemChannels, reporter.observer()));
        this.dispatcher = new Dispatcher(clock, deadlines, catalog, dispatching, observer);
        this.nodes = new Nodes(dispatcher, clock, deadlines, systemChannels::node);
        this.storeWriter = new StoreWriter(dispatcher, store);
        store.unfinished(dispatcher::restore);
        dispatcher.queueRestored();
        TextCommands textCommands = new TextCommands(
                dispatcher,
                new JobCommands(dispatcher, store),
                new NodeCommands(nodes),
                settings.logger().level().toString(),
                () -> settingLines(settings, storeWriter),
                reporter,
                shutdown);
        ChannelCommands channelCommands = new ChannelCommands(channels, dispatcher, clock, reporter::tookName);
        Limits limits = new Limits(
                settings.server().maxPacketBytes(),
                settings.server().maxLineBytes(),
                settings.server().outboxLimitBytes(),
                settings.security().handshakeTimeout(),
                settings.server().writeStall(),
                settings.limits().maxConnections(),
                settings.limits().firstMessage());
        Access access = new Access(settings.security(), clock);
        RefusalLog refusals = new RefusalLog(clock, deadlines);
        this.acceptor = new Acceptor(
                address,
                limits,
                deadlines,
                tls,
                refusals,
                connection -> conversation(
                        new PeerConversation(
                                dispatcher, textCommands, channelCommands, nodes, refusals, clock, connection),
                        connection,
                        access,
                        refusals));
        this.localWorkers = new LocalWorkers(
                localCommand(clientJar, acceptor.address()), environment -> localEnvironment(access, environment));
    }

    private static Conversation conversation(
            PeerConversation conversation, Connection connection, Access access, RefusalLog refusals) {
        Standing standing = access.arriving(
                connection.address(), connection.isLoopback(), connection.commonName(), connection.isOwnPeer());
        return Doorkeeper.before(conversation, standing, access, refusals, connection);
    }

    /** A local client has a token of its own, which lets it run functions and nothing more. */
    private static void localEnvironment(Access access, Map<String, String> environment) {
        access.localToken().ifPresent(token -> {
            environment.remove(Settings.TOKEN_ALIAS);
            environment.put(Settings.TOKEN_VARIABLE, token.reveal());
        });
    }

    /**
     * Starts to work. Returns when the server listens and the pid file is written; it runs on threads of its own.
     *
     * @throws StartException when the pid file cannot be written; the server is stopped then
     */
    public void open() throws StartException {
        start("kookoo-deadlines", deadlines);
        start("kookoo-store", storeWriter);
        channelThread = start("kookoo-channels", systemChannels);
        reportThread = start("kookoo-report", reporter);
        catalog.watch();
        acceptor.start();
        LOG.info("listening on {}", text(address()));
        try {
            writePidFile();
        } catch (IOException e) {
            stop(Duration.ZERO);
            throw new StartException(
                    ExitCode.SETTINGS,
                    "The pid file " + settings.server().pidFile().orElseThrow() + " cannot be written: "
                            + e.getMessage() + "; name another with --pid-file",
                    e);
        }
        localWorkers.start(settings.server().workers());
    }

    /** The address it listens on, with the port that was free where 0 was asked for. */
    public InetSocketAddress address() {
        return acceptor.address();
    }

    private static DispatchSettings dispatchSettings(Settings settings, String handlePrefix, long run) {
        Map<FunctionName, Integer> maxRunning = new HashMap<>();
        settings.functions().forEach((name, function) -> maxRunning.put(FunctionName.of(name), function.maxRunning()));
        return new DispatchSettings(
                handlePrefix,
                settings.server().jobRetries(),
                settings.logger().jobLines(),
                settings.server().exceptions(),
                settings.server().stallAlarm(),
                DispatchSettings.GRAB_PATIENCE,
                maxRunning,
                keeping(settings.store(), run),
                retries(settings),
                new Bounds(
                        settings.limits().maxJobs(),
                        settings.limits().maxJobsBytes(),
                        settings.limits().maxFunctions(),
                        settings.limits().maxFunctionNames()));
    }

    private static Keeping keeping(Settings.Store store, long run) {
        Set<Keeping.Outcomes> outcomes = EnumSet.noneOf(Keeping.Outcomes.class);
        for (Settings.Store.Keep keep : store.keep()) {
            switch (keep) {
                case BACKGROUND -> outcomes.add(Keeping.Outcomes.BACKGROUND);
                case CATALOG -> outcomes.add(Keeping.Outcomes.CATALOG);
                case FAILED -> outcomes.add(Keeping.Outcomes.FAILED);
                case ALL -> outcomes.addAll(EnumSet.allOf(Keeping.Outcomes.class));
            }
        }
        return new Keeping(run, store.kind() != Settings.Store.Kind.NONE, outcomes);
    }

    private static Map<FunctionName, Retry> retries(Settings settings) {
        Map<FunctionName, Retry> retries = new HashMap<>();
        settings.retries()
                .forEach((name, retry) -> retries.put(
                        FunctionName.of(name),
                        new Retry(retry.retries(), retry.firstDelay(), retry.factor(), retry.maxDelay())));
        return retries;
    }

    /** What holds, and for the store whether it works. */
    private static List<String> settingLines(Settings settings, StoreWriter storeWriter) {
        List<String> lines = new ArrayList<>();
        settings.origins()
                .forEach(origin ->
                        lines.add(String.join("\t", origin.section(), origin.key(), origin.text(), origin.where())));
        lines.add(String.join("\t", "Store", "state", storeWriter.trouble().orElse("ok"), "now"));
        return lines;
    }

    private boolean isLocalWorker(String clientId) {
        return localWorkers.isChild(clientId);
    }

    /** How many connections are open. */
    int connectionCount() {
        return acceptor.connectionCount();
    }

    /** Stops in good order, with the time for running jobs that the settings give them. */
    public void stop() {
        stop(settings.server().shutdownTimeout());
    }

    /**
     * Stops in good order: no new connections and jobs, some time for those that run, then the end. Blocks until then. A
     * second call does nothing.
     *
     * @param limit how long running jobs may take
     */
    public void stop(Duration limit) {
        if (!stopped.compareAndSet(false, true)) {
            return;
        }
        LOG.info(LogEvent.of("stopping").with("limit_ms", limit.toMillis()).toString());
        try {
            acceptor.stop();
            int left = dispatcher.drain(limit);
            if (left > 0) {
                LOG.warn(LogEvent.of("jobs_cut_off").with("running", left).toString());
            }
            nodes.close();
            acceptor.closeConnections("the server stops", CLOSE_LIMIT);
            localWorkers.stop(Duration.ofSeconds(5));
            if (!storeWriter.stop(STORE_LIMIT)) {
                LOG.error(LogEvent.of("store_left")
                        .with("reason", "its last commit has not ended after " + STORE_LIMIT.toSeconds() + " s")
                        .with("effect", "jobs that ended in these seconds may run again")
                        .toString());
            }
            if (reportThread != null && !reporter.stop(REPORT_LIMIT)) {
                LOG.error(LogEvent.of("report_left")
                        .with("reason", "it is not written after " + REPORT_LIMIT.toSeconds() + " s")
                        .toString());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        catalog.close();
        deadlines.close();
        if (channelThread != null) {
            channelThread.interrupt();
        }
        store.close();
        deletePidFile();
        LOG.info("stopped");
    }

    private void writePidFile() throws IOException {
        if (settings.server().pidFile().isPresent()) {
            Path file = settings.server().pidFile().get();
            Path written = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(written, ProcessHandle.current().pid() + "\n");
            Files.move(
                    written,
                    file,
                    java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void deletePidFile() {
        settings.server().pidFile().ifPresent(file -> {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                LOG.warn(LogEvent.of("pid_file_left")
                        .with("file", file)
                        .with("reason", e.getMessage())
                        .toString());
            }
        });
    }

    /**
     * One slot each, told the address this server really has, and with the log and the settings of this server. Without memory the
     * process ends: what is left of it could not be trusted, and its job is run again.
     */
    private List<String> localCommand(Path clientJar, InetSocketAddress listening) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+ExitOnOutOfMemoryError",
                "-jar",
                clientJar.toString(),
                "run",
                "--tether",
                "--no-console",
                "--threads",
                "1",
                "--function-timeout",
                seconds(settings.client().functionTimeout()),
                "--ip",
                reachable(listening.getAddress()).getHostAddress(),
                "--port",
                Integer.toString(listening.getPort()),
                "--log-dir",
                settings.logger().dir().toString(),
                "--log-level",
                settings.logger().level().toString()));
        settings.file().ifPresent(file -> command.addAll(List.of("--config", file.toString())));
        // Where its command line or environment has them; passwords are in its environment or in files.
        settings.security().keystore().ifPresent(file -> command.addAll(List.of("--keystore", file.toString())));
        settings.security().truststore().ifPresent(file -> command.addAll(List.of("--truststore", file.toString())));
        if (settings.logger().verbose()) {
            command.add("--verbose");
        }
        return command;
    }

    private static String seconds(Duration duration) {
        return BigDecimal.valueOf(duration.toNanos(), 9).stripTrailingZeros().toPlainString();
    }

    private static InetAddress reachable(InetAddress address) {
        return address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address;
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private static Thread start(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
