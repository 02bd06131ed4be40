package io.kookoo.server.net;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the threads of connections, and nobody else does. One instance serves all connections of a listening socket.
 *
 * <p>While few connections are open each has a platform thread: it blocks in one system call, and a message wakes it directly.
 * Beyond that they have virtual ones, where the JVM has good ones (24 and later), which pay for each wait with a detour by the
 * JVM's poller, but cost little memory and no switch of threads where many peers speak at once. A connection moves from one
 * kind to the other between two of its turns. Thread-safe.
 */
final class ConnectionThreads {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionThreads.class);

    /** Up to so many connections platform threads are faster; measured on two cores, see {@code docs/performance.md}. */
    static final int FEW = 16;

    /** Enough for a log line with a stack trace; ten thousand of them reserve address space, not memory. */
    private static final long STACK_BYTES = 256 * 1024;

    /**
     * The first version whose virtual threads leave their carrier while they wait for a monitor (JEP 491). Before, a few that
     * wait for the dispatcher's could hold all carriers, and the one that is to let them in gets none.
     */
    private static final int GOOD_VIRTUAL_THREADS = 24;

    private static final String WRITER = "kookoo-write";

    /** How long a thread stays that has nothing to write. */
    private static final Duration IDLE = Duration.ofSeconds(10);

    private static final MethodHandle START_VIRTUAL = startVirtual();

    private final AtomicInteger served = new AtomicInteger();
    /** As many as there is something to do for at a time; they stay for a while, since to start one takes longer than to wake it. */
    private final Executor writers = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE.toMillis(),
            TimeUnit.MILLISECONDS,
            new SynchronousQueue<>(),
            body -> platform(WRITER, body));

    /** Whether this JVM has virtual threads that are used here. */
    static boolean virtual() {
        return START_VIRTUAL != null;
    }

    /**
     * Takes turns on a thread until one returns false or throws.
     *
     * @param turn blocks for a while; never runs twice at a time
     * @param ended is called after the last turn, on its thread
     */
    void serve(String name, BooleanSupplier turn, Runnable ended) {
        boolean many = served.incrementAndGet() > FEW;
        try {
            start(name, virtual() && many, turn, ended);
        } catch (RuntimeException | Error e) {
            served.decrementAndGet();
            throw e;
        }
    }

    private void start(String name, boolean virtual, BooleanSupplier turn, Runnable ended) {
        start(name, virtual, () -> {
            if (takeTurns(name, virtual, turn, ended)) {
                served.decrementAndGet();
                ended.run();
            }
        });
    }

    /** Returns false where a thread of the other kind has taken over. */
    private boolean takeTurns(String name, boolean virtual, BooleanSupplier turn, Runnable ended) {
        try {
            while (turn.getAsBoolean()) {
                if (virtual() && virtual != better(virtual) && moved(name, !virtual, turn, ended)) {
                    return false;
                }
            }
        } catch (RuntimeException | Error e) {
            LOG.error("connection_failed thread={}", name, e);
        }
        return true;
    }

    /** Which kind it should be, given which it is: so that one who comes and goes does not move all the others each time. */
    private boolean better(boolean virtual) {
        return served.get() > (virtual ? FEW / 2 : FEW);
    }

    private boolean moved(String name, boolean virtual, BooleanSupplier turn, Runnable ended) {
        try {
            start(name, virtual, turn, ended);
            return true;
        } catch (RuntimeException | OutOfMemoryError e) {
            // "unable to create native thread": this one does as well.
            return false;
        }
    }

    /**
     * Runs something that a connection's own thread does not do, such as a write to its peer, on a thread {@code kookoo-write} of the kind that
     * connections have now: a virtual one that touches a socket leaves it such that each wait of a platform thread takes three system calls
     * instead of one. Does not block; throws what {@link Thread#start} throws where there can be no further thread.
     */
    void run(Runnable body) {
        if (virtual() && better(false)) {
            start(WRITER, true, body);
        } else {
            writers.execute(body);
        }
    }

    private static void start(String name, boolean virtual, Runnable body) {
        if (!virtual) {
            platform(name, body).start();
            return;
        }
        try {
            Thread thread = (Thread) START_VIRTUAL.invokeExact(body);
            thread.setName(name);
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("Starting the virtual thread " + name + " failed", e);
        }
    }

    private static Thread platform(String name, Runnable body) {
        Thread thread = new Thread(null, body, name, STACK_BYTES);
        thread.setDaemon(true);
        return thread;
    }

    private static MethodHandle startVirtual() {
        if (Runtime.version().feature() < GOOD_VIRTUAL_THREADS) {
            return null;
        }
        try {
            return MethodHandles.publicLookup()
                    .findStatic(
                            Thread.class, "startVirtualThread", MethodType.methodType(Thread.class, Runnable.class));
        } catch (NoSuchMethodException | IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
