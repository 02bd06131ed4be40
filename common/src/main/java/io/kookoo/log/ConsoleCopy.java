package io.kookoo.log;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;

/**
 * Copies lines to a console that may stop reading, a terminal after Ctrl-S or a pipe to a program that sleeps, without
 * ever waiting for it: a daemon thread of its own, {@code kookoo-console}, writes them, in the order in which they were
 * added, and those that came in quick succession as one write.
 *
 * <p>At most {@value #MAX_WAITING_BYTES} bytes and one line wait, and as much again may be in the hands of the thread.
 * Lines for which there is no room are counted and left out, and a line in their place tells how many. A console that is
 * gone is no error: the lines go nowhere.
 *
 * <p>Adding is for any number of threads, and never blocks longer than it takes to copy the line.
 */
final class ConsoleCopy implements AutoCloseable {

    /** Some 40,000 lines. A bound in bytes because a line may have more than a thousand times the usual length. */
    static final int MAX_WAITING_BYTES = 4 << 20;

    /** Lines that come in this time after a write are the next one: a steady stream wakes the thread 100 times a second. */
    private static final long PAUSE_NANOS = 10_000_000;

    private static final long MAX_DRAIN_NANOS = 1_000_000_000;

    private final PrintStream console;
    private final LongFunction<byte[]> lostNotice;
    private final Thread thread = new Thread(this::run, "kookoo-console");

    // All below is guarded by the lock.
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wake = lock.newCondition();
    private ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private int wakeAtBytes = Integer.MAX_VALUE; // so many waiting bytes wake the thread
    private long lostLines; // all of them came after what is waiting
    private boolean closed;
    private long giveUpNanoTime; // once closed

    /**
     * Does nothing until {@link #start}.
     *
     * @param console flushed after each write, never closed
     * @param lostNotice makes the line, with its end, that tells how many lines were left out; called on the thread
     */
    ConsoleCopy(PrintStream console, LongFunction<byte[]> lostNotice) {
        this.console = Objects.requireNonNull(console);
        this.lostNotice = Objects.requireNonNull(lostNotice);
        thread.setDaemon(true);
    }

    /** Starts the thread; to be called once. */
    void start() {
        thread.start();
    }

    /** Adds a line with its end. Dropped without being counted if this is closed. */
    void add(byte[] line) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            if (waiting.size() >= MAX_WAITING_BYTES) {
                lostLines++;
                return;
            }
            waiting.write(line, 0, line.length);
            if (waiting.size() >= wakeAtBytes) {
                wakeAtBytes = Integer.MAX_VALUE; // once is enough
                wake.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes no more lines and waits until those added are written, for at most a second, also on a thread that is
     * interrupted. What is then still waiting is dropped. A second call waits no longer than the first.
     */
    @Override
    public void close() {
        long leftNanos;
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                giveUpNanoTime = System.nanoTime() + MAX_DRAIN_NANOS;
                wake.signal();
            }
            leftNanos = giveUpNanoTime - System.nanoTime();
        } finally {
            lock.unlock();
        }
        awaitEnd(leftNanos);
        lock.lock();
        try {
            waiting = new ByteArrayOutputStream();
            lostLines = 0;
        } finally {
            lock.unlock();
        }
    }

    private void awaitEnd(long nanos) {
        long until = System.nanoTime() + nanos;
        boolean interrupted = false;
        boolean waited = false;
        while (!waited) {
            try {
                TimeUnit.NANOSECONDS.timedJoin(thread, until - System.nanoTime());
                waited = true;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (writeOnce()) {
                // until closed and drained
            }
        } catch (InterruptedException e) {
            // Nobody has this thread but this object, which does not interrupt it.
            throw new AssertionError(e);
        }
    }

    /** Waits for lines and writes them; returns false if there are none and will be none. */
    private boolean writeOnce() throws InterruptedException {
        ByteArrayOutputStream lines;
        long lost;
        lock.lock();
        try {
            awaitLines();
            if (waiting.size() == 0) {
                return false;
            }
            lines = waiting;
            lost = lostLines;
            waiting = new ByteArrayOutputStream();
            lostLines = 0;
        } finally {
            lock.unlock();
        }
        if (lost > 0) {
            lines.writeBytes(lostNotice.apply(lost));
        }
        // One write; a stream that fails sets a flag, and throws nothing.
        byte[] bytes = lines.toByteArray();
        console.write(bytes, 0, bytes.length);
        console.flush();
        return true;
    }

    /** Pauses, unless the lines become many, and then waits for the first; not at all once closed. */
    private void awaitLines() throws InterruptedException {
        assert lock.isHeldByCurrentThread();
        wakeAtBytes = MAX_WAITING_BYTES / 2;
        long left = PAUSE_NANOS;
        while (!closed && waiting.size() < MAX_WAITING_BYTES / 2 && left > 0) {
            left = wake.awaitNanos(left);
        }
        wakeAtBytes = 1;
        while (!closed && waiting.size() == 0) {
            wake.await();
        }
        wakeAtBytes = Integer.MAX_VALUE;
    }
}
