package io.kookoo.client.run;

import io.kookoo.client.function.FunctionExecutor;
import io.kookoo.client.net.Backoff;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.Connector;
import io.kookoo.client.net.ReconnectLoop;
import io.kookoo.client.net.RepeatedTask;
import io.kookoo.client.net.ServerAddress;
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
 *   kookoo-worker    reads the worker's connection
 *   kookoo-slot-n    run submitted jobs, one each
 *   kookoo-call-n    runs the poller's calls, where they have a time limit that may make it give one up
 *   kookoo-ping      sends a connection's pings, and reads there while nobody else does, one for each
 *   kookoo-watch     every second: the counts of the job log; writes that stand still; answers to pings; the time limits of functions
 *   kookoo-progress  sends what functions have said of their progress too soon after they said it last
 * </pre>
 *
 * All are daemons: whoever starts a node waits for it.
 */
public final class Node {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    private final ScheduledExecutorService watch = scheduler("kookoo-watch");
    private final ScheduledExecutorService progress = scheduler("kookoo-progress");
    private final SlotThreads slots;
    private final SlotThreads pollerSlot = new SlotThreads("kookoo-call-", 1);
    private final JobLog jobLog;
    private final Optional<Poller> poller;
    private final WorkerLoop worker;
    private final List<Thread> threads;
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
            ServerAddress address,
            ConnectionLimits limits,
            FunctionExecutor executor,
            Identity identity,
            Optional<Runnable> endOfProcess) {
        this(
                address,
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
     * @param slots how many jobs it runs at a time
     */
    public static Node ofWorker(
            ServerAddress address, ConnectionLimits limits, FunctionExecutor executor, String clientId, int slots) {
        return new Node(
                address,
                limits,
                Functions.of(executor),
                Identity.ofClient(clientId),
                slots,
                0,
                TimeLimit.NONE,
                Optional.empty());
    }

    private Node(
            ServerAddress address,
            ConnectionLimits limits,
            Functions functions,
            Identity identity,
            int slotCount,
            int jobLines,
            TimeLimit limit,
            Optional<Duration> pollInterval) {
        Connector connector = new Connector(address, limits, watch);
        int maxPacketBytes = limits.maxPacketBytes();
        slots = new SlotThreads("kookoo-slot-", slotCount);
        jobLog = new JobLog(jobLines, System::nanoTime);
        poller = pollInterval.map(interval -> new Poller(
                new ReconnectLoop(Poller.NAME, connector, new Backoff(new Random())),
                new JobRunner(functions, jobLog, maxPacketBytes, limit, pollerSlot, watch, progress),
                jobLog,
                interval,
                identity));
        worker = new WorkerLoop(
                new ReconnectLoop(WorkerLoop.NAME, connector, new Backoff(new Random())),
                functions,
                new JobRunner(functions, jobLog, maxPacketBytes, limit, slots, watch, progress),
                jobLog,
                identity,
                slotCount);
        List<Thread> made = new ArrayList<>();
        poller.ifPresent(loop -> made.add(daemon("kookoo-poller", () -> runUntilEnd(loop::run))));
        made.add(daemon("kookoo-worker", () -> runUntilEnd(worker::run)));
        threads = List.copyOf(made);
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
            LOG.error(KookooLog.CRITICAL, "internal_error thread={}", Thread.currentThread().getName(), e);
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
        worker.stop();
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
        slots.stop();
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
