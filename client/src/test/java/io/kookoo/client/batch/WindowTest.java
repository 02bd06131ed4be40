package io.kookoo.client.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

class WindowTest {
    private static final long MILLIS = 1_000_000;

    /** The time of the window, which the test sets. */
    private long nowNanos;

    private final Window window = new Window(4, 1000, 2000, false, () -> nowNanos);

    /** So many chunks one after the other, each of which takes so long for its lines. */
    private void run(int chunks, LongUnaryOperator nanosOfLines) {
        for (int i = 0; i < chunks; i++) {
            int lines = window.lines();
            long took = nanosOfLines.applyAsLong(lines);
            nowNanos += took;
            // Four of them wait for each other.
            window.ran(lines, lines, 4 * took);
        }
    }

    @Test
    void shouldGrowToTheMostWhereLinesAreQuick() {
        assertEquals(1, window.lines());
        run(9, lines -> lines * 1000);
        assertEquals(8, window.lines());
        run(100, lines -> lines * 1000);
        assertEquals(2000, window.lines());
    }

    @Test
    void shouldStaySmallWhereLinesTakeLong() {
        run(200, lines -> lines * 1000 * MILLIS);
        assertEquals(1, window.lines());
    }

    @Test
    void shouldFindTheMiddle() {
        // 60 lines in flight take 0.24 s.
        run(300, lines -> lines * 4 * MILLIS);
        assertTrue(window.lines() >= 8 && window.lines() <= 32, "" + window.lines());
    }

    @Test
    void shouldGrowWhereItIsTheJobThatTakesLong() {
        run(300, lines -> 100 * MILLIS + lines * 1000);
        assertEquals(2000, window.lines());
    }

    @Test
    void shouldShrinkWhenLinesBeginToTakeLong() {
        run(100, lines -> lines * 1000);
        assertEquals(2000, window.lines());
        run(20, lines -> lines * 1000 * MILLIS);
        assertEquals(1, window.lines());
        run(100, lines -> lines * 1000);
        assertEquals(2000, window.lines());
    }

    @Test
    void shouldKeepTheNumberThatTheUserGave() {
        Window fixed = new Window(4, 1000, 7, true, () -> nowNanos);
        fixed.ran(7, 7, 1);
        assertEquals(7, fixed.lines());
        fixed.bound(3);
        assertEquals(3, fixed.lines());
        fixed.bound(100);
        assertEquals(7, fixed.lines());
    }

    /** A thread that does this and is waiting for room now. */
    private static Thread waiting(RoomTaking taking, CountDownLatch done) {
        Thread thread = new Thread(() -> {
            try {
                taking.take();
                done.countDown();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        thread.start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (thread.getState() != Thread.State.WAITING) {
            assertTrue(System.nanoTime() - end < 0, "it never waited");
            Thread.onSpinWait();
        }
        return thread;
    }

    private interface RoomTaking {
        void take() throws InterruptedException;
    }

    @Test
    void shouldHaveRoomForSoManyChunksAndBytesAndAlwaysForOne() throws InterruptedException {
        window.enter();
        assertEquals(10_000, window.reserve(5000), "the lines, and as much for the result");
        CountDownLatch entered = new CountDownLatch(1);
        Thread other = waiting(window::enter, entered);
        window.leave(10_000);
        assertTrue(entered.await(10, TimeUnit.SECONDS));
        other.join();
    }

    @Test
    void shouldTakeRoomForAResultAsLargeAsTheLastOnes() throws InterruptedException {
        window.enter();
        assertEquals(2, window.reserve(1));
        window.correct(800, 799);
        window.enter();
        CountDownLatch reserved = new CountDownLatch(1);
        Thread other = waiting(() -> assertEquals(801, window.reserve(1)), reserved);
        window.leave(801);
        assertTrue(reserved.await(10, TimeUnit.SECONDS));
        other.join();
    }

    @Test
    void shouldGiveBackWhatAResultDoesNotNeed() throws InterruptedException {
        window.enter();
        assertEquals(800, window.reserve(400));
        window.enter();
        CountDownLatch reserved = new CountDownLatch(1);
        Thread other = waiting(() -> window.reserve(200), reserved);
        window.correct(1, 401 - 800);
        assertTrue(reserved.await(10, TimeUnit.SECONDS));
        other.join();
    }
}
