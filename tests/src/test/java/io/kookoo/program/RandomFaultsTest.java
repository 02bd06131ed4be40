package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.ConnectionLostException;
import io.kookoo.client.Job;
import io.kookoo.client.Kookoo;
import io.kookoo.client.Move;
import io.kookoo.client.Pushed;
import io.kookoo.client.Submission;
import io.kookoo.client.Worker;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.ServerAddress;
import io.kookoo.client.net.Servers;
import io.kookoo.program.TcpProxy.Fault;
import io.kookoo.protocol.Data;
import io.kookoo.settings.Settings.Client.Balance;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One program submits to several servers, each behind a proxy, while the network and the servers fail at random, a hundred times in a row. Every
 * call ends, with its own result or reported failed, and soon; the program is never started again.
 *
 * <p>The seed is printed; {@code -Dfaults.seed=N} repeats its faults, though not their moments.
 */
class RandomFaultsTest {
    private static final Duration LIMIT = Duration.ofMillis(300);
    /** A call meets several faults one after the other at the worst, and the machine may be busy. */
    private static final long STUCK_SECONDS = 30;

    /** In one submission; there are three with each fault. */
    private static final int CALLS = 4;

    /** About so many bytes of some packets. */
    private static final int CUT_BYTES = 120;

    @TempDir
    Path folder;

    private final Map<String, AtomicInteger> runs = new ConcurrentHashMap<>();
    private final AtomicInteger moves = new AtomicInteger();
    private final AtomicInteger resubmissions = new AtomicInteger();

    private int submitted;

    private static final ConnectionLimits LIMITS =
            new ConnectionLimits(LIMIT, LIMIT.dividedBy(3), LIMIT, 1 << 20, 1 << 16);

    /** A server, its proxy, and a worker beside it, which no fault hits. */
    private final class Place implements AutoCloseable {
        private final String name;
        private final RunningProgram server;
        private final TcpProxy proxy;
        private final Worker worker;
        private boolean stopped;
        private boolean well = true;

        Place(String name) throws IOException {
            this.name = name;
            Path home = RunningProgram.shippedHome(folder.resolve(name));
            server = RunningProgram.server(home);
            proxy = new TcpProxy(server.port());
            worker = new Worker("127.0.0.1", server.port())
                    .slots(4)
                    .function("mark", (id, job) -> run(id))
                    .start();
        }

        ServerAddress address() {
            return new ServerAddress("127.0.0.1", proxy.port());
        }

        /** Has some fault from now on; says which. */
        String suffer(Random random) {
            well = false;
            Fault[] faults = Fault.values();
            int kind = random.nextInt(faults.length + 1);
            if (kind == faults.length) {
                server.signal("STOP");
                stopped = true;
                return "STOP of " + name;
            }
            int most = faults[kind] == Fault.CUT ? CUT_BYTES : 2 * (int) LIMIT.toMillis();
            int amount = random.nextInt(most);
            boolean lasting = random.nextBoolean();
            proxy.inject(faults[kind], amount, lasting);
            return faults[kind] + " " + amount + (lasting ? " lasting" : "") + " of " + name;
        }

        void heal() {
            well = true;
            proxy.heal();
            if (stopped) {
                server.signal("CONT");
                stopped = false;
            }
        }

        boolean isWell() {
            return well;
        }

        @Override
        public void close() {
            proxy.close();
            heal();
            worker.close();
            server.close();
        }
    }

    /** Runs for a moment that depends on the call, so that faults meet jobs that wait, run, and have ended. */
    private String run(String id) throws InterruptedException {
        runs.computeIfAbsent(id, first -> new AtomicInteger()).incrementAndGet();
        new CountDownLatch(1).await(id.hashCode() & 15, TimeUnit.MILLISECONDS);
        return "ran " + id;
    }

    /** What the program that submits is told. */
    private final class Told implements Kookoo.Listener {
        @Override
        public void pushed(Pushed pushed) {
            throw new AssertionError(pushed);
        }

        @Override
        public void lost(ConnectionLostException reason) {
            // What was under way says so.
        }

        @Override
        public void moved(Move move) {
            moves.incrementAndGet();
            resubmissions.addAndGet(move.resubmitted());
        }
    }

    private record Call(String id, Job<String> job) {}

    private List<Call> submit(Kookoo kookoo) {
        List<Submission> submissions = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            submissions.add(Submission.of("mark", "c" + submitted++));
        }
        List<Call> calls = new ArrayList<>();
        for (Job<String> job : kookoo.submitAll(submissions, Data::text)) {
            calls.add(new Call("c" + (submitted - CALLS + calls.size()), job));
        }
        return calls;
    }

    /** Waits for its end; whether it was answered, and not reported failed. */
    private static boolean isAnswered(Call call, String when) throws InterruptedException {
        try {
            assertEquals("ran " + call.id(), call.job().get(STUCK_SECONDS, TimeUnit.SECONDS), when);
            return true;
        } catch (ExecutionException e) {
            assertTrue(e.getCause() instanceof ConnectionLostException, when + ": " + e);
            return false;
        } catch (TimeoutException e) {
            throw new AssertionError(when + ": " + call.job() + " is stuck", e);
        }
    }

    private void survive(int servers, int faults) throws Exception {
        long seed = Long.getLong("faults.seed", System.nanoTime());
        Random random = new Random(seed);
        long begunNanos = System.nanoTime();
        List<Place> places = new ArrayList<>();
        List<Call> calls = new ArrayList<>();
        int avoidable = 0;
        String when = "seed " + seed;
        try {
            for (int i = 0; i < servers; i++) {
                places.add(new Place("server-" + i));
            }
            Servers all = new Servers(places.stream().map(Place::address).toList(), Balance.ORDER, LIMIT);
            try (Kookoo kookoo = Kookoo.connect(all, LIMITS, true, new Told())) {
                for (int i = 1; i <= faults; i++) {
                    List<Call> now = submit(kookoo);
                    // Some have gone out by then, some have not, and some have been answered.
                    isAnswered(now.get(random.nextInt(CALLS)), when);
                    now.addAll(submit(kookoo));
                    when = "seed " + seed + ", fault " + i + ": "
                            + places.get(random.nextInt(servers)).suffer(random);
                    now.addAll(submit(kookoo));
                    for (Call call : now) {
                        if (!isAnswered(call, when) && places.stream().anyMatch(Place::isWell)) {
                            avoidable++;
                        }
                    }
                    calls.addAll(now);
                    // Mostly; else there is more than one at a time, up to all servers.
                    if (random.nextInt(3) > 0) {
                        places.forEach(Place::heal);
                    }
                }
                places.forEach(Place::heal);
                for (Call call : submit(kookoo)) {
                    assertTrue(isAnswered(call, when), () -> "all is well again, but: " + call.job());
                }
            }
        } finally {
            places.forEach(Place::close);
        }
        int answered = 0;
        for (Call call : calls) {
            answered += isAnswered(call, when) ? 1 : 0;
        }
        int first = runs.size();
        int all = runs.values().stream().mapToInt(AtomicInteger::get).sum();
        System.out.printf(
                "%d servers, %d faults, seed %d, %.1f s: %d calls, %d answered, %d reported failed (%d of them"
                        + " while a server was well); %d connections anew, %d submitted again, %d run once more%n",
                servers,
                faults,
                seed,
                (System.nanoTime() - begunNanos) / 1e9,
                calls.size(),
                answered,
                calls.size() - answered,
                avoidable,
                moves.get(),
                resubmissions.get(),
                all - first);
        assertTrue(moves.get() > 0, "no fault was met");
    }

    @Test
    void shouldAnswerEachCallWithItsOwnResultOrSayThatItFailedWhileTwoServersFailAtRandom() throws Exception {
        survive(2, 100);
    }

    @Test
    void shouldAnswerEachCallWithItsOwnResultOrSayThatItFailedWhileThreeServersFailAtRandom() throws Exception {
        survive(3, 100);
    }

    @Test
    @Tag("torture")
    void shouldSurviveThousandsOfFaults() throws Exception {
        survive(3, 3000);
    }
}
