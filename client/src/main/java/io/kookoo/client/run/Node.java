package io.kookoo.client.run;

import io.kookoo.client.function.FunctionExecutor;
import io.kookoo.client.net.Backoff;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.Connector;
import io.kookoo.client.net.ReconnectLoop;
import io.kookoo.client.net.RepeatedTask;
import io.kookoo.client.net.ServerAddress;
import io.kookoo.settings.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running client: the one place that wires its parts and makes its threads.
 *
 * <pre>
 *   kookoo-poller    the poller's connection: asks, runs, posts
 *   kookoo-worker    reads the worker's connection
 *   kookoo-slot-n    run submitted jobs, one each
 *   kookoo-watch     every second: the counts of the job log; writes that stand still
 * </pre>
 *
 * All are daemons: whoever starts a node waits for it.
 */
public final class Node {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    private final ScheduledExecutorService watch =
            Executors.newSingleThreadScheduledExecutor(runnable -> daemon("kookoo-watch", runnable));
    private final ExecutorService slots;
    private final JobLog jobLog;
    private final Poller poller;
    private final Worker worker;
    private final List<Thread> threads;
    private final CountDownLatch ended = new CountDownLatch(2);

    /** Makes the parts and connects nothing yet. The executor is used and not closed. */
    public Node(
            Settings settings,
            ServerAddress address,
            ConnectionLimits limits,
            FunctionExecutor executor,
            String clientId) {
        this(settings, address, limits, Functions.of(executor), clientId);
    }

    Node(Settings settings, ServerAddress address, ConnectionLimits limits, Functions functions, String clientId) {
        Connector connector = new Connector(address, limits, watch);
        slots = Executors.newFixedThreadPool(settings.client().threads(), slotThreads());
        jobLog = new JobLog(settings.logger().jobLines(), System::nanoTime);
        JobRunner runner = new JobRunner(functions, jobLog, settings.server().maxPacketBytes());
        poller = new Poller(
                new ReconnectLoop("poller", connector, new Backoff(new Random())),
                runner,
                jobLog,
                settings.client().functionInterval(),
                clientId);
        worker = new Worker(
                new ReconnectLoop("worker", connector, new Backoff(new Random())),
                functions,
                runner,
                jobLog,
                clientId,
                settings.client().threads(),
                slots);
        threads = List.of(
                daemon("kookoo-poller", () -> runUntilEnd(poller::run)),
                daemon("kookoo-worker", () -> runUntilEnd(worker::run)));
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
            LOG.error("internal_error thread={}", Thread.currentThread().getName(), e);
        } finally {
            ended.countDown();
        }
    }

    /** Begins to connect, poll and work; does not block. */
    public void start() {
        watch.scheduleAtFixedRate(new RepeatedTask("job_log", jobLog::flush), 1, 1, TimeUnit.SECONDS);
        threads.forEach(Thread::start);
    }

    /**
     * Asks for no more calls and waits until those that run are ended and posted. A job whose connection is lost is not
     * waited for: nobody would get its result.
     *
     * @param most how long to wait
     * @return whether all have ended
     */
    public boolean stop(Duration most) throws InterruptedException {
        poller.stop();
        worker.stop();
        boolean all = ended.await(most.toNanos(), TimeUnit.NANOSECONDS);
        jobLog.flushCounts();
        watch.shutdownNow();
        slots.shutdownNow();
        return all;
    }

    private static Thread daemon(String name, Runnable runnable) {
        Thread thread = new Thread(runnable, name);
        thread.setDaemon(true);
        return thread;
    }

    private static ThreadFactory slotThreads() {
        AtomicInteger number = new AtomicInteger();
        return runnable -> daemon("kookoo-slot-" + number.incrementAndGet(), runnable);
    }
}
