package io.kookoo.server.time;

import java.time.Duration;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that waits for a moment, in one order, served by one thread: nothing in the server polls.
 *
 * <p>Actions run on the thread that calls {@link #run()}, one after the other, and must not block. One that throws is logged
 * and costs the others nothing. Thread-safe.
 */
public final class Deadlines implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Deadlines.class);

    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition earlier = lock.newCondition();
    /** A tree and not a binary heap: leases are cancelled as often as they are made, wherever they stand. */
    private final TreeSet<Deadline> waiting = new TreeSet<>();

    private long nextNumber;
    private boolean closed;
    /**
     * What the thread sleeps for. It is woken for what comes earlier and for nothing else: most deadlines are cancelled again
     * long before they come, and must not cost a wake-up each.
     */
    private boolean sleeping;

    private boolean forever;
    private long wakesNanos;

    public Deadlines(Clock clock) {
        this.clock = clock;
    }

    /** One moment and what is done then. */
    public final class Deadline implements Comparable<Deadline> {
        private final long atNanos;
        private final long number;
        private final Runnable action;

        private Deadline(long atNanos, long number, Runnable action) {
            this.atNanos = atNanos;
            this.number = number;
            this.action = action;
        }

        /** Forgets it. Harmless when it has run, or runs just now. */
        public void cancel() {
            lock.lock();
            try {
                waiting.remove(this);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public int compareTo(Deadline other) {
            int byTime = Long.signum(atNanos - other.atNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    /** Does {@code action} once, {@code delay} from now; those of the same moment in the order of this call. Does not block. */
    public Deadline after(Duration delay, Runnable action) {
        lock.lock();
        try {
            Deadline deadline = new Deadline(clock.nanoTime() + delay.toNanos(), nextNumber++, action);
            waiting.add(deadline);
            if (sleeping && (forever || deadline.atNanos - wakesNanos < 0)) {
                earlier.signal();
            }
            return deadline;
        } finally {
            lock.unlock();
        }
    }

    /** Serves what is due until {@link #close()}: the body of the one thread. */
    @Override
    public void run() {
        while (awaitDue()) {
            try {
                runDue();
            } catch (RuntimeException | Error e) {
                // Even the report of a failed action may fail, for want of memory; this thread has to stay.
                Thread.yield();
            }
        }
    }

    /** Does all that is due by the clock, in order, on the calling thread, and returns how many: one turn of {@link #run()}. */
    public int runDue() {
        int done = 0;
        for (Deadline due = pollDue(); due != null; due = pollDue()) {
            try {
                due.action.run();
            } catch (RuntimeException | Error e) {
                LOG.error("deadline_failed action={}", due.action, e);
            }
            done++;
        }
        return done;
    }

    /** Ends {@link #run()}; what still waits is never done. */
    public void close() {
        lock.lock();
        try {
            closed = true;
            waiting.clear();
            earlier.signal();
        } finally {
            lock.unlock();
        }
    }

    private Deadline pollDue() {
        lock.lock();
        try {
            return !waiting.isEmpty() && waiting.first().atNanos - clock.nanoTime() <= 0 ? waiting.pollFirst() : null;
        } finally {
            lock.unlock();
        }
    }

    /** Blocks until something is due, and returns false once closed. */
    private boolean awaitDue() {
        lock.lock();
        try {
            while (!closed) {
                forever = waiting.isEmpty();
                wakesNanos = forever ? 0 : waiting.first().atNanos;
                long nanos = wakesNanos - clock.nanoTime();
                if (!forever && nanos <= 0) {
                    return true;
                }
                sleeping = true;
                if (forever) {
                    earlier.awaitUninterruptibly();
                } else {
                    earlier.awaitNanos(nanos);
                }
                sleeping = false;
            }
            return false;
        } catch (InterruptedException e) {
            // Nobody interrupts this thread; taken as a request to end rather than swallowed.
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
