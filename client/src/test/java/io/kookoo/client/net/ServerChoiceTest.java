package io.kookoo.client.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.settings.Settings.Client.Balance;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ServerChoiceTest {
    private static final ServerAddress A = new ServerAddress("a", 1);
    private static final ServerAddress B = new ServerAddress("b", 2);
    private static final ServerAddress C = new ServerAddress("c", 3);
    private static final Duration FAILBACK = Duration.ofSeconds(30);

    private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 1_000_000_000);
    private final ServerChoice byOrder = choice(Balance.ORDER, FAILBACK);
    private final ServerChoice byLoad = choice(Balance.LEAST, FAILBACK);

    private ServerChoice choice(Balance balance, Duration failbackAfter) {
        return new ServerChoice(new Servers(List.of(A, B, C), balance, failbackAfter), nanoTime::get);
    }

    private void pass(Duration time) {
        nanoTime.addAndGet(time.toNanos());
    }

    @Test
    void shouldTryTheServersInOrderAndThoseThatAreSilentLast() {
        assertEquals(List.of(A, B, C), byOrder.toTry());
        byOrder.silent(A);
        assertEquals(List.of(B, C, A), byOrder.toTry());
        byOrder.silent(B);
        byOrder.silent(C);
        assertEquals(List.of(A, B, C), byOrder.toTry());
        byOrder.answered(C);
        assertEquals(List.of(C, A, B), byOrder.toTry());
    }

    @Test
    void shouldTryLastWhoWasLostLastWhereAllAreSilent() {
        byOrder.silent(A);
        byOrder.silent(C);
        byOrder.silent(B);
        assertEquals(List.of(A, C, B), byOrder.toTry());
        byOrder.silent(A);
        assertEquals(List.of(C, B, A), byOrder.toTry());
        // It answers, and is lost again.
        byOrder.answered(B);
        assertEquals(List.of(B, C, A), byOrder.toTry());
        byOrder.silent(B);
        assertEquals(List.of(C, A, B), byOrder.toTry());
    }

    @Test
    void shouldChooseTheFirstOfThoseThatAnswerAndKnowWhichAreBetter() {
        assertEquals(A, byOrder.choose(Map.of(A, 0L, C, 0L)));
        assertEquals(List.of(), byOrder.better());
        assertEquals(C, byOrder.choose(Map.of(C, 0L)));
        assertEquals(C, byOrder.current());
        assertEquals(List.of(A, B), byOrder.better());
    }

    @Test
    void shouldGoBackWhenTheBetterHasAnsweredForLongEnough() {
        byOrder.silent(A);
        byOrder.choose(Map.of(B, 0L));
        assertFalse(byOrder.moveTo(A), "it has not answered at all");
        byOrder.answered(A);
        assertEquals(FAILBACK, byOrder.until(A));
        pass(FAILBACK.minusNanos(1));
        byOrder.answered(A);
        assertEquals(Duration.ofNanos(1), byOrder.until(A));
        assertFalse(byOrder.moveTo(A));
        pass(Duration.ofNanos(1));
        assertEquals(Duration.ZERO, byOrder.until(A));
        assertTrue(byOrder.mayReturn(A));
        assertTrue(byOrder.moveTo(A));
        assertEquals(A, byOrder.current());
        assertEquals(List.of(), byOrder.better());
        assertFalse(byOrder.moveTo(A), "it is used already");
    }

    @Test
    void shouldBeginToCountAnewWhenTheBetterWasSilentMeanwhile() {
        byOrder.choose(Map.of(B, 0L));
        byOrder.answered(A);
        pass(FAILBACK.minusSeconds(1));
        byOrder.silent(A);
        pass(Duration.ofSeconds(2));
        assertFalse(byOrder.mayReturn(A), "it is silent now");
        byOrder.answered(A);
        pass(FAILBACK.minusSeconds(1));
        assertFalse(byOrder.mayReturn(A));
        pass(Duration.ofSeconds(1));
        assertTrue(byOrder.mayReturn(A));
    }

    @Test
    void shouldNotGoBackToASilentServerEvenWithoutAnyWait() {
        ServerChoice atOnce = choice(Balance.ORDER, Duration.ZERO);
        atOnce.silent(A);
        atOnce.choose(Map.of(B, 0L));
        assertFalse(atOnce.mayReturn(A));
        assertFalse(atOnce.moveTo(A));
        atOnce.answered(A);
        assertTrue(atOnce.moveTo(A));
    }

    @Test
    void shouldNeverGoToAWorseServerWhileOneIsUsed() {
        byOrder.choose(Map.of(B, 0L));
        byOrder.answered(C);
        pass(FAILBACK);
        assertFalse(byOrder.mayReturn(C));
        assertFalse(byOrder.moveTo(C));
        assertEquals(B, byOrder.current());
    }

    @Test
    void shouldGoBackStepByStepWhereTheSecondIsBackBeforeTheFirst() {
        byOrder.choose(Map.of(C, 0L));
        byOrder.answered(B);
        pass(FAILBACK);
        byOrder.answered(A);
        assertTrue(byOrder.moveTo(B));
        assertEquals(List.of(A), byOrder.better());
        assertFalse(byOrder.moveTo(A));
        pass(FAILBACK);
        assertTrue(byOrder.moveTo(A));
    }

    @Test
    void shouldChooseTheLeastLoadAndTheFirstOfEqualOnes() {
        assertEquals(C, byLoad.choose(Map.of(A, 7L, B, SignOfLife.UNKNOWN, C, 3L)));
        assertEquals(List.of(), byLoad.better(), "all have been looked at");
        assertEquals(B, byLoad.choose(Map.of(B, 5L, C, 5L)));
        assertEquals(List.of(A), byLoad.better());
    }

    @Test
    void shouldLookOnceAtAServerThatIsBackWhereLoadsAreCompared() {
        byLoad.choose(Map.of(B, 5L));
        assertEquals(List.of(A, C), byLoad.better());
        byLoad.answered(A);
        byLoad.answered(C);
        pass(FAILBACK);
        byLoad.dismiss(A);
        assertFalse(byLoad.moveTo(A));
        assertTrue(byLoad.moveTo(C));
        assertEquals(C, byLoad.current());
        assertEquals(List.of(), byLoad.better());
    }

    @Test
    void shouldWaitAnewForAServerThatDidNotAnswerWhenTheChoiceWasMade() {
        byLoad.answered(A);
        byLoad.answered(B);
        assertEquals(A, byLoad.choose(Map.of(A, 1L, B, 2L)));
        pass(FAILBACK.plusSeconds(1));
        assertEquals(A, byLoad.choose(Map.of(A, 1L)));
        byLoad.answered(B);
        assertFalse(byLoad.mayReturn(B));
        pass(FAILBACK);
        assertTrue(byLoad.mayReturn(B));
    }
}
