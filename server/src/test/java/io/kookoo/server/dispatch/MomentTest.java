package io.kookoo.server.dispatch;

import static io.kookoo.protocol.PacketType.NOOP;
import static io.kookoo.protocol.PacketType.WORK_COMPLETE;
import static io.kookoo.protocol.PacketType.WORK_FAIL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.Priority;
import io.kookoo.protocol.UniqueId;
import io.kookoo.server.LogLines;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens at a moment and not before: delayed jobs, leases, the stall alarm. By the clock, to the millisecond. */
final class MomentTest {
    private static final Duration MILLI = Duration.ofMillis(1);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final LogLines log = new LogLines();
    private final Bench bench = new Bench(new DispatchSettings(
            "bench", 1, 1000, false, Duration.ofSeconds(30), Duration.ZERO, Map.of(FunctionName.of("one"), 1)));
    private final Bench.TestPeer client = bench.peer();

    @AfterEach
    void close() {
        log.close();
    }

    private void submitAt(String function, long epochSeconds, String data) {
        assertNull(client.submit(new Submission(
                FunctionName.of(function), UniqueId.NONE, Priority.NORMAL, true, Data.of(data), null, epochSeconds)));
    }

    private JobHandle submit(String function) {
        client.heard();
        client.submit(function, Priority.NORMAL, false, "data");
        return client.heard().get(0).handle(0);
    }

    // ---- delayed jobs ----

    @Test
    void shouldQueueADelayedJobInItsSecondAndNotBefore() {
        Bench.TestPeer worker = bench.peer("f").preSleep();
        submitAt("f", 2, "data");
        bench.pass(Duration.ofMillis(1999));
        assertEquals(List.of(), worker.heardTypes());
        assertNull(worker.grab());
        worker.preSleep();
        bench.pass(MILLI);
        assertEquals(List.of(NOOP), worker.heardTypes());
        assertEquals("data", worker.grab());
    }

    @Test
    void shouldQueueDelayedJobsInTheOrderOfTheirSeconds() {
        Bench.TestPeer worker = bench.peer("f");
        submitAt("f", 3, "3a");
        submitAt("f", 2, "2");
        submitAt("f", 3, "3b");
        submitAt("f", 1, "1");
        bench.pass(Duration.ofMillis(1500));
        assertEquals("1", worker.grab());
        assertNull(worker.grab());
        bench.pass(Duration.ofSeconds(5));
        assertEquals(List.of("2", "3a", "3b"), List.of(worker.grab(), worker.grab(), worker.grab()));
    }

    @Test
    void shouldGoByTheWallClockWhenSomebodySetsIt() {
        Bench.TestPeer worker = bench.peer("f");
        submitAt("f", 3600, "an hour");
        bench.clock.set(Duration.ofMinutes(59));
        // It looks again after a minute at the latest.
        bench.pass(Duration.ofSeconds(60));
        assertEquals("an hour", worker.grab());
        submitAt("f", 3630, "half a minute");
        bench.clock.set(Duration.ofMinutes(-10));
        bench.pass(Duration.ofMinutes(10));
        assertNull(worker.grab());
        bench.pass(Duration.ofSeconds(30));
        assertEquals("half a minute", worker.grab());
    }

    @Test
    void shouldWaitNoMoreForACancelledJob() {
        submitAt("f", 1, "cancelled");
        submitAt("f", 2, "kept");
        JobHandle cancelled = client.heard().get(0).handle(0);
        assertTrue(client.cancel(cancelled));
        assertFalse(client.cancel(cancelled));
        bench.pass(Duration.ofSeconds(2));
        Bench.TestPeer worker = bench.peer("f");
        assertEquals("kept", worker.grab());
        assertNull(worker.grab());
    }

    // ---- leases ----

    @Test
    void shouldEndALeaseAtItsMomentAndNotBefore() {
        Bench.TestPeer slow = bench.peer().canDo("f", SECOND);
        Bench.TestPeer other = bench.peer("f").preSleep();
        JobHandle handle = submit("f");
        other.heard();
        assertNotNull(slow.grab());
        other.preSleep();
        bench.pass(SECOND.minus(MILLI));
        assertEquals(List.of(), other.heardTypes());
        bench.pass(MILLI);
        assertEquals(List.of(NOOP), other.heardTypes());
        assertFalse(slow.report(WORK_COMPLETE, handle));
        assertEquals("data", other.grab());
        assertEquals(List.of(), client.heardTypes());
    }

    @Test
    void shouldHaveALeaseForEachJob() {
        Bench.TestPeer worker = bench.peer().canDo("f", SECOND);
        JobHandle first = submit("f");
        assertNotNull(worker.grab());
        bench.pass(Duration.ofMillis(600));
        JobHandle second = submit("f");
        assertNotNull(worker.grab());
        bench.pass(Duration.ofMillis(600));
        // The first is over, the second is not.
        assertFalse(worker.report(WORK_COMPLETE, first));
        assertTrue(worker.report(WORK_COMPLETE, second));
    }

    @Test
    void shouldLetAJobEndAtTheLastMoment() {
        Bench.TestPeer worker = bench.peer().canDo("f", SECOND);
        JobHandle handle = submit("f");
        assertNotNull(worker.grab());
        bench.pass(SECOND.minus(MILLI));
        assertTrue(worker.report(WORK_COMPLETE, handle));
        bench.pass(Duration.ofSeconds(5));
        assertEquals(List.of(WORK_COMPLETE), client.heardTypes());
        assertNull(worker.grab());
    }

    @Test
    void shouldFailWhenTheLastLeaseRanOut() {
        Bench.TestPeer worker = bench.peer().canDo("f", SECOND);
        submit("f");
        assertNotNull(worker.grab());
        bench.pass(SECOND);
        assertNotNull(worker.grab());
        assertEquals(List.of(), client.heardTypes());
        bench.pass(SECOND);
        assertEquals(List.of(WORK_FAIL), client.heardTypes());
        assertNull(worker.grab());
    }

    @Test
    void shouldGiveTheNextRunAWholeLease() {
        Bench.TestPeer worker = bench.peer().canDo("f", SECOND);
        JobHandle handle = submit("f");
        assertNotNull(worker.grab());
        bench.pass(Duration.ofMillis(900));
        worker.cantDo("f").canDo("f", SECOND);
        assertNotNull(worker.grab());
        bench.pass(Duration.ofMillis(999));
        assertTrue(worker.report(WORK_COMPLETE, handle));
    }

    @Test
    void shouldKeepTheLimitThatHeldWhenAJobWasTaken() {
        Bench.TestPeer worker = bench.peer().canDo("f", SECOND);
        JobHandle handle = submit("f");
        assertNotNull(worker.grab());
        worker.canDo("f", null);
        bench.pass(SECOND);
        assertFalse(worker.report(WORK_COMPLETE, handle));
    }

    @Test
    void shouldMakeRoomInAFullFunctionWhenALeaseRunsOut() {
        Bench.TestPeer slow = bench.peer().canDo("one", SECOND);
        submit("one");
        submit("one");
        assertNotNull(slow.grab());
        Bench.TestPeer other = bench.peer("one").preSleep();
        assertEquals(List.of(), other.heardTypes());
        bench.pass(SECOND);
        assertEquals(List.of(NOOP), other.heardTypes());
        assertNotNull(other.grab());
        assertNull(slow.grab());
    }

    // ---- the stall alarm ----

    private int alarms() {
        return log.with("ERROR stalled").size();
    }

    @Test
    void shouldRaiseTheAlarmAtItsMomentOnceForEachJob() {
        Bench.TestPeer idle = bench.peer("f");
        submit("f");
        bench.pass(Duration.ofSeconds(30).minus(MILLI));
        assertEquals(0, alarms());
        assertEquals(List.of(), idle.heardTypes());
        bench.pass(MILLI);
        assertEquals(1, alarms());
        // It has not sent PRE_SLEEP, so it does not expect a NOOP.
        assertEquals(List.of(), idle.heardTypes());
        bench.pass(Duration.ofSeconds(30));
        bench.pass(Duration.ofSeconds(30));
        assertEquals(1, alarms());
        // The next job that waits too long is another matter.
        idle.complete(idle.grabPacket().handle(0));
        submit("f");
        bench.pass(Duration.ofSeconds(60));
        assertEquals(2, alarms());
    }

    @Test
    void shouldWakeASleeperOnceMoreThatDidNotGrab() {
        Bench.TestPeer deaf = bench.peer("f");
        deaf.preSleep();
        submit("f");
        assertEquals(List.of(NOOP), deaf.heardTypes());
        bench.pass(Duration.ofSeconds(30));
        assertEquals(1, alarms());
        assertEquals(List.of(NOOP), deaf.heardTypes());
    }

    @Test
    void shouldRaiseNoAlarmForABacklogThatIsWorkedOff() {
        Bench.TestPeer busy = bench.peer("f");
        for (int i = 0; i < 100; i++) {
            submit("f");
        }
        for (int i = 0; i < 90; i++) {
            busy.complete(busy.grabPacket().handle(0));
            bench.pass(Duration.ofSeconds(1));
        }
        assertEquals(0, alarms());
        assertEquals(List.of(), busy.heardTypes());
    }

    @Test
    void shouldRaiseNoAlarmForAJobThatWasTakenInTime() {
        Bench.TestPeer worker = bench.peer("f");
        submit("f");
        bench.pass(Duration.ofSeconds(29));
        assertNotNull(worker.grab());
        bench.pass(Duration.ofSeconds(60));
        assertEquals(0, alarms());
    }

    @Test
    void shouldCountFromTheMomentAJobIsReady() {
        bench.peer("f");
        submitAt("f", 20, "delayed");
        bench.pass(Duration.ofSeconds(20));
        bench.pass(Duration.ofSeconds(29));
        assertEquals(0, alarms());
        bench.pass(Duration.ofSeconds(1));
        assertEquals(1, alarms());
    }

    @Test
    void shouldRaiseNoAlarmWhileEveryWorkerIsBusy() {
        Bench.TestPeer busy = bench.peer("f");
        JobHandle first = submit("f");
        assertNotNull(busy.grab());
        submit("f");
        bench.pass(Duration.ofSeconds(120));
        assertEquals(0, alarms());
        busy.report(PacketType.WORK_COMPLETE, first);
        bench.pass(Duration.ofSeconds(30));
        assertEquals(1, alarms());
    }

    @Test
    void shouldRaiseNoAlarmForJobsThatWaitForRoom() {
        Bench.TestPeer worker = bench.peer("one");
        submit("one");
        submit("one");
        assertNotNull(worker.grab());
        bench.peer("one");
        bench.pass(Duration.ofSeconds(120));
        assertEquals(0, alarms());
    }
}
