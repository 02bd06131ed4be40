package io.kookoo.client.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.LogLines;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RepeatedTaskTest {
    /** What cannot even say what it is. */
    private static final class Mute extends Error {
        private static final long serialVersionUID = 1;

        @Override
        public String toString() {
            throw new IllegalStateException("mute");
        }
    }

    @Test
    void shouldRunAgainWhateverItThrows() throws Exception {
        ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
        CountDownLatch turns = new CountDownLatch(4);
        try (LogLines log = new LogLines()) {
            RepeatedTask task = new RepeatedTask("counting", () -> {
                turns.countDown();
                throw turns.getCount() == 1 ? new Mute() : new InternalError("ill");
            });
            watch.scheduleWithFixedDelay(task, 0, 1, TimeUnit.MILLISECONDS);
            assertTrue(turns.await(10, TimeUnit.SECONDS), "the task has not run again");
            assertTrue(!log.with("ERROR internal_error task=counting").isEmpty(), "the first failure is logged");
        } finally {
            watch.shutdownNow();
        }
    }

    @Test
    void shouldLogTheSameFailureOnce() {
        AtomicInteger turn = new AtomicInteger();
        try (LogLines log = new LogLines()) {
            RepeatedTask task = new RepeatedTask("counting", () -> {
                throw new AssertionError(turn.incrementAndGet() < 3 ? "first" : "second");
            });
            for (int i = 0; i < 4; i++) {
                task.run();
            }
            assertEquals(4, turn.get());
            assertEquals(2, log.with("ERROR internal_error task=counting").size());
        }
    }
}
