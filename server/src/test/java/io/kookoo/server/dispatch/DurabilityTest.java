package io.kookoo.server.dispatch;

import static io.kookoo.protocol.PacketType.ERROR;
import static io.kookoo.protocol.PacketType.JOB_ASSIGN;
import static io.kookoo.protocol.PacketType.JOB_CREATED;
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
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.Priority;
import io.kookoo.protocol.UniqueId;
import io.kookoo.server.store.Change;
import io.kookoo.server.store.JobKind;
import io.kookoo.server.store.JobRecord;
import io.kookoo.server.store.JobState;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.helpers.NOPLogger;

/** A background job is accepted once it is committed, and not before; what has happened is written with the next commit. */
final class DurabilityTest {
    private static final Retry TWICE = new Retry(2, Duration.ofSeconds(1), 3, Duration.ofSeconds(2));

    private final Bench bench = bench(7);
    private final Bench.TestPeer client = bench.peer();

    private static Bench bench(long run) {
        return new Bench(new DispatchSettings(
                DispatchSettings.handlePrefix("bench", Instant.ofEpochMilli(run)),
                3,
                1000,
                false,
                Duration.ofSeconds(30),
                Duration.ZERO,
                Map.of(),
                new Keeping(run, true, EnumSet.complementOf(EnumSet.of(Keeping.Outcomes.SUCCEEDED))),
                Map.of(FunctionName.of("again"), TWICE)));
    }

    private static Submission job(String function, String unique, boolean background, String data) {
        return new Submission(
                FunctionName.of(function), UniqueId.of(unique), Priority.NORMAL, background, Data.of(data));
    }

    private static Submission background(String data) {
        return job("f", "", true, data);
    }

    /** What is to be written now. */
    private Journal.Batch take() {
        return take(bench);
    }

    private static Journal.Batch take(Bench bench) {
        try {
            return bench.dispatcher.takeChanges();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void decide(Journal.Batch batch, String failure) {
        Deliveries deliveries = new Deliveries(null);
        bench.dispatcher.decide(batch, failure, deliveries);
        deliveries.flush(NOPLogger.NOP_LOGGER);
    }

    /** One successful commit; what it wrote. */
    private List<Change> commit() {
        Journal.Batch batch = take();
        decide(batch, null);
        return batch.changes();
    }

    private JobHandle accepted(Submission submission) {
        assertNull(client.submitWithoutFlush(submission));
        commit();
        return client.flushed().heard().get(0).handle(0);
    }

    private static List<Change.Kind> kinds(List<Change> changes) {
        return changes.stream().map(Change::kind).toList();
    }

    // ---- acceptance ----

    @Test
    void shouldRefuseASubmissionWhoseCommitFailsAndForgetIt() {
        client.submitWithoutFlush(background("lost"));
        Journal.Batch batch = take();
        decide(batch, "the disk is full");
        Packet answer = client.flushed().heard().get(0);
        assertEquals(ERROR, answer.type());
        assertEquals("QUEUE_ERROR", answer.text(0));
        assertEquals("the disk is full", answer.text(1));
        assertTrue(bench.dispatcher.jobs().isEmpty());
        assertEquals(0, bench.dispatcher.functions().get(0).total());
        assertNull(bench.peer("f").grab());
        accepted(background("next"));
        assertEquals("next", bench.peer("f").grab());
    }

    @Test
    void shouldAnswerNothingBeforeTheCommitAndHandOutNothing() {
        Bench.TestPeer worker = bench.peer("f").preSleep();
        client.submitWithoutFlush(background("a"));
        Journal.Batch batch = take();
        assertEquals(List.of(), client.heard());
        assertEquals(List.of(), worker.heard());
        assertNull(worker.grab());
        worker.preSleep();
        decide(batch, null);
        assertEquals(List.of(NOOP), worker.heardTypes());
        assertEquals(List.of(JOB_CREATED), client.flushed().heardTypes());
        assertEquals("a", worker.grab());
    }

    @Test
    void shouldCountAPendingJobForMaxqueueAndKnowItByItsHandle() {
        bench.dispatcher.maxQueue(FunctionName.of("f"), Map.of(Priority.NORMAL, 1));
        client.submitWithoutFlush(background("a"));
        assertEquals("Job queue is full", client.submitWithoutFlush(background("b")));
        JobHandle handle = bench.dispatcher.jobs().get(0).handle();
        assertEquals(
                JobState.QUEUED, bench.dispatcher.record(handle).orElseThrow().state());
        assertFalse(bench.dispatcher.cancel(handle, client.speaks()), "a job that is not accepted cannot be cancelled");
        assertEquals(Dispatcher.Drop.IN_USE, bench.dispatcher.dropFunction(FunctionName.of("f"), client.speaks()));
    }

    @Test
    void shouldLetWhoeverJoinsAPendingJobWaitForTheSameCommit() {
        Bench.TestPeer waiting = bench.peer();
        client.submitWithoutFlush(job("f", "u", true, "a"));
        waiting.submitWithoutFlush(job("f", "u", false, "b"));
        Journal.Batch batch = take();
        Bench.TestPeer late = bench.peer();
        late.submitWithoutFlush(job("f", "u", false, "c"));
        decide(batch, null);
        assertEquals(List.of(JOB_CREATED), client.flushed().heardTypes());
        assertEquals(List.of(JOB_CREATED), waiting.flushed().heardTypes());
        assertEquals(List.of(JOB_CREATED), late.flushed().heardTypes());
        Bench.TestPeer worker = bench.peer("f");
        worker.complete(worker.grabPacket().handle(0));
        assertEquals(List.of(WORK_COMPLETE), waiting.heardTypes());
        assertEquals(List.of(WORK_COMPLETE), late.heardTypes());
        assertEquals(List.of(), client.heard());
    }

    @Test
    void shouldRunAJobThatIsNotCommittedForThoseWhoWaitForItsResult() {
        Bench.TestPeer waiting = bench.peer();
        client.submitWithoutFlush(job("f", "u", true, "a"));
        waiting.submitWithoutFlush(job("f", "u", false, "b"));
        decide(take(), "no");
        assertEquals(List.of(ERROR), client.flushed().heardTypes());
        assertEquals(List.of(JOB_CREATED), waiting.flushed().heardTypes());
        Bench.TestPeer worker = bench.peer("f");
        worker.complete(worker.grabPacket().handle(0));
        assertEquals(List.of(WORK_COMPLETE), waiting.heardTypes());
        assertEquals(List.of(), client.heard());
    }

    @Test
    void shouldMakeAForegroundJobDurableWhenABackgroundSubmissionJoinsIt() {
        Bench.TestPeer waiting = bench.peer();
        waiting.submit(job("f", "u", false, "a"));
        JobHandle handle = waiting.heard().get(0).handle(0);
        client.submitWithoutFlush(job("f", "u", true, "b"));
        waiting.disconnect();
        assertEquals(List.of(Change.Kind.ADD), kinds(commit()));
        assertEquals(List.of(JOB_CREATED), client.flushed().heardTypes());
        assertEquals(handle, bench.dispatcher.jobs().get(0).handle());
    }

    @Test
    void shouldKeepAForegroundJobGoingWhenTheBackgroundSubmissionThatJoinsItIsRefused() {
        Bench.TestPeer waiting = bench.peer();
        waiting.submit(job("f", "u", false, "a"));
        waiting.heard();
        client.submitWithoutFlush(job("f", "u", true, "b"));
        decide(take(), "no");
        assertEquals(List.of(ERROR), client.flushed().heardTypes());
        Bench.TestPeer worker = bench.peer("f");
        worker.complete(worker.grabPacket().handle(0));
        assertEquals(List.of(WORK_COMPLETE), waiting.heardTypes());
    }

    @Test
    void shouldAnswerInTheOrderOfTheSubmissionsWhicheverCommitDecidesThem() {
        JobHandle old = accepted(job("f", "old", true, "a"));
        client.submitWithoutFlush(job("f", "first", true, "b"));
        Journal.Batch first = take();
        client.submitWithoutFlush(job("f", "second", true, "c"));
        // Accepted long ago, yet it must not overtake the two before it.
        client.submitWithoutFlush(job("f", "old", true, "d"));
        decide(first, null);
        Journal.Batch second = take();
        decide(second, null);
        List<Packet> answers = client.flushed().heard();
        assertEquals(
                List.of(JOB_CREATED, JOB_CREATED, JOB_CREATED),
                answers.stream().map(Packet::type).toList());
        assertEquals(old, answers.get(2).handle(0));
    }

    @Test
    void shouldLeaveNobodyWaitingWhenNoCommitWillFollow() {
        client.submitWithoutFlush(background("taken"));
        Journal.Batch batch = take();
        Bench.TestPeer other = bench.peer();
        other.submitWithoutFlush(background("waits"));
        Commit sync = bench.dispatcher.sync();
        bench.dispatcher.abandonJournal(batch, "it broke", new Deliveries(null));
        assertEquals(List.of(ERROR), client.flushed().heardTypes());
        assertEquals(List.of(ERROR), other.flushed().heardTypes());
        assertEquals("it broke", sync.await());
        assertNotNull(bench.dispatcher.sync().await());
        assertNotNull(client.submitWithoutFlush(background("late")));
        client.submit(job("f", "", false, "foreground"));
        assertEquals("foreground", bench.peer("f").grab());
    }

    @Test
    void shouldNotRunAJobThatNobodyWantsAfterItsCommitHasFailed() {
        Bench.TestPeer waiting = bench.peer();
        waiting.submit(job("f", "u", false, "a"));
        client.submitWithoutFlush(job("f", "u", true, "b"));
        waiting.disconnect();
        decide(take(), "no");
        assertEquals(List.of(ERROR), client.flushed().heardTypes());
        assertNull(bench.peer("f").grab());
        assertTrue(bench.dispatcher.jobs().isEmpty());
    }

    @Test
    void shouldNameTheReasonOfAnEarlierCommitThatRefusedAJoinedJob() {
        client.submitWithoutFlush(job("f", "u", true, "a"));
        Journal.Batch first = take();
        Bench.TestPeer other = bench.peer();
        other.submitWithoutFlush(background("b"));
        other.submitWithoutFlush(job("f", "u", true, "c"));
        decide(first, "the first failed");
        commit();
        List<Packet> answers = other.flushed().heard();
        assertEquals(
                List.of(JOB_CREATED, ERROR), answers.stream().map(Packet::type).toList());
        assertEquals("the first failed", answers.get(1).text(1));
    }

    @Test
    void shouldWriteWhatHappenedToAJobWhileItsCommitWasUnderWay() {
        Bench.TestPeer waiting = bench.peer();
        waiting.submit(job("again", "u", false, "a"));
        Bench.TestPeer worker = bench.peer("again");
        JobHandle handle = worker.grabPacket().handle(0);
        client.submitWithoutFlush(job("again", "u", true, "b"));
        Journal.Batch batch = take();
        worker.report(WORK_FAIL, handle);
        decide(batch, null);
        bench.pass(Duration.ofMillis(50));
        JobRecord record = commit().get(0).job();
        assertEquals(JobState.DELAYED, record.state());
        assertEquals(JobKind.BACKGROUND, record.kind());
    }

    @Test
    void shouldTellWhoeverWatchesAJobThatCannotBeRunAgain() {
        JobHandle handle = accepted(background("a"));
        Bench.TestPeer worker = bench.peer("f");
        worker.grab();
        worker.report(WORK_FAIL, handle);
        bench.pass(Duration.ofMillis(50));
        bench.dispatcher.revive(commit().get(0).job());
        String[] told = new String[1];
        assertTrue(bench.dispatcher.watch(handle, client.peer, record -> told[0] = record.state() + "\n"));
        decide(take(), "no");
        assertEquals("DEAD\n", told[0]);
    }

    // ---- what is written ----

    @Test
    void shouldWriteStartAndEndOfAJobAsOneChange() {
        JobHandle handle = accepted(background("a"));
        Bench.TestPeer worker = bench.peer("f");
        worker.grab();
        worker.complete(handle);
        bench.pass(Duration.ofMillis(50));
        List<Change> changes = commit();
        assertEquals(List.of(Change.Kind.END), kinds(changes));
        assertEquals(JobState.DONE, changes.get(0).job().state());
        assertEquals(1, changes.get(0).job().attempts());
    }

    @Test
    void shouldKeepADeadJobWithItsReason() {
        JobHandle handle = accepted(background("a"));
        Bench.TestPeer worker = bench.peer("f");
        worker.grab();
        worker.report(WORK_FAIL, handle);
        bench.pass(Duration.ofMillis(50));
        Change dead = commit().get(0);
        assertEquals(Change.Kind.UPDATE, dead.kind());
        assertEquals(JobState.DEAD, dead.job().state());
        assertEquals("failed", dead.job().reason());
        assertEquals("a", dead.job().data().text());
    }

    @Test
    void shouldWriteAJobWholeThatIsDeadBeforeTheCommitThatWouldHaveAcceptedIt() {
        Bench.TestPeer waiting = bench.peer();
        waiting.submit(job("f", "u", false, "a"));
        Bench.TestPeer worker = bench.peer("f");
        JobHandle handle = worker.grabPacket().handle(0);
        client.submitWithoutFlush(job("f", "u", true, "b"));
        worker.report(WORK_FAIL, handle);
        Change dead = commit().get(0);
        assertEquals(Change.Kind.ADD, dead.kind());
        assertEquals(JobState.DEAD, dead.job().state());
        assertEquals(List.of(JOB_CREATED), client.flushed().heardTypes());
    }

    @Test
    void shouldAcceptASubmissionThatJoinedAJobWhichIsDoneBeforeItsCommit() {
        Bench.TestPeer waiting = bench.peer();
        waiting.submit(job("f", "u", false, "a"));
        Bench.TestPeer worker = bench.peer("f");
        JobHandle handle = worker.grabPacket().handle(0);
        client.submitWithoutFlush(job("f", "u", true, "b"));
        worker.complete(handle);
        assertEquals(List.of(Change.Kind.END), kinds(commit()));
        assertEquals(List.of(JOB_CREATED), client.flushed().heardTypes());
    }

    @Test
    void shouldKeepADeadJobWhereBackgroundJobsAreNotDurable() {
        Bench memory = new Bench(new DispatchSettings(
                DispatchSettings.handlePrefix("bench", Instant.EPOCH),
                3,
                1000,
                false,
                Duration.ofSeconds(30),
                Duration.ZERO,
                Map.of(),
                new Keeping(7, false, EnumSet.of(Keeping.Outcomes.BACKGROUND)),
                Map.of()));
        memory.peer().submit(background("a"));
        Bench.TestPeer worker = memory.peer("f");
        worker.report(WORK_FAIL, worker.grabPacket().handle(0));
        memory.pass(Duration.ofMillis(50));
        Change dead = take(memory).changes().get(0);
        assertEquals(Change.Kind.ADD, dead.kind());
        assertEquals(JobState.DEAD, dead.job().state());
    }

    @Test
    void shouldWriteNothingOfAForegroundCallThatSucceeds() {
        client.submit(job("f", "", false, "a"));
        Bench.TestPeer worker = bench.peer("f");
        worker.complete(worker.grabPacket().handle(0));
        bench.pass(Duration.ofMillis(50));
        bench.dispatcher.sync();
        assertEquals(List.of(), commit());
    }

    @Test
    void shouldWriteTheFailureOfAForegroundCall() {
        client.submit(job("f", "", false, "a"));
        Bench.TestPeer worker = bench.peer("f");
        worker.report(WORK_FAIL, worker.grabPacket().handle(0));
        bench.pass(Duration.ofMillis(50));
        Change change = commit().get(0);
        assertEquals(Change.Kind.OUTCOME, change.kind());
        assertEquals(JobState.FAILED, change.job().state());
    }

    @Test
    void shouldWriteAgainWhatAFailedCommitHad() {
        JobHandle handle = accepted(background("a"));
        Bench.TestPeer worker = bench.peer("f");
        worker.grab();
        bench.pass(Duration.ofMillis(50));
        Journal.Batch started = take();
        assertEquals(List.of(Change.Kind.UPDATE), kinds(started.changes()));
        worker.complete(handle);
        decide(started, "no");
        bench.pass(Duration.ofSeconds(1));
        assertEquals(List.of(Change.Kind.END), kinds(commit()));
        bench.pass(Duration.ofSeconds(1));
        bench.dispatcher.sync();
        assertEquals(List.of(), commit());
    }

    // ---- retries ----

    @Test
    void shouldRunAJobThatFailedAgainAfterItsDelaysAndThenLetItDie() {
        client.submit(job("again", "", false, "a"));
        client.heard();
        Bench.TestPeer worker = bench.peer("again");
        for (Duration delay : List.of(Duration.ofSeconds(1), Duration.ofSeconds(2))) {
            worker.report(WORK_FAIL, worker.grabPacket().handle(0));
            assertEquals(List.of(), client.heard());
            bench.pass(delay.minusMillis(1));
            assertNull(worker.grab());
            bench.pass(Duration.ofMillis(1));
        }
        JobHandle handle = worker.grabPacket().handle(0);
        worker.report(WORK_FAIL, handle);
        assertEquals(List.of(WORK_FAIL), client.heardTypes());
        assertEquals(2, bench.dispatcher.functions().get(0).retried());
    }

    @Test
    void shouldWriteTheMomentOfARetry() {
        JobHandle handle = accepted(job("again", "", true, "a"));
        Bench.TestPeer worker = bench.peer("again");
        worker.grab();
        worker.report(WORK_FAIL, handle);
        long now = bench.clock.now().toEpochMilli();
        bench.pass(Duration.ofMillis(50));
        JobRecord record = commit().get(0).job();
        assertEquals(JobState.DELAYED, record.state());
        assertEquals(now + 1000, record.due());
        assertEquals(1, record.failures());
    }

    // ---- after a restart ----

    @Test
    void shouldQueueWhatAFormerRunLeftInItsOrderWithoutCountingTheRunThatWasCutOff() {
        accepted(job("f", "", true, "running"));
        accepted(job("f", "u", true, "queued"));
        accepted(new Submission(
                FunctionName.of("f"), UniqueId.NONE, Priority.HIGH, true, Data.of("delayed"), null, 3600));
        Bench.TestPeer worker = bench.peer("f");
        assertEquals("running", worker.grab());
        List<JobRecord> left = bench.dispatcher.records();

        Bench next = bench(8);
        left.forEach(next.dispatcher::restore);
        next.dispatcher.queueRestored();
        assertEquals(
                left.stream().map(JobRecord::handle).toList(),
                next.dispatcher.records().stream().map(JobRecord::handle).toList());
        Bench.TestPeer nextWorker = next.peer("f");
        Packet first = nextWorker.grabPacket();
        assertEquals("running", first.data().text());
        assertEquals(1, next.dispatcher.record(first.handle(0)).orElseThrow().attempts());
        Bench.TestPeer joiner = next.peer();
        joiner.submit(job("f", "u", false, "joins"));
        assertEquals(left.get(1).handle(), joiner.heard().get(0).handle(0));
        assertEquals("queued", nextWorker.grab());
        assertNull(nextWorker.grab());
        next.pass(Duration.ofHours(1));
        assertEquals("delayed", nextWorker.grab());
    }

    @Test
    void shouldQueueADelayedJobOfAFormerRunWhereItsMomentHadPutIt() {
        long second = bench.clock.now().getEpochSecond() + 60;
        accepted(new Submission(
                FunctionName.of("f"), UniqueId.NONE, Priority.NORMAL, true, Data.of("delayed"), null, second));
        accepted(background("before"));
        bench.pass(Duration.ofSeconds(61));
        accepted(background("after"));
        List<JobRecord> left = bench.dispatcher.records();

        Bench next = bench(8);
        next.pass(Duration.ofSeconds(62));
        left.forEach(next.dispatcher::restore);
        next.dispatcher.queueRestored();
        Bench.TestPeer worker = next.peer("f");
        assertEquals("before", worker.grab());
        assertEquals("delayed", worker.grab());
        assertEquals("after", worker.grab());
    }

    @Test
    void shouldRunADeadJobAgainOnceItIsWritten() {
        JobHandle handle = accepted(background("a"));
        Bench.TestPeer worker = bench.peer("f");
        worker.grab();
        worker.report(WORK_FAIL, handle);
        bench.pass(Duration.ofMillis(50));
        JobRecord dead = commit().get(0).job();
        Commit commit = bench.dispatcher.revive(dead);
        assertNotNull(commit);
        assertNull(bench.dispatcher.revive(dead), "twice");
        assertNull(worker.grab());
        commit();
        assertNull(commit.await());
        Packet again = worker.grabPacket();
        assertEquals(JOB_ASSIGN, again.type());
        assertEquals(handle, again.handle(0));
        assertEquals("a", again.data().text());
    }

    @Test
    void shouldTellTheEndOfAJobToWhoeverWatchesIt() {
        JobHandle handle = accepted(background("a"));
        Bench.TestPeer gone = bench.peer();
        assertTrue(bench.dispatcher.watch(handle, gone.peer, record -> "never\n"));
        gone.disconnect();
        String[] told = new String[1];
        assertTrue(bench.dispatcher.watch(handle, client.peer, record -> told[0] = record.state() + "\n"));
        assertFalse(
                bench.dispatcher.watch(handle, client.peer, record -> told[0] = "twice\n"), "it waits for it already");
        Bench.TestPeer worker = bench.peer("f");
        worker.grab();
        assertNull(told[0]);
        worker.complete(handle);
        assertEquals("DONE\n", told[0]);
        assertFalse(bench.dispatcher.watch(handle, client.peer, record -> "late\n"));
    }
}
