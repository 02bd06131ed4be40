package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What was accepted survives {@code kill -9} and the loss of power: real servers with their default store, real workers, load,
 * kills at random moments, and {@link JobHistory} to say whether what was seen can be.
 */
final class CrashTest {
    private static final int SUBMITTERS = 3;
    private static final int WORKERS = 2;
    private static final int MAX_BATCH = 8;

    /** Answers between one kill and the next. */
    private static final int MIN_ANSWERS = 20;

    private static final int MAX_ANSWERS = 150;

    /** More than a round has jobs. */
    private static final String ALL_JOBS = "jobs limit 1000000";

    private enum Victim {
        SERVER,
        WORKER,
        BOTH
    }

    @TempDir
    Path folder;

    // ---- kills ----

    @Test
    void shouldRunEveryJobOnceWhenNothingIsKilled() throws Exception {
        long seed = ThreadLocalRandom.current().nextLong();
        try (Round round = new Round(seed)) {
            round.load(300);
            round.finish();
            assertEquals(List.of(), round.history.violations(), () -> "seed " + seed);
        }
    }

    @RepeatedTest(10)
    void shouldLoseNoJobAndEndNoneTwiceWhenServerAndWorkersAreKilled() throws Exception {
        killAtRandom(ThreadLocalRandom.current().nextLong());
    }

    @Tag("torture")
    @RepeatedTest(200)
    void shouldLoseNoJobAndEndNoneTwiceInManyRounds() throws Exception {
        killAtRandom(ThreadLocalRandom.current().nextLong());
    }

    private void killAtRandom(long seed) throws Exception {
        try (Round round = new Round(seed)) {
            int kills = 2 + round.random.nextInt(2);
            for (int i = 0; i < kills; i++) {
                Victim victim = Victim.values()[round.random.nextInt(Victim.values().length)];
                round.loadAndKill(MIN_ANSWERS + round.random.nextInt(MAX_ANSWERS - MIN_ANSWERS), victim);
            }
            round.load(MIN_ANSWERS);
            round.finish();
            assertEquals(List.of(), round.history.violations(), () -> "seed " + seed);
        }
    }

    // ---- loss of power ----

    @Test
    void shouldOpenWhatAPowerCutLeaves() throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/task")), "sees in /proc whether a process stands still");
        long seed = ThreadLocalRandom.current().nextLong();
        Path copy = RunningProgram.shippedHome(folder.resolve("copy"));
        Set<String> accepted;
        Map<String, Set<String>> workloads;
        try (Round round = new Round(seed, 0)) {
            round.submit();
            round.history.awaitAnswered(2000);
            accepted = round.history.accepted();
            // Nothing is written while all of it is copied: the files are as they were at one moment.
            round.server.signal("STOP");
            awaitStandstill(round.server);
            copy(round.home.resolve("data"), copy.resolve("data"));
            round.server.signal("CONT");
            round.stopSubmitting();
            workloads = round.history.workloads();
        }
        try (RunningProgram server = RunningProgram.server(copy)) {
            int port = server.port();
            Path file = folder.resolve("worker-of-copy");
            try (WireConnection connection = WireConnection.open(port)) {
                List<String> handles = connection.askForList(ALL_JOBS).stream()
                        .map(line -> line.split("\t")[0])
                        .toList();
                assertEquals(handles.size(), Set.copyOf(handles).size(), "each job once");
                Set<String> lost = new TreeSet<>(accepted);
                handles.forEach(lost::remove);
                assertEquals(Set.of(), lost, "seed " + seed);
                RunningProgram worker = RunningProgram.start(folder, Map.of(), CrashWorker.command(port, file));
                try {
                    for (String handle : handles) {
                        String result = connection.ask("result " + handle + " wait");
                        assertTrue(result.matches("OK (done|dead)\\t.*"), result);
                    }
                } finally {
                    worker.close();
                }
            }
            Map<String, Set<String>> ran = new TreeMap<>();
            for (JobHistory.Run run : Round.readRuns(file, 0)) {
                ran.computeIfAbsent(run.handle(), handle -> new TreeSet<>()).add(run.workload());
            }
            for (String handle : accepted) {
                Set<String> its = ran.get(handle);
                assertTrue(
                        its.size() == 1 && workloads.get(handle).containsAll(its),
                        () -> handle + " ran with " + its + ", seed " + seed);
            }
        }
    }

    /** All threads: one that is writing to a file stops when it has done so. */
    private static void awaitStandstill(RunningProgram program) throws IOException {
        Path tasks = Path.of("/proc", Long.toString(program.pid()), "task");
        long end = System.nanoTime() + RunningProgram.PATIENCE.toNanos();
        while (true) {
            try (Stream<Path> threads = Files.list(tasks)) {
                List<String> moving = new ArrayList<>();
                for (Path thread : threads.toList()) {
                    String stat = Files.readString(thread.resolve("stat"));
                    // The name, in parentheses, may hold anything; the state follows it.
                    if (!stat.substring(stat.lastIndexOf(')') + 1).startsWith(" T")) {
                        moving.add(stat);
                    }
                }
                if (moving.isEmpty()) {
                    return;
                }
                assertTrue(System.nanoTime() - end < 0, () -> "still moving: " + moving);
            }
        }
    }

    /** The file and its log; what else lies there is of the running process. */
    private static void copy(Path data, Path target) throws IOException {
        Files.createDirectories(target);
        for (String name : List.of("kookoo.db", "kookoo.db-wal")) {
            Files.copy(data.resolve(name), target.resolve(name));
        }
    }

    // ---- a round ----

    /** A server and its workers, which submitters load. */
    private final class Round implements AutoCloseable {
        final Random random;
        final JobHistory history = new JobHistory();
        final Path home;
        private final long seed;
        private final int port;
        private final List<RunningProgram> workers = new ArrayList<>();
        private final Map<Long, Path> files = new HashMap<>();
        private final List<Submitter> submitters = new ArrayList<>();
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final List<Future<?>> running = new ArrayList<>();
        RunningProgram server;

        Round(long seed) throws IOException {
            this(seed, WORKERS);
        }

        Round(long seed, int workerCount) throws IOException {
            this.seed = seed;
            random = new Random(seed);
            home = RunningProgram.shippedHome(folder.resolve("home"));
            Files.writeString(
                    home.resolve("config/settings.ini"),
                    "\n[Retry " + CrashWorker.Function.RETRIED.word() + "]\nretries = " + CrashWorker.Function.RETRIES
                            + "\nfirst_delay = 0\n",
                    StandardOpenOption.APPEND);
            port = freePort();
            startServer();
            for (int i = 0; i < workerCount; i++) {
                workers.add(startWorker());
            }
        }

        /**
         * One that stays free while no server is there. Below those that connections come from: who tries to connect to a port
         * where nobody listens may be given that very port, and is connected with itself.
         */
        private int freePort() throws IOException {
            for (int i = 0; i < 100; i++) {
                try (ServerSocket socket =
                        new ServerSocket(10_000 + random.nextInt(20_000), 1, InetAddress.getLoopbackAddress())) {
                    return socket.getLocalPort();
                } catch (IOException e) {
                    // Taken.
                }
            }
            throw new IOException("Every port that was tried is taken");
        }

        private void startServer() throws IOException {
            server = RunningProgram.start(home, "server.jar", "--port", Integer.toString(port));
            assertEquals(port, server.port());
            history.started(server.pid());
        }

        private RunningProgram startWorker() throws IOException {
            Path file = folder.resolve("worker-" + files.size());
            RunningProgram worker = RunningProgram.start(home, Map.of(), CrashWorker.command(port, file));
            files.put(worker.pid(), file);
            return worker;
        }

        // ---- load ----

        /** Starts to submit; ends with {@link #stopSubmitting}, or by itself when the server is killed. */
        void submit() {
            for (int i = 0; i < SUBMITTERS; i++) {
                Submitter submitter = new Submitter(submitters.size());
                submitters.add(submitter);
                running.add(threads.submit(submitter));
            }
        }

        void stopSubmitting() throws Exception {
            submitters.forEach(submitter -> submitter.stopped = true);
            joinSubmitters();
        }

        private void joinSubmitters() throws Exception {
            for (Future<?> each : running) {
                each.get(RunningProgram.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            }
            running.clear();
        }

        void load(int answers) throws Exception {
            submit();
            history.awaitAnswered(history.answered() + answers);
            stopSubmitting();
        }

        void loadAndKill(int answers, Victim victim) throws Exception {
            submit();
            history.awaitAnswered(history.answered() + answers);
            int worker = random.nextInt(workers.size());
            if (victim == Victim.WORKER) {
                kill(workers.get(worker));
                workers.set(worker, startWorker());
                history.awaitAnswered(history.answered() + answers);
                stopSubmitting();
                return;
            }
            boolean workerFirst = random.nextBoolean();
            if (victim == Victim.BOTH && workerFirst) {
                kill(workers.get(worker));
            }
            kill(server);
            if (victim == Victim.BOTH && !workerFirst) {
                kill(workers.get(worker));
            }
            joinSubmitters();
            startServer();
            if (victim == Victim.BOTH) {
                workers.set(worker, startWorker());
            }
        }

        private void kill(RunningProgram program) {
            long before = JobHistory.now();
            program.kill();
            history.killed(program.pid(), new JobHistory.Kill(before, JobHistory.now()));
        }

        // ---- the end ----

        /** Waits until nothing is left to be run, and looks at it, also after a restart. */
        void finish() throws Exception {
            try (WireConnection connection = WireConnection.open(port)) {
                for (String line : connection.askForList(ALL_JOBS)) {
                    connection.ask("result " + line.split("\t")[0] + " wait");
                }
                look(connection);
            }
            assertEquals(0, server.terminate(), () -> server.err() + ", seed " + seed);
            startServer();
            try (WireConnection connection = WireConnection.open(port)) {
                look(connection);
            }
            assertEquals(0, server.terminate(), () -> server.err() + ", seed " + seed);
            for (RunningProgram worker : workers) {
                worker.close();
            }
            for (Map.Entry<Long, Path> file : files.entrySet()) {
                history.ran(readRuns(file.getValue(), file.getKey()));
            }
        }

        private void look(WireConnection connection) throws IOException {
            List<JobHistory.Told> told = connection.askForList(ALL_JOBS).stream()
                    .map(line -> line.split("\t"))
                    .map(columns -> new JobHistory.Told(columns[0], columns[3]))
                    .toList();
            history.looked(new JobHistory.Look(told));
            Set<String> handles = new TreeSet<>(history.accepted());
            told.forEach(job -> handles.add(job.handle()));
            List<JobHistory.Told> results = new ArrayList<>();
            for (String handle : handles) {
                String result = connection.ask("result " + handle);
                if (!result.startsWith("ERR UNKNOWN_JOB")) {
                    results.add(new JobHistory.Told(handle, result.substring("OK ".length(), result.indexOf('\t'))));
                }
            }
            history.looked(new JobHistory.Look(results));
        }

        static List<JobHistory.Run> readRuns(Path file, long worker) throws IOException {
            if (!Files.exists(file)) {
                // Killed before it had begun.
                return List.of();
            }
            Map<String, JobHistory.Run> last = new HashMap<>();
            List<JobHistory.Run> runs = new ArrayList<>();
            for (String line : Files.readAllLines(file)) {
                String[] columns = line.split(" ");
                long server = Long.parseLong(columns[1]);
                String handle = columns[2];
                long moment = Long.parseLong(columns[columns.length - 1]);
                JobHistory.Run run = last.get(handle);
                JobHistory.Run now = switch (columns[0]) {
                    case "ran" ->
                        new JobHistory.Run(
                                server,
                                worker,
                                handle,
                                CrashWorker.Function.of(columns[3]),
                                columns[4],
                                moment,
                                0,
                                false);
                    case "settled" -> run.settledAt(moment);
                    case "refused" -> run.withRefusal();
                    default -> throw new AssertionError(line);
                };
                if (!columns[0].equals("ran")) {
                    runs.remove(run);
                }
                runs.add(now);
                last.put(handle, now);
            }
            return runs;
        }

        @Override
        public void close() {
            server.close();
            workers.forEach(RunningProgram::close);
            threads.shutdown();
        }

        /** One connection: submits some jobs together, and now and then cancels one or waits for one. */
        private final class Submitter implements Runnable {
            private final int number;
            private final Random random;
            private final long pid = server.pid();
            private final boolean withWorkers = !workers.isEmpty();
            /** Of the jobs submitted together last. */
            private final List<String> handles = new ArrayList<>();

            private int count;
            volatile boolean stopped;

            Submitter(int number) {
                this.number = number;
                this.random = new Random(seed + number);
            }

            @Override
            public void run() {
                try (WireConnection connection = WireConnection.open(port)) {
                    while (!stopped) {
                        boolean delayed = random.nextInt(8) == 0;
                        submit(connection, delayed);
                        if (withWorkers && random.nextInt(4) == 0) {
                            cancel(connection);
                        }
                        if (withWorkers && !delayed && random.nextInt(3) > 0) {
                            // So that not much is left to be done when the submitters have stopped.
                            connection.ask("result " + handles.get(random.nextInt(handles.size())) + " wait");
                        }
                    }
                } catch (IOException e) {
                    // The server was killed.
                }
            }

            private void submit(WireConnection connection, boolean delayed) throws IOException {
                handles.clear();
                List<JobHistory.Submission> batch = new ArrayList<>();
                long sent = JobHistory.now();
                for (int i = 1 + random.nextInt(MAX_BATCH); i > 0; i--) {
                    batch.add(write(connection, delayed, sent));
                }
                int answered = 0;
                try {
                    connection.flush();
                    for (; answered < batch.size(); answered++) {
                        Packet answer = connection.readPacket();
                        assertEquals(PacketType.JOB_CREATED, answer.type(), answer::toString);
                        history.submitted(batch.get(answered).withAnswer(JobHistory.now(), answer.text(0)));
                        handles.add(answer.text(0));
                    }
                } finally {
                    batch.subList(answered, batch.size()).forEach(history::submitted);
                }
            }

            private JobHistory.Submission write(WireConnection connection, boolean delayed, long sent) {
                CrashWorker.Function function = switch (random.nextInt(20)) {
                    case 0 -> CrashWorker.Function.FAIL;
                    case 1, 2 -> CrashWorker.Function.RETRIED;
                    default -> CrashWorker.Function.WORK;
                };
                String unique = random.nextInt(5) == 0 ? "u" + random.nextInt(10) : "";
                // Most take no time, and some so long that a kill finds them running.
                int busyMillis = random.nextInt(10) == 0 ? 5 + random.nextInt(30) : random.nextInt(3);
                int millis = withWorkers ? busyMillis : 0;
                String workload = CrashWorker.workload(number + "." + ++count, millis);
                PacketType type = switch (random.nextInt(10)) {
                    case 0 -> PacketType.SUBMIT_JOB_HIGH_BG;
                    case 1 -> PacketType.SUBMIT_JOB_LOW_BG;
                    default -> PacketType.SUBMIT_JOB_BG;
                };
                if (delayed) {
                    long epochSeconds = sent / 1_000_000 + 1 + random.nextInt(2);
                    connection.packet(
                            PacketType.SUBMIT_JOB_EPOCH,
                            function.word(),
                            unique,
                            Long.toString(epochSeconds),
                            workload);
                } else {
                    connection.packet(type, function.word(), unique, workload);
                }
                return new JobHistory.Submission(pid, function.word(), unique, workload, sent, 0, null);
            }

            private void cancel(WireConnection connection) throws IOException {
                String handle = handles.get(random.nextInt(handles.size()));
                long asked = JobHistory.now();
                String answer = null;
                try {
                    answer = connection.ask("cancel job " + handle);
                } finally {
                    history.cancelled(new JobHistory.Cancel(
                            pid, handle, asked, answer == null ? 0 : JobHistory.now(), "OK".equals(answer)));
                }
            }
        }
    }
}
