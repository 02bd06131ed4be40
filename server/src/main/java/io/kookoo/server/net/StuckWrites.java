package io.kookoo.server.net;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Watches over writes that threads make to peers which are not their own, and which so must not block: one that does all the same is let
 * go by {@link Outbox#rescue}. Looks again and again while there are such writes, and sleeps otherwise.
 *
 * <p>Thread-safe. Has the thread {@code kookoo-rescue}, a daemon; its own, because any other may be the one that is stuck.
 */
final class StuckWrites {
    /**
     * A write that has gone on from one look to the next but one is stuck: a write that does not block takes microseconds,
     * and as long as others have the processor besides.
     */
    private static final Duration LOOK = Duration.ofMillis(100);

    private final Set<Outbox> writing = ConcurrentHashMap.newKeySet();
    /** Counts the looks. */
    private volatile long look;

    private volatile boolean asleep;
    private final Object alarm = new Object();

    private final Thread thread = new Thread(this::watch, "kookoo-rescue");

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    void stop() {
        thread.interrupt();
    }

    /** A write begins. @return what {@link Outbox#isStuck} compares: the look that has been last */
    long begun(Outbox outbox) {
        writing.add(outbox);
        if (asleep) {
            synchronized (alarm) {
                alarm.notifyAll();
            }
        }
        return look;
    }

    void ended(Outbox outbox) {
        writing.remove(outbox);
    }

    private void watch() {
        try {
            while (true) {
                TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
                runOnce();
                if (writing.isEmpty()) {
                    rest();
                }
            }
        } catch (InterruptedException e) {
            // The server has stopped.
        }
    }

    private void rest() throws InterruptedException {
        synchronized (alarm) {
            asleep = true;
            // Who adds one after this look sees that this thread sleeps.
            while (writing.isEmpty()) {
                alarm.wait();
            }
            asleep = false;
        }
    }

    /** One look. */
    void runOnce() {
        long before = look;
        for (Outbox outbox : writing) {
            try {
                if (outbox.isStuck(before)) {
                    outbox.rescue();
                }
            } catch (RuntimeException | Error e) {
                // Such as no memory, which a line of the log would need as well. Without this thread the others would
                // be stuck for good.
                Thread.yield();
            }
        }
        look = before + 1;
    }
}
