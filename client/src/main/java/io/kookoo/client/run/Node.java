package io.kookoo.client.run;

import io.kookoo.client.function.FunctionExecutor;
import io.kookoo.client.net.Backoff;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.Connector;
import io.kookoo.client.net.Failover;
import io.kookoo.client.net.ReconnectLoop;
import io.kookoo.client.net.RepeatedTask;
import io.kookoo.client.net.ServerAddress;
import io.kookoo.client.net.Servers;
import io.kookoo.log.KookooLog;
import io.kookoo.settings.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running client: the one place that wires its parts and makes its threads.
 *
 * <pre>
 *   kookoo-poller    the poller's connection: asks, runs, posts
 *   kookoo-worker    reads the worker's connection; of several servers there is one for each, kookoo-worker-HOST:PORT
 *   kookoo-slot-n    run submitted jobs, one each; of several servers each has its own, kookoo-slot-HOST:PORT-n
 *   kookoo-call-n    runs the poller's calls, where they have a time limit that may make it give one up
 *   kookoo-ping      sends a connection's pings, and reads there while nobody else does, one for each
 *   kookoo-watch     every second: the counts of the job log; writes that stand still; answers to pings; the time limits of functions
 *   kookoo-progress  sends what functions have said of their progress too soon after they said it last
 *   and, of several servers, those of the {@link Failover} that finds the poller's
 * </pre>
 *
 * All are daemons: whoever starts a node waits for it.
 */
public final class Node {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    private final ScheduledExecutorService watch = scheduler("kookoo-watch");
    private final ScheduledExecutorService progress = scheduler("kookoo-progress");
    private final List<SlotThreads> slots = new ArrayList<>();
    private final SlotThreads pollerSlot = new SlotThreads("kookoo-call-", 1);
    private final JobLog jobLog;
    private final Optional<Poller> poller;
    private final Failover pollerServer;
    private final List<WorkerLoop> workers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch ended;

    /**
     * A client as the settings have it. Makes the parts and connects nothing yet. The executor is used and not closed.
     *
     * @param identity who it is to its servers
     * @param endOfProcess what to do when a function has run for longer than [Client] function_timeout: ends this process at once, so
     *     that the server runs its jobs again; empty where only that job is to fail, and its function is interrupted and given up
     */
    public Node(
            Settings settings,
            Servers servers,
            ConnectionLimits limits,
            FunctionExecutor executor,
            Identity identity,
            Optional<Runnable> endOfProcess) {
        this(
                servers,
                limits,
                Functions.of(executor),
                identity,
                settings.client().threads(),
                settings.logger().jobLines(),
                new TimeLimit(settings.client().functionTimeout(), endOfProcess),
                Optional.of(settings.client().functionInterval()));
    }

    /**
     * A worker that takes submitted jobs alone, and none of the catalog; otherwise as the other. Its functions have no time limit.
     *
     * @param slots how many jobs it runs at a time, of each server
     */
    public static Node ofWorker(
            Servers servers, ConnectionLimits limits, FunctionExecutor executor, String clientId, int slots) {
        return new Node(
                servers,
                limits,
                Functions.of(executor),
                Identity.ofClient(clientId),
                slots,
                0,
                TimeLimit.NONE,
                Optional.empty());
    }

    private Node(
            Servers servers,
            ConnectionLimits limits,
            Functions functions,
            Identity identity,
            int slotCount,
            int jobLines,
            TimeLimit limit,
            Optional<Duration> pollInterval) {
        pollerServer = new Failover(servers, limits, watch);
        int maxPacketBytes = limits.maxPacketBytes();
        jobLog = new JobLog(jobLines, System::nanoTime);
        poller = pollInterval.map(interval -> new Poller(
                new ReconnectLoop(Poller.NAME, pollerServer, new Backoff(new Random())),
                new JobRunner(functions, jobLog, maxPacketBytes, limit, pollerSlot, watch, progress),
                jobLog,
                interval,
                identity));
        poller.ifPresent(loop -> threads.add(daemon("kookoo-poller", () -> runUntilEnd(loop::run))));
        for (ServerAddress server : servers.addresses()) {
            String of = servers.isOne() ? "" : "-" + server;
            SlotThreads itsSlots = new SlotThreads("kookoo-slot" + of + "-", slotCount);
            slots.add(itsSlots);
            WorkerLoop worker = new WorkerLoop(
                    new ReconnectLoop(WorkerLoop.NAME, new Connector(server, limits, watch), new Backoff(new Random())),
                    functions,
                    new JobRunner(functions, jobLog, maxPacketBytes, limit, itsSlots, watch, progress),
                    jobLog,
                    identity,
                    slotCount);
            workers.add(worker);
            threads.add(daemon("kookoo-worker" + of, () -> runUntilEnd(worker::run)));
        }
        ended = new CountDownLatch(threads.size());
    }

    private interface Loop {
        void run() throws InterruptedException;
    }

    private void runUntilEnd(Loop loop) {
        try {
            loop.run();
        } catch (InterruptedException e) {
            LOG.debug("interrupted thread={}", Thread.currentThread().getName());
        } catch (Throwable e) {
            LOG.error(
                    KookooLog.CRITICAL,
                    "internal_error thread={}",
                    Thread.currentThread().getName(),
                    e);
        } finally {
            ended.countDown();
        }
    }

    /** Begins to connect, poll and work; does not block. */
    public void start() {
        watch.scheduleAtFixedRate(new RepeatedTask("job_log", jobLog::flush), 1, 1, TimeUnit.SECONDS);
        threads.forEach(Thread::start);
    }

    /** Asks for no more calls, and waits until those that run are ended and posted, however long they take. {@link #stop} follows. */
    public void finish() throws InterruptedException {
        askNoMore();
        ended.await();
    }

    private void askNoMore() {
        poller.ifPresent(Poller::stop);
        workers.forEach(WorkerLoop::stop);
        pollerServer.close();
    }

    /**
     * Asks for no more calls and waits until those that run are ended and posted. A job whose connection is lost is not
     * waited for: nobody would get its result.
     *
     * @param most how long to wait
     * @return whether all have ended
     */
    public boolean stop(Duration most) throws InterruptedException {
        askNoMore();
        boolean all = ended.await(most.toNanos(), TimeUnit.NANOSECONDS);
        jobLog.flushCounts();
        watch.shutdownNow();
        progress.shutdownNow();
        slots.forEach(SlotThreads::stop);
        pollerSlot.stop();
        return all;
    }

    private static Thread daemon(String name, Runnable runnable) {
        Thread thread = new Thread(runnable, name);
        thread.setDaemon(true);
        return thread;
    }

    /** One thread, which starts with the first task; what comes after its end is dropped. */
    private static ScheduledExecutorService scheduler(String name) {
        ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(
                1, runnable -> daemon(name, runnable), new ThreadPoolExecutor.DiscardPolicy());
        // Most time limits are not reached: their tasks must not stay until they would have been.
        scheduler.setRemoveOnCancelPolicy(true);
        return scheduler;
    }
}
