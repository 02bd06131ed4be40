import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * Measures {@code server.jar}, on one JDK or several, against gearmand in alternating runs, and prints medians and ratios
 * as tables in Markdown. {@code bench/run} is the way to start it; {@code --help} tells the loads and options. Linux only:
 * processor time and memory come from {@code /proc}.
 *
 * <p>A run is a fixed number of jobs. All clients of a run are served by one thread and all its workers by another, each
 * with one selector (with a blocking socket where there is but one connection, which saves a system call) and buffers
 * that are made beforehand. Latencies are taken on the client's side and include the generator's own time. The generator
 * runs on the machine of the server and takes processor time from it: its share is printed for each load, and where it
 * is large beside the server's, as it is at echo, the two servers look more alike than they are.
 *
 * <p>Memory is what the kernel counts as resident. Connections of a JVM may find room in a heap that has grown before, so
 * "KB a connection" can be too low; what is resident in all is printed beside it.
 *
 * <p>Every server that this starts is stopped when the load is over, and at the latest when this process ends. Exit code
 * 0: measured; 1: a run failed or nothing could be measured; 2: wrong command line.
 */
@SuppressWarnings("try") // deadlines and sleepers are closed and not otherwise used
public final class Bench {
    private static final String USAGE = """
            Usage: bench/run [--pairs N] [--load NAME]... [--jdk PATH]... [--quick]
            Measures server.jar against gearmand (Debian package gearman-job-server), in alternating runs. All of it takes half
            an hour, much of which gearmand needs to accept 10,000 connections.

              --pairs N    counted runs of every load on every server (default 5; with --quick 1)
              --load NAME  only this load; may be repeated:
                echo-1x1   one connection, one ECHO_REQ at a time
                rpc-1x1    one client with one job in flight, one worker
                rpc-4x16   4 clients with 16 jobs in flight each, 4 workers
                rpc-50x50  50 clients with one job in flight each, 50 workers
                bg         background jobs from 4 connections, 32 unanswered each; then 4 workers run them
                durable    the same, each job committed before it is answered (gearmand's: a hundredth of the jobs)
                rpc-store  rpc-4x16 with a store and without (not gearmand's)
                rpc-report 1,000,000 jobs of rpc-4x16, counted for the report of the session ([Report] when = idle) and not
                           (never; not gearmand's)
                queued     the start of a server that finds 1,000,000 jobs in its store (3 runs at most; not gearmand's)
                functions  queued jobs grabbed by a worker that announced 5 functions, and by one with 5,000
                idle       10,000 workers from a process of their own that all sleep (3 runs at most)
                wake       jobs one by one for 10 sleeping workers, and for 10,000 (3 runs at most; gearmand's: for 10)
                stuck      rpc-50x50 alone, beside a peer that gets large results, and beside one that never reads them
                           (not gearmand's, which would keep them all)
                channel    100 messages a second, each to 1,000 subscribers of one channel (not gearmand's)
                poll       calls of the catalog, grabbed and answered on one connection (not gearmand's)
                tls        client.jar bench and a client.jar that runs its jobs, over plain connections and over TLS: small jobs, and
                           workloads and results of 100 KB (not gearmand's)
                start      from starting the process to listening
              --jdk PATH   run server.jar on this JDK (its folder or its java); may be repeated
                           (default: the java on PATH, and JAVA25_HOME or else /usr/lib/jvm/*25*)
              --quick      a tenth of the jobs: a try, not a measurement

            Without gearmand only server.jar is measured.""";

    private static final int QUICK_DIVISOR = 10;
    private static final int MOST_SLEEPERS_ROUNDS = 3;
    private static final int FEW_SLEEPERS = 10;
    /** Longer than a worker needs, after its result, to be asleep: the server answers NO_JOB up to 2 ms late. */
    private static final int ASLEEP_MILLIS = 5;
    /** How long a run may take before it has failed. */
    private static final int RUN_SECONDS = 60;
    /** The same for 10,000 connections: a server with a short backlog makes connections wait whole seconds. */
    private static final int SLEEPERS_SECONDS = 240;

    private static final int START_SECONDS = 30;
    private static final int STOP_SECONDS = 10;

    /** Processes that have to be stopped; guarded by itself. */
    private static final Set<Process> PROCESSES = new HashSet<>();

    /** Whether this process is ending and must not start others; guarded by PROCESSES. */
    private static boolean ending;

    private final Options options;
    private final List<Contestant> contestants = new ArrayList<>();
    /** Row, then contestant, then what the rounds gave, a null for each that failed. */
    private final Map<String, Map<Contestant, List<Row>>> results = new LinkedHashMap<>();

    private boolean anyFailed;

    private Bench(Options options) {
        this.options = options;
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 2 && arguments[0].equals("--sleepers")) {
            sleepers(Integer.parseInt(arguments[1]));
            return;
        }
        if (Arrays.asList(arguments).contains("--help")) {
            System.out.println(USAGE);
            return;
        }
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(Bench::stopProcesses, "bench-stop"));
        int status;
        try {
            status = new Bench(options).measure();
        } catch (IOException e) {
            System.err.println("bench: " + e.getMessage());
            status = 1;
        }
        System.exit(status);
    }

    // What is measured, and in which order

    private enum Load {
        ECHO_1X1(60_000),
        RPC_1X1(30_000),
        RPC_4X16(200_000),
        RPC_50X50(150_000),
        BG(200_000),
        DURABLE(200_000),
        RPC_STORE(200_000),
        RPC_REPORT(1_000_000),
        QUEUED(1_000_000),
        FUNCTIONS(50_000),
        IDLE(10_000),
        WAKE(2_000),
        STUCK(150_000),
        CHANNEL(1_000),
        POLL(30_000),
        TLS(100_000),
        START(1);

        /** Jobs of one run; connections of IDLE, messages of CHANNEL. */
        final int count;

        Load(int count) {
            this.count = count;
        }

        /** The name on the command line. */
        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** Whether every run needs a server that nothing has been done with. */
        boolean needsFreshServer() {
            return hasSleepers() || this == START || this == QUEUED;
        }

        /** Whether it has thousands of connections, and therefore fewer runs and a warm-up within each. */
        boolean hasSleepers() {
            return this == IDLE || this == WAKE;
        }

        boolean isForGearmand() {
            return switch (this) {
                case POLL, CHANNEL, STUCK, RPC_STORE, RPC_REPORT, QUEUED, TLS -> false;
                default -> true;
            };
        }

        /** With which stores of ours; gearmand has a store of its own, SQLite too, where ours is one. */
        List<String> stores() {
            return switch (this) {
                case DURABLE, QUEUED, START -> List.of("sqlite");
                case RPC_STORE -> List.of("none", "sqlite");
                default -> List.of("none");
            };
        }

        /** When our servers are to write reports. */
        List<String> reports() {
            return this == RPC_REPORT ? List.of("never", "idle") : List.of("idle");
        }

        /** Whether connections are TLS. */
        List<Boolean> tls() {
            return this == TLS ? List.of(false, true) : List.of(false);
        }
    }

    private record Options(Path home, Path temp, List<Path> javas, List<Load> loads, int pairs, boolean quick) {
        static Options parse(String[] arguments) {
            Path home = null;
            Path temp = null;
            Set<Path> javas = new LinkedHashSet<>();
            Set<Load> loads = new LinkedHashSet<>();
            int pairs = 0;
            boolean quick = false;
            for (int i = 0; i < arguments.length; i++) {
                String name = arguments[i];
                if (name.equals("--quick")) {
                    quick = true;
                    continue;
                }
                if (!List.of("--home", "--temp", "--jdk", "--load", "--pairs").contains(name)) {
                    throw new IllegalArgumentException("unknown option " + name + "; see --help");
                }
                if (++i == arguments.length) {
                    throw new IllegalArgumentException(name + " needs a value; see --help");
                }
                String value = arguments[i];
                switch (name) {
                    case "--home" -> home = Path.of(value).toAbsolutePath();
                    case "--temp" -> temp = Path.of(value).toAbsolutePath();
                    case "--jdk" -> javas.add(java(value));
                    case "--load" -> loads.add(load(value));
                    default -> pairs = pairs(value);
                }
            }
            if (home == null || temp == null || javas.isEmpty()) {
                throw new IllegalArgumentException("--home, --temp and --jdk are needed; bench/run gives them");
            }
            return new Options(
                    home,
                    temp,
                    List.copyOf(javas),
                    loads.isEmpty() ? List.of(Load.values()) : List.copyOf(loads),
                    pairs > 0 ? pairs : quick ? 1 : 5,
                    quick);
        }

        private static Path java(String value) {
            try {
                Path path = Path.of(value);
                Path java = Files.isDirectory(path) ? path.resolve("bin/java") : path;
                if (Files.isExecutable(java)) {
                    return java.toRealPath();
                }
            } catch (InvalidPathException | IOException e) {
                // Said below, like any other path without a java.
            }
            throw new IllegalArgumentException(
                    "--jdk " + value + ": no java there; expected the folder of a JDK or its bin/java");
        }

        private static Load load(String value) {
            return Stream.of(Load.values())
                    .filter(load -> load.label().equals(value))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("--load " + value + ": expected one of "
                            + Stream.of(Load.values()).map(Load::label).collect(Collectors.joining(", "))));
        }

        private static int pairs(String value) {
            if (!value.matches("[1-9][0-9]{0,2}")) {
                throw new IllegalArgumentException("--pairs " + value + ": expected a number from 1 to 999");
            }
            return Integer.parseInt(value);
        }

        int count(Load load) {
            return quick ? Math.max(1, load.count / QUICK_DIVISOR) : load.count;
        }

        int rounds(Load load) {
            return load.hasSleepers() || load == Load.QUEUED ? Math.min(pairs, MOST_SLEEPERS_ROUNDS) : pairs;
        }

        /** How many sleeping workers are many: 10,000 where so many files may be open. */
        int manySleepers() throws IOException {
            return Math.min(count(Load.IDLE), openFilesLimit() - 200);
        }
    }

    /** A server that is measured: our own on some JDK, or gearmand, whose {@code java} is null. */
    private record Contestant(String name, Path java, String store, String report, boolean tls) {
        /** As it is measured unless a load says otherwise; ours with reports as shipped. */
        Contestant(String name, Path java) {
            this(name, java, "none", "idle", false);
        }

        boolean isOurs() {
            return java != null;
        }

        Contestant with(String otherStore) {
            return new Contestant(isOurs() ? name + ", " + otherStore : name, java, otherStore, report, tls);
        }

        Contestant reporting(String when) {
            return new Contestant(name + ", report " + when, java, store, when, tls);
        }

        Contestant speaking(boolean overTls) {
            return new Contestant(name + (overTls ? ", TLS" : ", plain"), java, store, report, overTls);
        }
    }

    /** One line of a table from one run: its name, a figure that is larger the better (for the ratio), and its columns. */
    private record Row(String name, double speed, Map<String, Double> columns) {
        Row named(String otherName) {
            return new Row(otherName, speed, columns);
        }

        Row with(String column, double value) {
            Map<String, Double> more = new LinkedHashMap<>(columns);
            more.put(column, value);
            return new Row(name, speed, more);
        }

        /** With one more column for each of those: its figure, where the base's, whose short name is given, is 1. */
        Row against(Row base, String baseName, String... figures) {
            Row row = this;
            for (String figure : figures) {
                String heading = figure.split(" ")[0] + ", " + baseName + " = 1";
                row = row.with(heading, columns.get(figure) / base.columns.get(figure));
            }
            return row;
        }
    }

    /** Returns the exit code. Blocks until everything is measured and printed. */
    private int measure() throws IOException, InterruptedException {
        Path jar = options.home.resolve("server.jar");
        if (!Files.isReadable(jar)) {
            throw new IOException(jar + " is missing: run make build");
        }
        for (Path java : options.javas) {
            contestants.add(new Contestant("JDK " + javaVersion(java), java));
        }
        Path gearmand = onPath("gearmand");
        String gearmandVersion = "";
        if (gearmand == null) {
            say("gearmand is not installed (Debian package gearman-job-server): measuring server.jar only");
        } else {
            gearmandVersion = firstMatch(outputOf(gearmand.toString(), "--version"), "gearmand (\\S+)");
            contestants.add(new Contestant("gearmand", null));
        }
        for (Load load : options.loads) {
            measure(load, gearmand);
        }
        printReport(gearmandVersion);
        return anyFailed || results.isEmpty() ? 1 : 0;
    }

    private void measure(Load load, Path gearmand) throws IOException, InterruptedException {
        List<Contestant> able = contestants.stream()
                .filter(contestant -> contestant.isOurs() || load.isForGearmand())
                .flatMap(contestant -> load.stores().stream()
                        .map(store -> load.stores().equals(List.of("none")) ? contestant : contestant.with(store)))
                .flatMap(contestant -> load.reports().stream()
                        .map(when -> load.reports().size() == 1 ? contestant : contestant.reporting(when)))
                .flatMap(contestant -> load.tls().stream()
                        .map(overTls -> load.tls().size() == 1 ? contestant : contestant.speaking(overTls)))
                .toList();
        Map<Contestant, Server> servers = new LinkedHashMap<>();
        try {
            int rounds = options.rounds(load);
            // Round 0 is the warm-up: of both virtual machines, of the disk cache for START.
            for (int round = load.hasSleepers() ? 1 : 0; round <= rounds; round++) {
                say(load.label() + (round == 0 ? ": warm-up" : ": run " + round + " of " + rounds));
                for (Contestant contestant : able) {
                    List<Row> rows = null;
                    try {
                        Server server = servers.get(contestant);
                        if (server == null) {
                            server = Server.start(contestant, gearmand, options);
                            servers.put(contestant, server);
                        }
                        rows = run(load, server, contestant);
                    } catch (IOException e) {
                        if (isEnding()) {
                            return;
                        }
                        anyFailed = true;
                        say(load.label() + " on " + contestant.name() + " failed: " + e.getMessage());
                    }
                    if (rows == null || load.needsFreshServer()) {
                        Server used = servers.remove(contestant);
                        if (used != null) {
                            used.close();
                        }
                    }
                    if (round > 0) {
                        record(contestant, round, rows == null ? List.of() : rows);
                    }
                }
            }
        } finally {
            servers.values().forEach(Server::close);
        }
    }

    private void record(Contestant contestant, int round, List<Row> rows) {
        for (Row row : rows) {
            List<Row> runs = results.computeIfAbsent(row.name(), name -> new LinkedHashMap<>())
                    .computeIfAbsent(contestant, key -> new ArrayList<>());
            // Runs of one round are compared with each other: those that failed keep their place.
            while (runs.size() < round - 1) {
                runs.add(null);
            }
            runs.add(row);
        }
    }

    private List<Row> run(Load load, Server server, Contestant contestant) throws IOException, InterruptedException {
        int count = options.count(load);
        server.settle(); // until it has seen off the connections of the run before
        return switch (load) {
            case ECHO_1X1 -> List.of(echo(server, count));
            case RPC_1X1 -> List.of(rpc(server, count, 1, 1, 1));
            case RPC_4X16 -> List.of(rpc(server, count, 4, 16, 4));
            case RPC_50X50 -> List.of(rpc(server, count, 50, 1, 50));
            case BG -> List.of(submit("bg submit", server, count), drain("bg drain", server, count));
            case DURABLE -> {
                // gearmand commits each job by itself.
                int jobs = contestant.isOurs() ? count : Math.max(1, count / 100);
                yield List.of(submit("durable submit", server, jobs), drain("durable drain", server, jobs));
            }
            case RPC_STORE -> List.of(rpc(server, count, 4, 16, 4).named("rpc 4x16 beside a store"));
            case RPC_REPORT -> List.of(rpc(server, count, 4, 16, 4).named(String.format(Locale.ROOT, "rpc 4x16, %,d jobs", count)));
            case QUEUED -> List.of(queued(server, count, contestant));
            case FUNCTIONS -> functions(server, count);
            case IDLE -> List.of(idle(server));
            case WAKE -> wake(server, count, contestant.isOurs());
            case STUCK -> stuck(server, count);
            case CHANNEL -> List.of(channel(server, count));
            case POLL -> List.of(poll(server, count));
            case TLS -> tls(server, count, contestant);
            case START -> List.of(new Row("start", 1 / server.startMillis, Map.of("ms", server.startMillis)));
        };
    }

    // The loads

    private static Row echo(Server server, int count) throws IOException {
        Work work = new Work(count);
        try (Side side = Side.connect(server, 1, () -> new Echo(work))) {
            return measured("echo 1x1", server, work, side);
        }
    }

    private static Row rpc(Server server, int count, int clients, int depth, int workers)
            throws IOException, InterruptedException {
        Work work = new Work(count);
        CountDownLatch asleep = new CountDownLatch(workers);
        try (Side callers = Side.connect(server, clients, () -> new Submitter(work, depth));
                Side runners = Side.connect(server, workers, () -> new Worker(asleep::countDown))) {
            runners.runBeside(callers);
            if (!asleep.await(RUN_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("the workers got no answer to GRAB_JOB" + runners.reason());
            }
            return measured("rpc " + clients + "x" + (depth == 1 ? workers : depth), server, work, callers);
        }
    }

    private static Row submit(String name, Server server, int count) throws IOException {
        Work work = new Work(count);
        try (Side side = Side.connect(server, 4, () -> new BackgroundSubmitter(work, 32))) {
            return measured(name, server, work, side);
        }
    }

    private static Row drain(String name, Server server, int count) throws IOException {
        Work work = new Work(count);
        try (Side side = Side.connect(server, 4, () -> new CountedWorker(work))) {
            return measured(name, server, work, side);
        }
    }

    /** What a server costs that finds so many jobs in its store, left by one that was killed. */
    private Row queued(Server server, int count, Contestant contestant) throws IOException {
        submit("", server, count);
        try (Server next = server.killed().startedAgain(contestant, options)) {
            double heap = next.heapBytes(contestant.java());
            return new Row(
                    String.format(Locale.ROOT, "start with %,d queued jobs", count),
                    1 / next.startMillis,
                    Map.of("ms", next.startMillis, "heap bytes/job", heap / count));
        }
    }

    private static Row poll(Server server, int count) throws IOException {
        Work work = new Work(count);
        try (Side side = Side.connect(server, 1, () -> new Poller(work))) {
            return measured("poll", server, work, side);
        }
    }

    /** How long a message takes from before it is published until each subscriber has it. */
    private static Row channel(Server server, int count) throws IOException {
        int subscribers = 1_000;
        int perSecond = 100;
        try (Audience audience = new Audience(server.port, subscribers, count);
                Closeable deadline = deadline(RUN_SECONDS, audience::end)) {
            long serverMicros = server.cpuMicros();
            Work work = audience.hear(perSecond);
            serverMicros = server.cpuMicros() - serverMicros;
            Map<String, Double> columns = work.latencies();
            columns.put("CPU us/job", (double) serverMicros / work.count);
            return new Row(
                    String.format(Locale.ROOT, "channel, %,d subscribers, %d/s", subscribers, perSecond),
                    1 / columns.get("p99 us"),
                    columns);
        }
    }

    /** Serves that side on the calling thread until all the work is done. */
    private static Row measured(String name, Server server, Work work, Side side) throws IOException {
        try (Closeable deadline = deadline(RUN_SECONDS, side)) {
            long serverMicros = server.cpuMicros();
            long ownMicros = cpuMicros("self");
            long begun = System.nanoTime();
            side.runUntil(work::isDone);
            double perSecond = work.count / ((System.nanoTime() - begun) / 1e9);
            ownMicros = cpuMicros("self") - ownMicros;
            serverMicros = server.cpuMicros() - serverMicros;
            Map<String, Double> columns = new LinkedHashMap<>();
            columns.put("jobs/s", perSecond);
            columns.putAll(work.latencies());
            columns.put("CPU us/job", (double) serverMicros / work.count);
            columns.put("generator us/job", (double) ownMicros / work.count);
            return new Row(name, perSecond, columns);
        }
    }

    /** With programs of ours at both ends: what they pay for TLS counts as well. */
    private List<Row> tls(Server server, int count, Contestant contestant) throws IOException {
        try (Client worker = Client.start(server, contestant, options, "run", "--interval", "86400", "--threads", "4")) {
            Row small = worker.bench("small jobs", 0, count);
            Row large = worker.bench("100 KB there and back", 100_000, Math.max(1, count / 50));
            return List.of(small, large);
        }
    }

    private static List<Row> functions(Server server, int count) throws IOException {
        Row few = grab(server, count, 5);
        server.settle();
        Row many = grab(server, count, 5_000);
        return Stream.of(few, many)
                .map(row -> row.against(few, "5", "jobs/s", "p50 us"))
                .toList();
    }

    /** One worker with that many functions grabs jobs of one of them, which are all in the queue. */
    private static Row grab(Server server, int count, int functions) throws IOException {
        submit("", server, count);
        server.settle();
        Work work = new Work(count);
        Announcer worker = new Announcer(work);
        try (Side side = Side.connect(server, 1, () -> worker)) {
            try (Closeable deadline = deadline(RUN_SECONDS, side)) {
                worker.announce(functions);
                side.serveUntil(() -> worker.isHeard);
            }
            return measured(String.format(Locale.ROOT, "grab, %,d functions", functions), server, work, side);
        }
    }

    /** What it takes to accept and keep many sleeping workers. */
    private Row idle(Server server) throws IOException {
        int more = options.manySleepers() - FEW_SLEEPERS;
        try (Sleepers sleepers = Sleepers.start(options, server)) {
            sleepers.add(FEW_SLEEPERS);
            warmUp(server);
            long before = server.residentKilobytes();
            double seconds = sleepers.add(more);
            server.settle();
            Map<String, Double> columns = new LinkedHashMap<>();
            columns.put("seconds to accept", seconds);
            long after = server.residentKilobytes();
            columns.put("KB a connection", (double) (after - before) / more);
            columns.put("MB in all", after / 1024.0);
            return new Row(String.format(Locale.ROOT, "idle %,d", options.manySleepers()), 1 / seconds, columns);
        }
    }

    /** Jobs for a few sleeping workers and then, unless gearmand would have to accept them, for many. */
    private List<Row> wake(Server server, int jobs, boolean isOurs) throws IOException {
        try (Sleepers sleepers = Sleepers.start(options, server)) {
            sleepers.add(FEW_SLEEPERS);
            warmUp(server);
            List<Row> rows = new ArrayList<>(List.of(wakeOneByOne(server, sleepers, jobs)));
            if (isOurs) {
                sleepers.add(options.manySleepers() - FEW_SLEEPERS);
                server.settle();
                rows.add(wakeOneByOne(server, sleepers, jobs));
            }
            String few = Integer.toString(FEW_SLEEPERS);
            return rows.stream()
                    .map(row -> row.against(rows.get(0), few, "p50 us", "CPU us/job"))
                    .toList();
        }
    }

    /** Many jobs, one after the other, for the workers that are there. */
    private void warmUp(Server server) throws IOException {
        Work work = new Work(options.count(Load.IDLE));
        try (Side side = Side.connect(server, 1, () -> new Submitter(work, 1))) {
            measured("warm-up", server, work, side);
        }
    }

    /** Single jobs, each submitted when the worker of the one before is asleep again. */
    private static Row wakeOneByOne(Server server, Sleepers sleepers, int jobs) throws IOException {
        Work work = new Work(jobs);
        try (Side side = Side.connect(server, 1, () -> new Submitter(work, 1));
                Closeable deadline = deadline(RUN_SECONDS, side)) {
            pause(ASLEEP_MILLIS);
            long wokenBefore = sleepers.woken();
            long serverMicros = server.cpuMicros();
            for (int i = 1; i <= jobs; i++) {
                int target = i;
                work.allowed = i;
                side.runUntil(() -> work.done == target);
                pause(ASLEEP_MILLIS);
            }
            serverMicros = server.cpuMicros() - serverMicros;
            Map<String, Double> columns = work.latencies();
            columns.put("CPU us/job", (double) serverMicros / jobs);
            // 1, unless more are woken than are needed, or a job met a worker that was not asleep.
            columns.put("NOOPs/job", (double) (sleepers.woken() - wokenBefore) / jobs);
            return new Row(
                    String.format(Locale.ROOT, "wake 1 of %,d", sleepers.count), 1 / columns.get("p50 us"), columns);
        }
    }

    /** The peer that reads tells what the large results cost by themselves. */
    private static List<Row> stuck(Server server, int count) throws IOException, InterruptedException {
        Row alone = rpc(server, count, 50, 1, 50);
        List<Row> rows = new ArrayList<>(List.of(alone.with("closed by the server", 0)));
        for (boolean reads : List.of(true, false)) {
            server.settle();
            try (Glutton glutton = new Glutton(server.port, reads)) {
                Row row = rpc(server, count, 50, 1, 50);
                rows.add(row.named(row.name() + (reads ? ", a peer reads" : ", a peer is stuck"))
                        .with("closed by the server", glutton.closedByServer));
            }
        }
        return rows.stream().map(row -> row.against(alone, "alone", "p99 us")).toList();
    }

    /** What one side of a run has to do, and how long each piece took. Used by one thread. */
    private static final class Work {
        final int count;
        final long[] nanos;
        /** How many may have been begun; raised by a load that begins them one by one. */
        int allowed;

        int begun;
        int done;

        Work(int count) {
            this.count = count;
            this.allowed = count;
            nanos = new long[count];
        }

        /** Whether there is another piece to begin; if so it counts as begun. */
        boolean begin() {
            if (begun == allowed) {
                return false;
            }
            begun++;
            return true;
        }

        void done(long startNanos) {
            // Workers may get one more than was counted when somebody else's jobs are in the queue.
            if (done < count) {
                nanos[done++] = System.nanoTime() - startNanos;
            }
        }

        boolean isDone() {
            return done == count;
        }

        /** Only when all is done. */
        Map<String, Double> latencies() {
            Arrays.sort(nanos);
            Map<String, Double> columns = new LinkedHashMap<>();
            columns.put("p50 us", nanos[count / 2] / 1e3);
            columns.put("p99 us", nanos[(int) (count * 99L / 100)] / 1e3);
            columns.put("max us", nanos[count - 1] / 1e3);
            return columns;
        }
    }

    // The wire: codes as in docs/protocol.md

    private static final int REQUEST_MAGIC = 0x00524551;
    private static final int RESPONSE_MAGIC = 0x00524553;
    private static final int HEADER_BYTES = 12;
    private static final int CAN_DO = 1;
    private static final int PRE_SLEEP = 4;
    private static final int NOOP = 6;
    private static final int SUBMIT_JOB = 7;
    private static final int JOB_CREATED = 8;
    private static final int GRAB_JOB = 9;
    private static final int NO_JOB = 10;
    private static final int JOB_ASSIGN = 11;
    private static final int WORK_COMPLETE = 13;
    private static final int ECHO_REQ = 16;
    private static final int ECHO_RES = 17;
    private static final int SUBMIT_JOB_BG = 18;
    private static final int ERROR = 19;
    private static final int OPTION_REQ = 26;
    private static final int OPTION_RES = 27;

    private static final byte[] NOTHING = {};
    private static final byte[] FUNCTION = "bench".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CATALOG = "catalog".getBytes(StandardCharsets.US_ASCII);
    /** A workload begins with the 8 bytes of the time at which it was sent; this follows, 32 bytes in all. */
    private static final byte[] PADDING = "x".repeat(24).getBytes(StandardCharsets.US_ASCII);

    /** A connection to the server with its buffers. Used by one thread, but for {@code close}. */
    private abstract static class Connection {
        SocketChannel channel;
        /** Null while the socket is blocking. */
        SelectionKey key;

        ByteBuffer in;
        ByteBuffer out;

        /** Writes the first packets into the buffer. */
        abstract void begin();

        /** A packet whose body is in the buffer {@code in} from there on. */
        abstract void received(int type, int body, int size) throws IOException;

        /** Reads what is there, or waits if the socket is blocking, and handles what is complete. */
        final void receive() throws IOException {
            if (channel.read(in) < 0) {
                throw new IOException("the server closed a connection");
            }
            int end = in.position();
            int at = 0;
            while (end - at >= HEADER_BYTES) {
                int type = in.getInt(at + 4);
                int size = in.getInt(at + 8);
                if (in.getInt(at) != RESPONSE_MAGIC || size < 0 || size > in.capacity() - HEADER_BYTES) {
                    throw new IOException("the server sent what is not a packet, or one too long: type " + type + ", "
                            + size + " bytes");
                }
                if (end - at - HEADER_BYTES < size) {
                    break;
                }
                if (type == ERROR) {
                    byte[] text = new byte[size];
                    in.get(at + HEADER_BYTES, text);
                    throw new IOException(
                            "the server answered ERROR " + new String(text, StandardCharsets.UTF_8).replace('\0', ' '));
                }
                received(type, at + HEADER_BYTES, size);
                at += HEADER_BYTES + size;
            }
            in.limit(end).position(at);
            in.compact();
        }

        /** Sends what the buffer holds; what the socket does not take now goes when it is writable. */
        final void flush() throws IOException {
            if (out.position() > 0) {
                out.flip();
                channel.write(out);
                out.compact();
            }
            if (key != null) {
                int wanted = out.position() == 0 ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE;
                if (key.interestOps() != wanted) {
                    key.interestOps(wanted);
                }
            }
        }

        final void put(int type, byte[] body) {
            header(type, body.length).put(body);
        }

        final ByteBuffer header(int type, int size) {
            return out.putInt(REQUEST_MAGIC).putInt(type).putInt(size);
        }

        final void putJob(int type) {
            header(type, FUNCTION.length + 2 + Long.BYTES + PADDING.length)
                    .put(FUNCTION)
                    .putShort((short) 0) // the end of the name, and an empty unique
                    .putLong(System.nanoTime())
                    .put(PADDING);
        }

        /** The place behind the next NUL. */
        final int afterNul(int from) {
            int at = from;
            while (in.get(at) != 0) {
                at++;
            }
            return at + 1;
        }
    }

    private static final class Echo extends Connection {
        private final Work work;

        Echo(Work work) {
            this.work = work;
        }

        @Override
        void begin() {
            if (work.begin()) {
                header(ECHO_REQ, Long.BYTES + PADDING.length)
                        .putLong(System.nanoTime())
                        .put(PADDING);
            }
        }

        @Override
        void received(int type, int body, int size) {
            if (type == ECHO_RES) {
                work.done(in.getLong(body));
                begin();
            }
        }
    }

    /** A client that keeps jobs in flight; the workers send the workload back, and with it the time of its submission. */
    private static final class Submitter extends Connection {
        private final Work work;
        private final int depth;

        Submitter(Work work, int depth) {
            this.work = work;
            this.depth = depth;
        }

        @Override
        void begin() {
            for (int i = 0; i < depth && work.begin(); i++) {
                putJob(SUBMIT_JOB);
            }
        }

        @Override
        void received(int type, int body, int size) {
            if (type == WORK_COMPLETE) {
                work.done(in.getLong(afterNul(body)));
                if (work.begin()) {
                    putJob(SUBMIT_JOB);
                }
            }
        }
    }

    /** A client that submits background jobs; their answers come in the order of the submissions. */
    private static final class BackgroundSubmitter extends Connection {
        private final Work work;
        /** When each unanswered job was sent, a ring. */
        private final long[] sentNanos;

        private int sent;
        private int answered;

        BackgroundSubmitter(Work work, int depth) {
            this.work = work;
            sentNanos = new long[depth];
        }

        @Override
        void begin() {
            for (int i = 0; i < sentNanos.length; i++) {
                submit();
            }
        }

        private void submit() {
            if (work.begin()) {
                sentNanos[sent++ % sentNanos.length] = System.nanoTime();
                putJob(SUBMIT_JOB_BG);
            }
        }

        @Override
        void received(int type, int body, int size) {
            if (type == JOB_CREATED) {
                work.done(sentNanos[answered++ % sentNanos.length]);
                submit();
            }
        }
    }

    /** A worker that sends the workload back, and sleeps when there is no job. */
    private static class Worker extends Connection {
        private final Runnable asleep;

        Worker(Runnable asleep) {
            this.asleep = asleep;
        }

        @Override
        void begin() {
            put(CAN_DO, FUNCTION);
            put(GRAB_JOB, NOTHING);
        }

        @Override
        void received(int type, int body, int size) throws IOException {
            switch (type) {
                case NOOP -> put(GRAB_JOB, NOTHING);
                case NO_JOB -> {
                    put(PRE_SLEEP, NOTHING);
                    asleep.run();
                }
                case JOB_ASSIGN -> {
                    int name = afterNul(body);
                    int workload = afterNul(name);
                    int end = body + size;
                    header(WORK_COMPLETE, name - body + end - workload);
                    copy(body, name);
                    copy(workload, end);
                    put(GRAB_JOB, NOTHING);
                }
                default -> throw new IOException("a worker got a packet of type " + type);
            }
        }

        private void copy(int from, int to) {
            out.put(out.position(), in, from, to - from).position(out.position() + to - from);
        }
    }

    /** A worker whose jobs are counted; the time of one is that from its GRAB_JOB to its JOB_ASSIGN. */
    private static class CountedWorker extends Worker {
        private final Work work;
        private long grabNanos;

        CountedWorker(Work work) {
            super(() -> {});
            this.work = work;
        }

        @Override
        void begin() {
            super.begin();
            grabNanos = System.nanoTime();
        }

        final void grab() {
            put(GRAB_JOB, NOTHING);
            grabNanos = System.nanoTime();
        }

        @Override
        void received(int type, int body, int size) throws IOException {
            if (type == JOB_ASSIGN) {
                work.done(grabNanos);
            }
            super.received(type, body, size);
            grabNanos = System.nanoTime();
        }
    }

    /** Grabs calls of the catalog. */
    private static final class Poller extends CountedWorker {
        Poller(Work work) {
            super(work);
        }

        @Override
        void begin() {
            put(OPTION_REQ, CATALOG);
        }

        @Override
        void received(int type, int body, int size) throws IOException {
            switch (type) {
                case NO_JOB -> throw new IOException("the catalog is empty");
                case OPTION_RES -> grab();
                default -> super.received(type, body, size);
            }
        }
    }

    /** A counted worker that announces many functions first. */
    private static final class Announcer extends CountedWorker {
        /** Whether the server has heard of them all. */
        boolean isHeard;

        Announcer(Work work) {
            super(work);
        }

        /** The one that has jobs is in the middle: gearmand looks at the last one first. Blocks until they are sent. */
        void announce(int functions) throws IOException {
            for (int i = 0; i < functions; i++) {
                put(CAN_DO, i == functions / 2 ? FUNCTION : ("bench" + i).getBytes(StandardCharsets.US_ASCII));
                flush(); // or the buffer would be full
            }
            put(ECHO_REQ, NOTHING);
            flush();
        }

        @Override
        void begin() {
            grab();
        }

        @Override
        void received(int type, int body, int size) throws IOException {
            if (type == ECHO_RES) {
                isHeard = true;
            } else {
                super.received(type, body, size);
            }
        }
    }

    /** A worker that sleeps at once, and asks for an echo to know that it was heard. */
    private static final class Sleeper extends Worker {
        private final Runnable accepted;
        private final Runnable woken;

        Sleeper(Runnable accepted, Runnable woken) {
            super(() -> {});
            this.accepted = accepted;
            this.woken = woken;
        }

        @Override
        void begin() {
            put(CAN_DO, FUNCTION);
            put(PRE_SLEEP, NOTHING);
            put(ECHO_REQ, NOTHING);
        }

        @Override
        void received(int type, int body, int size) throws IOException {
            if (type == ECHO_RES) {
                accepted.run();
                return;
            }
            if (type == NOOP) {
                woken.run();
            }
            super.received(type, body, size);
        }
    }

    /**
     * A client that submits jobs with large results at a steady pace, and reads them or never does. When the server closes its
     * connection, or takes no more jobs for a second, it connects anew; until closed. It has a thread of its own.
     */
    private static final class Glutton implements Closeable {
        private static final int RESULT_BYTES = 32 * 1024;
        /** Together more than the server writes to a peer that may not have read what came before. */
        private static final int JOBS_AT_ONCE = 4;

        private static final int PAUSE_MILLIS = 8;

        private final int port;
        private final boolean reads;
        private final Thread thread = new Thread(this::run, "bench-glutton");
        private volatile boolean closed;
        /** Written by its thread. */
        volatile int closedByServer;

        Glutton(int port, boolean reads) {
            this.port = port;
            this.reads = reads;
            thread.setDaemon(true);
            thread.start();
        }

        private void run() {
            int size = FUNCTION.length + 2 + RESULT_BYTES;
            ByteBuffer jobs = ByteBuffer.allocateDirect(JOBS_AT_ONCE * (HEADER_BYTES + size));
            for (int i = 0; i < JOBS_AT_ONCE; i++) {
                jobs.putInt(REQUEST_MAGIC).putInt(SUBMIT_JOB).putInt(size);
                jobs.put(FUNCTION).put(new byte[size - FUNCTION.length]);
            }
            ByteBuffer answers = ByteBuffer.allocateDirect(jobs.capacity());
            while (!closed) {
                try (SocketChannel channel =
                        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
                    channel.configureBlocking(false);
                    long wroteNanos = System.nanoTime();
                    while (!closed && System.nanoTime() - wroteNanos < TimeUnit.SECONDS.toNanos(1)) {
                        if (!jobs.hasRemaining()) {
                            pause(PAUSE_MILLIS);
                            jobs.rewind();
                        }
                        if (channel.write(jobs) > 0) {
                            wroteNanos = System.nanoTime();
                        } else {
                            pause(1);
                        }
                        while (reads && channel.read(answers.clear()) > 0) {}
                    }
                } catch (IOException e) {
                    closedByServer++;
                }
                jobs.rewind();
            }
        }

        @Override
        public void close() {
            closed = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The clients or the workers of a run: connections that one thread serves. */
    private static final class Side implements Closeable {
        private static final int BUFFER_BYTES = 64 * 1024;

        private final List<Connection> connections = new ArrayList<>();
        /** Null where there is but one connection, which then is blocking. */
        private final Selector selector;

        private final Consumer<SelectionKey> serve = this::serve;
        private volatile boolean closed;
        private volatile IOException failure;

        private Side(Selector selector) {
            this.selector = selector;
        }

        static Side connect(Server server, int count, Supplier<Connection> maker) throws IOException {
            Side side = new Side(count == 1 ? null : Selector.open());
            try {
                for (int i = 0; i < count; i++) {
                    side.add(
                            maker.get(),
                            server.port,
                            ByteBuffer.allocateDirect(BUFFER_BYTES),
                            ByteBuffer.allocateDirect(BUFFER_BYTES));
                }
            } catch (IOException e) {
                side.close();
                throw e;
            }
            return side;
        }

        /** Connects; blocks until the connection is there. */
        private void add(Connection connection, int port, ByteBuffer in, ByteBuffer out) throws IOException {
            connection.channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            connection.channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            connection.in = in;
            connection.out = out;
            connections.add(connection);
            if (selector != null) {
                connection.channel.configureBlocking(false);
                connection.key = connection.channel.register(selector, SelectionKey.OP_READ, connection);
            }
        }

        /** Begins all connections and serves them on the calling thread; throws when closed meanwhile. */
        void runUntil(BooleanSupplier done) throws IOException {
            for (Connection connection : connections) {
                connection.begin();
                connection.flush();
            }
            serveUntil(done);
        }

        void serveUntil(BooleanSupplier done) throws IOException {
            try {
                while (!done.getAsBoolean()) {
                    if (closed) {
                        throw new IOException("closed");
                    }
                    if (selector == null) {
                        connections.get(0).receive();
                        connections.get(0).flush();
                    } else {
                        selector.select(serve);
                    }
                    if (failure != null) {
                        throw failure;
                    }
                }
            } catch (IOException e) {
                throw failure == null ? e : failure;
            } catch (ClosedSelectorException | CancelledKeyException e) {
                throw failure == null ? new IOException("closed", e) : failure;
            }
        }

        private void serve(SelectionKey key) {
            Connection connection = (Connection) key.attachment();
            try {
                if (key.isReadable()) {
                    connection.receive();
                }
                connection.flush();
            } catch (IOException e) {
                failure = e;
            }
        }

        /** Serves on a thread of its own until closed; a failure there fails the other side as well. */
        void runBeside(Side other) {
            Thread thread = new Thread(
                    () -> {
                        try {
                            runUntil(() -> false);
                        } catch (IOException e) {
                            if (!closed) {
                                failure = e;
                                other.fail(e);
                            }
                        }
                    },
                    "bench-workers");
            thread.setDaemon(true);
            thread.start();
        }

        String reason() {
            return failure == null ? "" : ": " + failure.getMessage();
        }

        /** Ends {@code runUntil} with that reason; from any thread. */
        void fail(IOException reason) {
            failure = reason;
            close();
        }

        @Override
        public void close() {
            closed = true;
            try {
                if (selector != null) {
                    selector.close();
                }
                for (Connection connection : connections) {
                    connection.channel.close();
                }
            } catch (IOException e) {
                throw new IllegalStateException("a socket cannot be closed", e);
            }
        }
    }

    /** Fails that side when it takes longer; until closed. */
    private static Closeable deadline(int seconds, Side side) {
        return deadline(seconds, () -> side.fail(new IOException("not done within " + seconds + " s")));
    }

    private static Closeable deadline(int seconds, Runnable late) {
        Thread thread = new Thread(
                () -> {
                    try {
                        TimeUnit.SECONDS.sleep(seconds);
                        late.run();
                    } catch (InterruptedException e) {
                        // In time.
                    }
                },
                "bench-deadline");
        thread.setDaemon(true);
        thread.start();
        return thread::interrupt;
    }

    // Sleeping workers, in a process of their own

    /** That process as the one that measures sees it. */
    private static final class Sleepers implements Closeable {
        private final Process process;
        private final BufferedReader answers;
        int count;

        private Sleepers(Process process) {
            this.process = process;
            answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        }

        static Sleepers start(Options options, Server server) throws IOException {
            Path java = Path.of(System.getProperty("java.home"), "bin", "java");
            ProcessBuilder builder = new ProcessBuilder(
                    java.toString(),
                    "-XX:+UseSerialGC",
                    options.home.resolve("bench/Bench.java").toString(),
                    "--sleepers",
                    Integer.toString(server.port));
            builder.directory(options.temp.toFile()).redirectError(ProcessBuilder.Redirect.INHERIT);
            return new Sleepers(launch(options, builder));
        }

        /** Blocks until that many more are asleep; the seconds it took. */
        double add(int more) throws IOException {
            count += more;
            return Double.parseDouble(ask(more)[0]);
        }

        /** How many NOOPs they have got so far. */
        long woken() throws IOException {
            return Long.parseLong(ask(0)[1]);
        }

        private String[] ask(int more) throws IOException {
            String answer;
            try (Closeable deadline = deadline(SLEEPERS_SECONDS, process::destroyForcibly)) {
                process.getOutputStream().write((more + "\n").getBytes(StandardCharsets.US_ASCII));
                process.getOutputStream().flush();
                answer = answers.readLine();
            }
            if (answer == null) {
                throw new IOException(String.format(
                        Locale.ROOT, "%,d sleeping workers were not accepted within %d s", more, SLEEPERS_SECONDS));
            }
            return answer.split(" ");
        }

        @Override
        public void close() {
            stop(process);
        }
    }

    /**
     * The main of that process: for each number on standard input it connects as many workers and prints the seconds until
     * all were accepted, and how many NOOPs all that are connected have got so far. They work until standard input ends,
     * and the process with it.
     */
    private static void sleepers(int port) throws IOException {
        int bufferBytes = 256;
        BlockingQueue<Integer> orders = new LinkedBlockingQueue<>();
        try (Side side = new Side(Selector.open())) {
            Thread listener = new Thread(() -> listen(orders, side.selector), "bench-orders");
            listener.setDaemon(true);
            listener.start();
            int[] accepted = new int[1];
            long[] woken = new long[1];
            while (true) {
                side.serveUntil(() -> !orders.isEmpty());
                int count = orders.remove();
                ByteBuffer memory = ByteBuffer.allocateDirect(2 * count * bufferBytes);
                accepted[0] = 0;
                long begun = System.nanoTime();
                for (int at = 0; at < memory.capacity(); at += 2 * bufferBytes) {
                    Connection sleeper = new Sleeper(() -> accepted[0]++, () -> woken[0]++);
                    ByteBuffer in = memory.slice(at, bufferBytes);
                    side.add(sleeper, port, in, memory.slice(at + bufferBytes, bufferBytes));
                    sleeper.begin();
                    sleeper.flush();
                }
                side.serveUntil(() -> accepted[0] == count);
                System.out.println((System.nanoTime() - begun) / 1e9 + " " + woken[0]);
            }
        }
    }

    private static void listen(BlockingQueue<Integer> orders, Selector selector) {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                orders.add(Integer.valueOf(line));
                selector.wakeup();
            }
        } catch (IOException e) {
            // The end as well.
        }
        Runtime.getRuntime().halt(0);
    }

    // Subscribers of a channel

    /** Connections that have subscribed to main_channel, served by one thread, and one that publishes there. */
    private static final class Audience implements Closeable {
        private static final byte[] SUBSCRIBE = "subscribe main_channel\n".getBytes(StandardCharsets.US_ASCII);

        private final Selector selector = Selector.open();
        private final List<SocketChannel> subscribers = new ArrayList<>();
        private final SocketChannel publisher;
        private final Work work;
        private final int messages;

        Audience(int port, int subscribers, int messages) throws IOException {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            this.messages = messages;
            this.work = new Work(subscribers * messages);
            publisher = SocketChannel.open(address);
            for (int i = 0; i < subscribers; i++) {
                SocketChannel subscriber = SocketChannel.open(address);
                this.subscribers.add(subscriber);
                subscriber.write(ByteBuffer.wrap(SUBSCRIBE));
                // OK main_channel
                readLine(subscriber);
                subscriber.configureBlocking(false);
                subscriber.register(selector, SelectionKey.OP_READ, new StringBuilder());
            }
        }

        private static String readLine(SocketChannel channel) throws IOException {
            StringBuilder line = new StringBuilder();
            ByteBuffer one = ByteBuffer.allocate(1);
            while (channel.read(one) > 0 && one.get(0) != '\n') {
                line.append((char) one.get(0));
                one.clear();
            }
            return line.toString();
        }

        /** Publishes all messages at that pace, and blocks until each subscriber has each of them. */
        Work hear(int perSecond) throws IOException {
            Thread publishing = new Thread(() -> publish(perSecond), "bench-publisher");
            publishing.setDaemon(true);
            publishing.start();
            ByteBuffer in = ByteBuffer.allocate(64 * 1024);
            while (!work.isDone()) {
                selector.select();
                for (SelectionKey key : selector.selectedKeys()) {
                    in.clear();
                    if (((SocketChannel) key.channel()).read(in) < 0) {
                        throw new IOException("the server closed the connection of a subscriber");
                    }
                    in.flip();
                    StringBuilder line = (StringBuilder) key.attachment();
                    while (in.hasRemaining()) {
                        char c = (char) in.get();
                        if (c == '\n') {
                            work.done(Long.parseLong(line.substring(line.lastIndexOf(" ") + 1)));
                            line.setLength(0);
                        } else {
                            line.append(c);
                        }
                    }
                }
                selector.selectedKeys().clear();
            }
            return work;
        }

        /** The moment of sending is the message. */
        private void publish(int perSecond) {
            try {
                long begun = System.nanoTime();
                for (int i = 0; i < messages; i++) {
                    long next = begun + i * 1_000_000_000L / perSecond;
                    while (System.nanoTime() - next < 0) {
                        LockSupport.parkNanos(next - System.nanoTime());
                    }
                    String line = "publish main_channel " + System.nanoTime() + "\n";
                    publisher.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
                    readLine(publisher);
                }
            } catch (IOException e) {
                // Who counts the messages waits in vain then, and for RUN_SECONDS at most.
            }
        }

        /** From any thread: whoever hears fails. */
        void end() {
            try {
                close();
            } catch (IOException e) {
                // Closed all the same.
            }
        }

        @Override
        public void close() throws IOException {
            publisher.close();
            for (SocketChannel subscriber : subscribers) {
                subscriber.close();
            }
            selector.close();
        }
    }

    // Servers and other processes

    /** A running server. */
    private static final class Server implements Closeable {
        private static final Pattern LISTENING = Pattern.compile("listening on \\S+:(\\d+)");

        private final Process process;
        private final Path home;
        final int port;
        /** From starting the process to listening. */
        final double startMillis;

        private Server(Process process, Path home, int port, double startMillis) {
            this.process = process;
            this.home = home;
            this.port = port;
            this.startMillis = startMillis;
        }

        /** Starts it in a folder of its own and blocks until it listens. */
        static Server start(Contestant contestant, Path gearmand, Options options) throws IOException {
            Path home = Files.createTempDirectory(options.temp, "server");
            if (!contestant.isOurs()) {
                return gearmand(gearmand, home, contestant.store(), options);
            }
            Files.createDirectory(home.resolve("config"));
            for (String file : List.of("config/settings.ini", "functions.txt")) {
                Files.copy(options.home.resolve(file), home.resolve(file));
            }
            return ours(contestant, home, options);
        }

        /** Ends it as a crash would. Blocks until then. */
        Server killed() throws IOException {
            process.destroyForcibly();
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException();
            }
            return this;
        }

        /** Another one, of ours, in the same folder. */
        Server startedAgain(Contestant contestant, Options options) throws IOException {
            return ours(contestant, home, options);
        }

        /** What is alive in its heap. */
        double heapBytes(Path java) throws IOException {
            String histogram = outputOf(
                    java.resolveSibling("jcmd").toString(), Long.toString(process.pid()), "GC.class_histogram");
            return Double.parseDouble(firstMatch(histogram, "Total\\s+\\d+\\s+(\\d+)"));
        }

        /** With the settings as shipped, but for the store and the report. */
        private static Server ours(Contestant contestant, Path home, Options options) throws IOException {
            ProcessBuilder builder = new ProcessBuilder(
                    contestant.java().toString(),
                    "-jar",
                    options.home.resolve("server.jar").toString(),
                    "--port",
                    "0",
                    "--store",
                    contestant.store());
            // The environment is stronger than settings.ini.
            builder.environment().keySet().removeIf(name -> name.startsWith("KOOKOO_"));
            builder.environment().put("KOOKOO_REPORT_WHEN", contestant.report());
            if (contestant.tls()) {
                builder.environment().putAll(certificates("server", options));
            }
            return start(builder, home, options, 0);
        }

        private static Server gearmand(Path gearmand, Path home, String store, Options options) throws IOException {
            int port;
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = free.getLocalPort();
            }
            ProcessBuilder builder = new ProcessBuilder(
                    gearmand.toString(),
                    "--listen=127.0.0.1",
                    "--port=" + port,
                    "--log-file=stderr",
                    "--pid-file=" + home.resolve("gearmand.pid"));
            if (!store.equals("none")) {
                builder.command().addAll(List.of("-q", "libsqlite3", "--libsqlite3-db=" + home.resolve("gearmand.db")));
            }
            return start(builder, home, options, port);
        }

        /** With a port given it listens when it can be connected to, else when it says so. */
        private static Server start(ProcessBuilder builder, Path home, Options options, int port) throws IOException {
            Path console = home.resolve("console");
            builder.directory(home.toFile()).redirectErrorStream(true).redirectOutput(console.toFile());
            long begun = System.nanoTime();
            Process process = launch(options, builder);
            while (process.isAlive() && System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(START_SECONDS)) {
                int listening = port == 0 ? announcedPort(console) : accepts(port) ? port : 0;
                if (listening != 0) {
                    return new Server(process, home, listening, (System.nanoTime() - begun) / 1e6);
                }
                pause(1);
            }
            stop(process);
            throw new IOException(String.join(" ", builder.command()) + " did not start; it said:\n"
                    + Files.readString(console, StandardCharsets.ISO_8859_1));
        }

        private static int announcedPort(Path console) throws IOException {
            Matcher matcher = LISTENING.matcher(Files.readString(console, StandardCharsets.ISO_8859_1));
            return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
        }

        private static boolean accepts(int port) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (IOException e) {
                return false;
            }
        }

        long cpuMicros() throws IOException {
            return Bench.cpuMicros(Long.toString(process.pid()));
        }

        long residentKilobytes() throws IOException {
            String status = Files.readString(Path.of("/proc", Long.toString(process.pid()), "status"));
            return Long.parseLong(firstMatch(status, "VmRSS:\\s*(\\d+)"));
        }

        /** Blocks until it has used no processor time for a moment, at most 10 s. */
        void settle() throws IOException {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            long before = -1;
            for (long now = cpuMicros(); now != before && System.nanoTime() < end; now = cpuMicros()) {
                before = now;
                pause(50);
            }
        }

        @Override
        public void close() {
            stop(process);
        }
    }

    /** What a program is told of a private CA, made when it is first asked for, and of its own certificate. */
    private static Map<String, String> certificates(String own, Options options) throws IOException {
        Path folder = options.temp.resolve("certs");
        if (!Files.exists(folder)) {
            outputOf(options.home.resolve("config/make-certs").toString(), folder.toString());
        }
        String password = folder.resolve("password").toString();
        return Map.of(
                "KOOKOO_KEYSTORE", folder.resolve(own + ".p12").toString(),
                "KOOKOO_KEYSTORE_PASSWORD_FILE", password,
                "KOOKOO_TRUSTSTORE", folder.resolve("truststore.p12").toString(),
                "KOOKOO_TRUSTSTORE_PASSWORD_FILE", password,
                "KOOKOO_CLIENT_AUTH", "need");
    }

    /** A client.jar that runs jobs, and others that submit them, all of a contestant's kind. */
    private static final class Client implements Closeable {
        private static final Pattern FIGURE = Pattern.compile("\"(\\w+)\":\\s*([0-9.]+)");

        private final Process process;
        private final Server server;
        private final Contestant contestant;
        private final Options options;

        private Client(Process process, Server server, Contestant contestant, Options options) {
            this.process = process;
            this.server = server;
            this.contestant = contestant;
            this.options = options;
        }

        static Client start(Server server, Contestant contestant, Options options, String... arguments) throws IOException {
            ProcessBuilder builder = program(server, contestant, options, arguments);
            Path console = server.home.resolve("worker");
            builder.redirectErrorStream(true).redirectOutput(console.toFile());
            return new Client(launch(options, builder), server, contestant, options);
        }

        private static ProcessBuilder program(Server server, Contestant contestant, Options options, String... arguments)
                throws IOException {
            List<String> command = new ArrayList<>(List.of(
                    contestant.java().toString(), "-jar", options.home.resolve("client.jar").toString()));
            command.addAll(List.of(arguments));
            command.addAll(List.of("--port", Integer.toString(server.port)));
            ProcessBuilder builder = new ProcessBuilder(command).directory(server.home.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("KOOKOO_"));
            if (contestant.tls()) {
                builder.environment().putAll(certificates("client", options));
            }
            return builder;
        }

        /** @param payload bytes of a workload and of its result; 0 for few */
        Row bench(String name, int payload, int jobs) throws IOException {
            List<String> arguments = new ArrayList<>(List.of("bench", "--json", "--jobs", Integer.toString(jobs)));
            if (payload > 0) {
                arguments.addAll(List.of("--payload", Integer.toString(payload)));
            }
            ProcessBuilder builder =
                    program(server, contestant, options, arguments.toArray(String[]::new));
            Path answer = server.home.resolve("bench.json");
            Path complaints = server.home.resolve("bench.err");
            builder.redirectOutput(answer.toFile()).redirectError(complaints.toFile());
            long serverMicros = server.cpuMicros();
            Process bench = launch(options, builder);
            try {
                if (!bench.waitFor(2 * RUN_SECONDS, TimeUnit.SECONDS) || bench.exitValue() != 0) {
                    throw new IOException("client.jar bench failed: " + Files.readString(complaints));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException();
            } finally {
                stop(bench);
            }
            serverMicros = server.cpuMicros() - serverMicros;
            Map<String, Double> figures = new LinkedHashMap<>();
            Matcher matcher = FIGURE.matcher(Files.readString(answer));
            while (matcher.find()) {
                figures.put(matcher.group(1), Double.parseDouble(matcher.group(2)));
            }
            if (figures.get("failed") != 0) {
                throw new IOException(figures.get("failed") + " jobs failed");
            }
            double perSecond = figures.get("jobs_per_s");
            Map<String, Double> columns = new LinkedHashMap<>();
            columns.put("jobs/s", perSecond);
            columns.put("MB/s each way", perSecond * payload / 1e6);
            columns.put("p50 us", figures.get("p50_us"));
            columns.put("p99 us", figures.get("p99_us"));
            // A tenth more was run to warm up.
            columns.put("CPU us/job", serverMicros / (jobs * 1.1));
            return new Row(name, perSecond, columns);
        }

        @Override
        public void close() {
            stop(process);
        }
    }

    /** Starts a process that is stopped at the latest when this one ends, and notes its id for bench/run. */
    private static Process launch(Options options, ProcessBuilder builder) throws IOException {
        synchronized (PROCESSES) {
            if (ending) {
                throw new IOException("interrupted");
            }
            Process process = builder.start();
            PROCESSES.add(process);
            Files.writeString(
                    options.temp.resolve("pids"),
                    process.pid() + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
            return process;
        }
    }

    /** Blocks until it has ended. */
    private static void stop(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                say("process " + process.pid() + " did not stop within " + STOP_SECONDS + " s and is killed");
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        synchronized (PROCESSES) {
            PROCESSES.remove(process);
        }
    }

    private static boolean isEnding() {
        synchronized (PROCESSES) {
            return ending;
        }
    }

    private static void stopProcesses() {
        List<Process> left;
        synchronized (PROCESSES) {
            ending = true;
            left = List.copyOf(PROCESSES);
        }
        left.forEach(Process::destroy);
        left.forEach(Bench::stop);
    }

    private static void pause(int millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
    }

    /** Processor time of that process so far, in steps of 10 ms: Linux counts in hundredths of a second. */
    private static long cpuMicros(String pid) throws IOException {
        String stat = Files.readString(Path.of("/proc", pid, "stat"));
        // The name, in parentheses, may hold anything; utime and stime are the 12th and 13th field behind it.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 10_000;
    }

    private static int openFilesLimit() throws IOException {
        String limit = firstMatch(Files.readString(Path.of("/proc/self/limits")), "Max open files\\s+(\\S+)");
        return limit.equals("unlimited") ? Integer.MAX_VALUE : Integer.parseInt(limit);
    }

    private static Path onPath(String program) {
        return Stream.of((System.getenv("PATH") + ":/usr/sbin:/usr/local/sbin").split(":"))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    private static String javaVersion(Path java) throws IOException {
        return firstMatch(outputOf(java.toString(), "-version"), "version \"([^\"]+)\"");
    }

    private static String outputOf(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static String firstMatch(String text, String regex) {
        Matcher matcher = Pattern.compile(regex).matcher(text);
        return matcher.find() ? matcher.group(1) : "?";
    }

    /** Progress and troubles; the tables alone go to standard output. */
    private static void say(String text) {
        System.err.println("bench: " + text);
    }

    // The tables

    private void printReport(String gearmandVersion) throws IOException {
        boolean compared = !gearmandVersion.isEmpty();
        System.out.printf(
                "%d x %s, Linux %s%s. Medians; runs of each load: %d%s%s.%n",
                Runtime.getRuntime().availableProcessors(),
                firstMatch(Files.readString(Path.of("/proc/cpuinfo")), "model name\\s*: (.*)"),
                System.getProperty("os.version"),
                compared ? ", gearmand " + gearmandVersion : "",
                options.pairs,
                options.pairs > MOST_SLEEPERS_ROUNDS ? " (idle and wake: " + MOST_SLEEPERS_ROUNDS + ")" : "",
                options.quick ? ", with --quick: too short to compare" : "");
        if (compared) {
            System.out.println("Ratio: how many times as fast as gearmand in the run beside it (above 1: faster).");
        }
        Set<List<String>> tables = new LinkedHashSet<>();
        results.values().forEach(row -> tables.add(columnsOf(row)));
        for (List<String> columns : tables) {
            List<List<String>> lines = new ArrayList<>();
            boolean withRatio = results.values().stream()
                    .anyMatch(row -> columnsOf(row).equals(columns)
                            && !gearmandRuns(row).isEmpty());
            List<String> head = new ArrayList<>(List.of("load", "server"));
            head.addAll(columns);
            if (withRatio) {
                head.add("ratio");
            }
            lines.add(head);
            results.forEach((name, row) -> {
                if (columnsOf(row).equals(columns)) {
                    row.keySet().forEach(contestant -> lines.add(line(name, contestant, columns, row, withRatio)));
                }
            });
            printTable(lines);
        }
    }

    private static List<String> columnsOf(Map<Contestant, List<Row>> row) {
        return row.values().stream()
                .flatMap(List::stream)
                .filter(run -> run != null)
                .findFirst()
                .map(run -> List.copyOf(run.columns().keySet()))
                .orElseThrow();
    }

    private static List<String> line(
            String name,
            Contestant contestant,
            List<String> columns,
            Map<Contestant, List<Row>> row,
            boolean withRatio) {
        List<Row> runs = row.get(contestant);
        List<String> line = new ArrayList<>(List.of(name, contestant.name()));
        for (String column : columns) {
            line.add(figure(median(runs, run -> run.columns().get(column))));
        }
        if (withRatio) {
            line.add(contestant.isOurs() ? ratio(runs, gearmandRuns(row)) : "");
        }
        return line;
    }

    private static List<Row> gearmandRuns(Map<Contestant, List<Row>> row) {
        return row.entrySet().stream()
                .filter(entry -> !entry.getKey().isOurs())
                .findFirst()
                .map(Map.Entry::getValue)
                .orElse(List.of());
    }

    private static String ratio(List<Row> ours, List<Row> theirs) {
        double[] ratios = new double[Math.min(ours.size(), theirs.size())];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = ours.get(i) == null || theirs.get(i) == null
                    ? Double.NaN
                    : ours.get(i).speed() / theirs.get(i).speed();
        }
        double median = median(DoubleStream.of(ratios));
        return Double.isNaN(median) ? "-" : String.format(Locale.ROOT, "%.2f", median);
    }

    private static double median(List<Row> runs, ToDoubleFunction<Row> figure) {
        return median(runs.stream().filter(run -> run != null).mapToDouble(figure));
    }

    /** Leaves out what is not a number; not a number when nothing is left. */
    private static double median(DoubleStream values) {
        double[] sorted = values.filter(value -> !Double.isNaN(value)).sorted().toArray();
        int middle = sorted.length / 2;
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static String figure(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        return String.format(Locale.ROOT, value < 2 ? "%.2f" : value < 20 ? "%.1f" : "%,.0f", value);
    }

    /** The first two columns to the left, the figures to the right; the first line is the head. */
    private static void printTable(List<List<String>> lines) {
        List<Integer> widths = new ArrayList<>(Collections.nCopies(lines.get(0).size(), 3));
        for (List<String> line : lines) {
            for (int i = 0; i < line.size(); i++) {
                widths.set(i, Math.max(widths.get(i), line.get(i).length()));
            }
        }
        System.out.println();
        for (int row = 0; row < lines.size(); row++) {
            StringBuilder text = new StringBuilder("|");
            StringBuilder rule = new StringBuilder("|");
            for (int i = 0; i < widths.size(); i++) {
                boolean left = i < 2;
                text.append(String.format(
                        " %" + (left ? "-" : "") + widths.get(i) + "s |",
                        lines.get(row).get(i)));
                rule.append(left ? " " + "-".repeat(widths.get(i)) : " " + "-".repeat(widths.get(i) - 1) + ":")
                        .append(" |");
            }
            System.out.println(text);
            if (row == 0) {
                System.out.println(rule);
            }
        }
    }
}
