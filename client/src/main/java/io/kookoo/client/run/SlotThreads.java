package io.kookoo.client.run;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that functions run in: one for each slot, and one more for each that is stuck in a function that was given up. Daemons,
 * started when they are needed. Thread-safe.
 */
final class SlotThreads {
    private final int slots;
    private final ThreadPoolExecutor pool;
    /** Guarded by this. */
    private int stuck;

    /** @param name of the threads; a number follows */
    SlotThreads(String name, int slots) {
        this.slots = slots;
        AtomicInteger number = new AtomicInteger();
        pool = new ThreadPoolExecutor(slots, slots, 0, TimeUnit.MILLISECONDS, new LinkedBlockingQueue<>(), runnable -> {
            Thread thread = new Thread(runnable, name + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Runs it in a thread of a slot; the caller sees to it that one is free. */
    void execute(Runnable runnable) {
        pool.execute(runnable);
    }

    /** A slot's thread is stuck, until {@link #returned}: another takes its place, and begins with {@code first}. */
    synchronized void replace(Runnable first) {
        stuck++;
        resize();
        pool.execute(first);
    }

    /** A thread that is replaced is back, so that there is one too many; may come just before {@link #replace}. */
    synchronized void returned() {
        stuck--;
        resize();
    }

    private void resize() {
        int threads = slots + Math.max(0, stuck);
        if (threads > pool.getCorePoolSize()) {
            pool.setMaximumPoolSize(threads);
            pool.setCorePoolSize(threads);
        } else {
            pool.setCorePoolSize(threads);
            pool.setMaximumPoolSize(threads);
        }
    }

    /** Interrupts what runs; nothing begins any more. */
    void stop() {
        pool.shutdownNow();
    }
}
