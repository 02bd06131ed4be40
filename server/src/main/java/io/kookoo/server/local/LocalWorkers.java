package io.kookoo.server.local;

import io.kookoo.HostName;
import io.kookoo.log.LogEvent;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a number of local client processes running ({@code --workers N}). One that ends is started again, after a pause that
 * grows while it keeps ending early. A child ends when its standard input closes, so that none outlives this process, however
 * that ends. Each has a thread, {@code kookoo-local-1} and so on. Thread-safe.
 */
public final class LocalWorkers {
    private static final Logger LOG = LoggerFactory.getLogger(LocalWorkers.class);

    static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    /** Shorter than a call waits for a worker: a job that ends one client after the other must not leave the server without any. */
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(4);
    /** Who lived so long did not end early. */
    private static final Duration LONG_LIFE = Duration.ofSeconds(60);

    /** What Java exits with for -XX:+ExitOnOutOfMemoryError. */
    private static final int OUT_OF_MEMORY = 3;

    private final List<String> command;
    private final Consumer<Map<String, String>> environment;
    private final List<Thread> threads = new ArrayList<>();
    private final List<Process> children = new ArrayList<>();
    /** What those who run call themselves. */
    private final Set<String> clientIds = ConcurrentHashMap.newKeySet();

    private final CountDownLatch stopping = new CountDownLatch(1);

    /**
     * @param command starts a client that ends when its standard input closes
     * @param environment makes of this process's environment that of a child, where other users cannot read what they can on a command line
     */
    public LocalWorkers(List<String> command, Consumer<Map<String, String>> environment) {
        this.command = List.copyOf(command);
        this.environment = environment;
    }

    /** Whether a client that calls itself so is one of the children; waits for nothing. */
    public boolean isChild(String clientId) {
        return clientIds.contains(clientId);
    }

    /** Starts so many children and keeps them running. */
    public void start(int count) {
        for (int i = 1; i <= count; i++) {
            int number = i;
            Thread thread = new Thread(() -> keepRunning(number), "kookoo-local-" + number);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    /**
     * Tells all children to end, waits for them, and kills those that take longer. Starts none any more.
     *
     * @param limit how long to wait
     */
    public void stop(Duration limit) throws InterruptedException {
        stopping.countDown();
        List<Process> last;
        synchronized (children) {
            last = List.copyOf(children);
        }
        for (Process child : last) {
            try {
                child.getOutputStream().close();
            } catch (IOException e) {
                // It has ended already.
            }
        }
        long end = System.nanoTime() + limit.toNanos();
        for (Process child : last) {
            if (!child.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                LOG.warn(LogEvent.of("local_client_killed")
                        .with("pid", child.pid())
                        .toString());
                child.destroyForcibly();
            }
        }
    }

    private void keepRunning(int number) {
        Duration pause = FIRST_PAUSE;
        try {
            while (stopping.getCount() > 0) {
                long started = System.nanoTime();
                String ended = runOnce(number);
                if (stopping.getCount() == 0) {
                    return;
                }
                if (System.nanoTime() - started > LONG_LIFE.toNanos()) {
                    pause = FIRST_PAUSE;
                }
                LOG.error(LogEvent.of("local_client_ended")
                        .with("number", number)
                        .with("how", ended)
                        .with("restart_in_ms", pause.toMillis())
                        .toString());
                if (stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts a child, waits for its end, and says how it ended. */
    private String runOnce(int number) throws InterruptedException {
        Process child;
        synchronized (children) {
            if (stopping.getCount() == 0) {
                return "not started";
            }
            try {
                ProcessBuilder builder = new ProcessBuilder(command)
                        .redirectOutput(Redirect.DISCARD)
                        .redirectError(Redirect.DISCARD);
                environment.accept(builder.environment());
                child = builder.start();
            } catch (IOException | RuntimeException | Error e) {
                return "not started: " + e;
            }
            children.add(child);
        }
        String clientId = HostName.withPid(child.pid());
        clientIds.add(clientId);
        LOG.info(LogEvent.of("local_client_started")
                .with("number", number)
                .with("pid", child.pid())
                .toString());
        int exit = child.waitFor();
        synchronized (children) {
            children.remove(child);
        }
        clientIds.remove(clientId);
        String why = exit == OUT_OF_MEMORY ? " (out of memory, if its settings are right)" : "";
        return "pid " + child.pid() + " exited with " + exit + why;
    }
}
