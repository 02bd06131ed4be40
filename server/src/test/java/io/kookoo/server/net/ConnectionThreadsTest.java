package io.kookoo.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Few bodies are served by platform threads, many by virtual ones where there are any, and each is served to its end. */
final class ConnectionThreadsTest {
    private static final int FEW = ConnectionThreads.FEW;

    private final ConnectionThreads threads = new ConnectionThreads();
    private final Set<Body> ended = ConcurrentHashMap.newKeySet();

    /** Waits in each turn until it is told to go on, as a connection waits for its peer. */
    private final class Body implements BooleanSupplier {
        private final Semaphore turns = new Semaphore(0);
        private final Semaphore taken = new Semaphore(0);
        private final CountDownLatch end = new CountDownLatch(1);
        private volatile boolean last;
        private volatile boolean fails;
        private volatile Thread thread;

        Body(String name) {
            threads.serve(name, this, () -> {
                assertTrue(ended.add(this), "ended twice");
                end.countDown();
            });
        }

        @Override
        public boolean getAsBoolean() {
            turns.acquireUninterruptibly();
            boolean goesOn = !last;
            thread = Thread.currentThread();
            taken.release();
            if (fails) {
                throw new IllegalStateException("made to fail");
            }
            return goesOn;
        }

        /** Lets it take a turn; returns the thread that took it. */
        Thread turn() throws InterruptedException {
            turns.release();
            assertTrue(taken.tryAcquire(30, TimeUnit.SECONDS), "nobody takes its turn");
            return thread;
        }

        void end() throws InterruptedException {
            last = true;
            turn();
            assertTrue(end.await(30, TimeUnit.SECONDS));
        }
    }

    private List<Body> bodies(int count) {
        List<Body> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bodies.add(new Body("body-" + i));
        }
        return bodies;
    }

    /** Thread.isVirtual() is newer than the oldest JDK that this runs on. */
    private static boolean isVirtual(Thread thread) {
        return thread.getClass() != Thread.class;
    }

    @Test
    void shouldServeFewByPlatformThreads() throws InterruptedException {
        for (Body body : bodies(FEW)) {
            assertFalse(isVirtual(body.turn()));
            assertFalse(isVirtual(body.turn()));
            body.end();
        }
    }

    @Test
    void shouldMoveAllToVirtualThreadsWhenTheyAreManyAndBackWhenTheyAreFew() throws InterruptedException {
        List<Body> bodies = bodies(FEW + 1);
        for (Body body : bodies) {
            // The turn that waits already is taken where it waits.
            body.turn();
            assertEquals(ConnectionThreads.virtual(), isVirtual(body.turn()));
        }
        while (bodies.size() > FEW / 2) {
            bodies.remove(0).end();
        }
        for (Body body : bodies) {
            body.turn();
            assertFalse(isVirtual(body.turn()));
            assertEquals("body-", body.thread.getName().substring(0, 5));
        }
        for (Body body : bodies) {
            body.end();
        }
        assertEquals(FEW + 1, ended.size());
    }

    @Test
    void shouldNotMoveThemBackAndForthWithEachThatComesAndGoes() throws InterruptedException {
        List<Body> bodies = bodies(FEW + 1);
        Body stays = bodies.get(0);
        stays.turn();
        Thread thread = stays.turn();
        bodies.get(1).end();
        stays.turn();
        assertEquals(thread, stays.turn());
        for (Body body : bodies.subList(2, FEW + 1)) {
            body.end();
        }
        stays.end();
    }

    @Test
    void shouldEndOneThatFailsAndServeTheOthers() throws InterruptedException {
        Body fails = new Body("fails");
        Body other = new Body("other");
        fails.fails = true;
        fails.turn();
        assertTrue(fails.end.await(30, TimeUnit.SECONDS));
        other.turn();
        other.end();
        assertEquals(Set.of(fails, other), ended);
    }

    private Thread threadOfShortWork() throws InterruptedException {
        BlockingQueue<Thread> ran = new LinkedBlockingQueue<>();
        threads.run(() -> ran.add(Thread.currentThread()));
        Thread thread = ran.poll(30, TimeUnit.SECONDS);
        assertNotNull(thread, "nobody does it");
        return thread;
    }

    @Test
    void shouldDoShortWorkOnTheKindOfThreadThatConnectionsHave() throws InterruptedException {
        List<Body> bodies = bodies(FEW);
        assertFalse(isVirtual(threadOfShortWork()));
        Body oneTooMany = new Body("one-too-many");
        assertEquals(ConnectionThreads.virtual(), isVirtual(threadOfShortWork()));
        oneTooMany.end();
        for (Body body : bodies) {
            body.end();
        }
        assertFalse(isVirtual(threadOfShortWork()));
    }

    @Test
    void shouldDoShortWorkAtOnceWhileOtherWorkBlocks() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(3);
        for (int i = 0; i < 3; i++) {
            threads.run(() -> {
                try {
                    end.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                ended.countDown();
            });
        }
        threadOfShortWork();
        assertEquals(3, ended.getCount());
        end.countDown();
        assertTrue(ended.await(30, TimeUnit.SECONDS));
    }
}
