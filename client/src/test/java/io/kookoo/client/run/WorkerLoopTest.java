package io.kookoo.client.run;

import static io.kookoo.client.net.ScriptedServer.req;
import static io.kookoo.client.net.ScriptedServer.res;
import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.LogLines;
import io.kookoo.client.function.JobContext;
import io.kookoo.client.net.Backoff;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.Connector;
import io.kookoo.client.net.ReconnectLoop;
import io.kookoo.client.net.ScriptedServer;
import io.kookoo.client.net.ScriptedServer.Peer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerLoopTest {
    private static final ConnectionLimits PATIENT = ConnectionLimits.ofSizes(1 << 20, 1 << 10);
    private static final ConnectionLimits IMPATIENT = new ConnectionLimits(
            Duration.ofSeconds(5), Duration.ofMillis(20), Duration.ofMillis(300), 1 << 20, 1 << 10);

    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
    private final ScriptedServer server = new ScriptedServer();
    private final LogLines log = new LogLines();
    private GatedFunctions functions = new GatedFunctions("gated");
    private SlotThreads slots;
    private WorkerLoop worker;
    private Thread thread;

    private void start(int threads, ConnectionLimits limits) {
        start(threads, limits, TimeLimit.NONE);
    }

    private void start(int threads, ConnectionLimits limits, TimeLimit limit) {
        JobLog jobLog = new JobLog(200, System::nanoTime);
        slots = new SlotThreads("slot-", threads);
        worker = new WorkerLoop(
                new ReconnectLoop("worker", new Connector(server.address(), limits, watch), new Backoff(new Random())),
                functions,
                new JobRunner(functions, jobLog, 1000, limit, slots, watch, watch),
                jobLog,
                Identity.ofClient("box/1"),
                threads);
        thread = new Thread(() -> {
            try {
                worker.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    /** A worker that offers {@code gated} and has asked for its first job. */
    private Peer greeted() throws IOException {
        return met().expect(req(CAN_DO, "gated"), req(GRAB_JOB_UNIQ));
    }

    /** A worker that has said what it says before it announces anything. */
    private Peer met() throws IOException {
        return server.accept()
                .expect(req(SET_CLIENT_ID, "box/1"), req(OPTION_REQ, "cancel"), req(OPTION_REQ, "attempt"));
    }

    private static TimeLimit limit(int millis) {
        return new TimeLimit(Duration.ofMillis(millis), Optional.empty());
    }

    private static byte[] assign(String handle, String function, String unique, String workload) {
        return res(JOB_ASSIGN_UNIQ, handle, function, unique, workload);
    }

    private static byte[] assign(String handle, String argument) {
        return res(JOB_ASSIGN_UNIQ, handle, "gated", "", argument);
    }

    private void awaitEnd() throws InterruptedException {
        thread.join(TimeUnit.SECONDS.toMillis(10));
        assertTrue(!thread.isAlive(), "the worker has not ended");
    }

    @AfterEach
    void end() throws Exception {
        worker.stop();
        server.close();
        watch.shutdownNow();
        slots.stop();
        // What a worker says at its end must not stand in the next test's log.
        thread.join(5_000);
        assertFalse(thread.isAlive());
        log.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PERMISSION_DENIED", "TOO_MANY_CONNECTIONS", "TLS_REQUIRED"})
    void shouldTryMoreAndMoreSeldomWhileItIsTurnedAway(String code) throws Exception {
        start(1, PATIENT);
        long begun = System.nanoTime();
        for (int i = 0; i < 5; i++) {
            try (Peer peer = greeted()) {
                peer.send(res(ERROR, code, "not now")).expectEnd();
            }
        }
        // 100, 200, 400 and 800 ms at least. Who takes a refusal for an answer begins anew each time, with at most 200.
        assertTrue(System.nanoTime() - begun > TimeUnit.MILLISECONDS.toNanos(1_400), "tried too often");
    }

    @Test
    void shouldTryAgainWhereItHasNotTheRole() throws Exception {
        start(1, PATIENT);
        try (Peer peer = greeted()) {
            peer.send(res(ERROR, "PERMISSION_DENIED", "CAN_DO needs the role work, which ci has not"));
            peer.expectEnd();
        }
        log.await("the server refuses: PERMISSION_DENIED CAN_DO needs the role work, which ci has not");
        try (Peer again = greeted()) {
            again.send(res(NO_JOB)).expect(req(PRE_SLEEP));
        }
    }

    @Test
    void shouldAnnounceEveryNameAsItIs() throws IOException {
        functions = new GatedFunctions("add", "grüße an alle", "f[]");
        start(2, PATIENT);
        try (Peer peer = met()) {
            peer.expect(req(CAN_DO, "add"), req(CAN_DO, "grüße an alle"), req(CAN_DO, "f[]"), req(GRAB_JOB_UNIQ));
        }
    }

    @Test
    void shouldPostFailureAsExceptionAlone() throws IOException {
        start(1, PATIENT);
        try (Peer peer = greeted()) {
            peer.send(res(JOB_ASSIGN_UNIQ, "H:1", "pow_2", "", "7,9"))
                    .expect(req(WORK_EXCEPTION, "H:1", "pow_2 takes 1 argument, got 2"), req(GRAB_JOB_UNIQ));
        }
    }

    @Test
    void shouldSleepAfterNoJobAndGrabWhenWoken() throws IOException {
        start(2, PATIENT);
        try (Peer peer = greeted()) {
            peer.send(res(NO_JOB))
                    .expect(req(PRE_SLEEP))
                    .send(res(NOOP))
                    .expect(req(GRAB_JOB_UNIQ))
                    .send(res(NO_JOB))
                    .expect(req(PRE_SLEEP));
        }
    }

    @Test
    void shouldTakeAsManyJobsAsSlotsAndPostThemInTheOrderOfTheirEnd() throws IOException {
        start(2, PATIENT);
        try (Peer peer = greeted()) {
            peer.send(assign("H:1", "first")).expect(req(GRAB_JOB_UNIQ)).send(assign("H:2", "second"));
            functions.awaitEntered("first");
            functions.awaitEntered("second");
            // Both slots are busy: what comes next is a result and nothing before it.
            functions.open("second");
            peer.expect(req(WORK_COMPLETE, "H:2", "second"), req(GRAB_JOB_UNIQ));
            functions.open("first");
            peer.expect(req(WORK_COMPLETE, "H:1", "first"), req(GRAB_JOB_UNIQ))
                    .send(res(NO_JOB), res(NO_JOB))
                    .expect(req(PRE_SLEEP));
        }
    }

    @Test
    void shouldNotAskAgainBecauseOfLateWakeUps() throws IOException {
        start(1, PATIENT);
        try (Peer peer = greeted()) {
            // One while the answer is on its way, one while the only slot is busy.
            peer.send(res(NOOP), assign("H:1", "a"), res(NOOP));
            functions.awaitEntered("a");
            functions.open("a");
            peer.expect(req(WORK_COMPLETE, "H:1", "a"), req(GRAB_JOB_UNIQ))
                    .send(res(NO_JOB))
                    .expect(req(PRE_SLEEP));
        }
    }

    @Test
    void shouldGoToSleepAgainAfterAJobEndsInOneOfManySlots() throws IOException {
        start(4, PATIENT);
        try (Peer peer = greeted()) {
            peer.send(assign("H:1", "a"))
                    .expect(req(GRAB_JOB_UNIQ))
                    .send(res(NO_JOB))
                    .expect(req(PRE_SLEEP));
            functions.open("a");
            peer.expect(req(WORK_COMPLETE, "H:1", "a"), req(GRAB_JOB_UNIQ))
                    .send(res(NO_JOB))
                    .expect(req(PRE_SLEEP));
        }
    }

    @Test
    void shouldTellOfNewFunctionsAndAskForTheirJobs() throws IOException {
        start(1, PATIENT);
        try (Peer peer = greeted()) {
            peer.send(res(NO_JOB)).expect(req(PRE_SLEEP));
            functions.become("gated", "added");
            peer.expect(req(CAN_DO, "added"), req(GRAB_JOB_UNIQ))
                    .send(res(NO_JOB))
                    .expect(req(PRE_SLEEP));
            functions.become("gated");
            peer.expect(req(CANT_DO, "added"), req(GRAB_JOB_UNIQ));
        }
    }

    @Test
    void shouldWithdrawRunningFunctionAfterItsResult() throws IOException {
        start(2, PATIENT);
        try (Peer peer = greeted()) {
            peer.send(assign("H:1", "a"))
                    .expect(req(GRAB_JOB_UNIQ))
                    .send(res(NO_JOB))
                    .expect(req(PRE_SLEEP));
            functions.become("other");
            peer.expect(req(CAN_DO, "other"), req(GRAB_JOB_UNIQ));
            functions.open("a");
            peer.expect(req(WORK_COMPLETE, "H:1", "a"), req(CANT_DO, "gated"), req(GRAB_JOB_UNIQ));
        }
    }

    @Test
    void shouldAnnounceChangedFunctionsOnANewConnection() throws IOException {
        start(1, PATIENT);
        greeted().reset();
        functions.become("other");
        try (Peer second = met()) {
            second.expect(req(CAN_DO, "other"), req(GRAB_JOB_UNIQ));
        }
    }

    @Test
    void shouldLogLostOnceAndUseTheSlotAgainAfterReset() throws IOException {
        start(1, PATIENT);
        Peer first = greeted().send(assign("H:1", "a"));
        functions.awaitEntered("a");
        first.reset();
        try (Peer second = met()) {
            // The only slot still runs the job of the lost connection: nothing is asked yet.
            second.expect(req(CAN_DO, "gated"));
            functions.open("a");
            second.expect(req(GRAB_JOB_UNIQ)).send(assign("H:2", "b"));
            functions.open("b");
            second.expect(req(WORK_COMPLETE, "H:2", "b"), req(GRAB_JOB_UNIQ));
            assertEquals(1, log.with("result_lost handle=H:1").size());
            assertEquals(1, log.with("server_away").size());
        }
    }

    @Test
    void shouldCountResultAsLostThatTheServerHasNotAnswered() throws IOException {
        start(1, PATIENT);
        Peer first = greeted().send(assign("H:1", "a"));
        functions.open("a");
        first.expect(req(WORK_COMPLETE, "H:1", "a"), req(GRAB_JOB_UNIQ)).hangUp();
        greeted().hangUp();
        assertEquals(1, log.with("result_lost handle=H:1").size());
    }

    @Test
    void shouldNotCountResultAsLostThatTheServerHasAnswered() throws IOException {
        start(1, PATIENT);
        Peer first = greeted().send(assign("H:1", "a"));
        functions.open("a");
        first.expect(req(WORK_COMPLETE, "H:1", "a"), req(GRAB_JOB_UNIQ))
                .send(res(NO_JOB))
                .expect(req(PRE_SLEEP))
                .reset();
        greeted().hangUp();
        assertEquals(0, log.with("result_lost").size());
    }

    @Test
    void shouldConnectAgainWhenServerStopsAnswering() throws IOException {
        start(1, IMPATIENT);
        try (Peer silent = server.accept();
                Peer second = server.accept()) {
            assertEquals("SET_CLIENT_ID box/1", second.nextButPings());
            silent.expect(req(SET_CLIENT_ID, "box/1"), req(OPTION_REQ, "cancel"), req(OPTION_REQ, "attempt"))
                    .expect(req(CAN_DO, "gated"), req(GRAB_JOB_UNIQ), req(ECHO_REQ, "kookoo-ping"))
                    .expectEnd();
        }
        assertTrue(log.with("server_away").get(0).contains("no answer to a ping within 0.3 s"));
    }

    @Test
    void shouldLeaveServerThatTalksAndAnswersNoPing() throws IOException {
        start(1, IMPATIENT);
        try (Peer talking = server.accept()) {
            int handed = 0;
            boolean pinged = false;
            while (true) {
                String next;
                try {
                    next = talking.next();
                    if (next.startsWith("GRAB_JOB_UNIQ")) {
                        talking.send(assign("H:" + ++handed, "sleep", "", "0.02"));
                    }
                } catch (IOException e) {
                    break;
                }
                if (next.startsWith("ECHO_REQ")) {
                    assertFalse(pinged, "a second ping though the first is not answered");
                    pinged = true;
                }
            }
            assertTrue(pinged && handed > 1, handed + " jobs");
        }
        log.await("server_away");
        assertTrue(log.with("server_away").get(0).contains("no answer to a ping within 0.3 s"));
    }

    @Test
    void shouldStayWithAServerThatAnswersPingsHoweverMuchIsSaid() throws IOException {
        start(1, IMPATIENT);
        try (Peer peer = server.accept()) {
            for (int handed = 0; handed < 30; ) {
                if (peer.nextButPings().startsWith("GRAB_JOB_UNIQ")) {
                    peer.send(assign("H:" + ++handed, "sleep", "", "0.02"));
                }
            }
        }
        assertEquals(0, log.with("no answer").size());
    }

    @Test
    void shouldConnectAgainWhenServerHandsOutWhatNobodyAskedFor() throws IOException {
        start(2, PATIENT);
        greeted().send(res(NO_JOB), assign("H:1", "a")).expect(req(PRE_SLEEP));
        greeted().hangUp();
        assertTrue(log.with("server_away").get(0).contains("JOB_ASSIGN_UNIQ unasked"));
    }

    @Test
    void shouldCloseSleepingConnectionWhenStopped() throws Exception {
        start(1, PATIENT);
        try (Peer peer = greeted()) {
            peer.send(res(NO_JOB)).expect(req(PRE_SLEEP));
            worker.stop();
            peer.expectEnd();
        }
        awaitEnd();
        assertEquals(0, log.with("server_away").size());
    }

    @Test
    void shouldPostWhatRunsAndWhatIsOnItsWayBeforeItStops() throws Exception {
        start(2, PATIENT);
        try (Peer peer = greeted()) {
            peer.send(assign("H:1", "a")).expect(req(GRAB_JOB_UNIQ));
            functions.awaitEntered("a");
            worker.stop();
            // The answer to what was asked before.
            peer.send(assign("H:2", "b"));
            functions.awaitEntered("b");
            functions.open("b");
            peer.expect(req(WORK_COMPLETE, "H:2", "b"), req(ECHO_REQ, "posted")).send(res(ECHO_RES, "posted"));
            functions.open("a");
            peer.expect(req(WORK_COMPLETE, "H:1", "a"), req(ECHO_REQ, "posted"))
                    .send(res(ECHO_RES, "posted"))
                    .expectEnd();
        }
        awaitEnd();
        assertEquals(0, log.with("result_lost").size());
    }

    @Test
    void shouldNotWaitForJobsOfALostConnectionWhenStopped() throws Exception {
        start(1, PATIENT);
        Peer peer = greeted().send(assign("H:1", "a"));
        functions.awaitEntered("a");
        worker.stop();
        peer.reset();
        awaitEnd();
    }

    // ---- what functions say ----

    @Test
    void shouldTellFunctionsWhichRunOfWhichJobTheyAre() throws IOException {
        start(1, PATIENT);
        try (Peer peer = greeted().send(res(OPTION_RES, "cancel"), res(OPTION_RES, "attempt"))) {
            peer.send(assign("H:1", "which", "mine", ""))
                    .expect(req(WORK_COMPLETE, "H:1", "1 of mine"), req(GRAB_JOB_UNIQ))
                    .send(res(OPTION_RES, "attempt=3"), assign("H:2", "which", "", ""))
                    .expect(req(WORK_COMPLETE, "H:2", "3 of "), req(GRAB_JOB_UNIQ))
                    .send(assign("H:3", "which", "", ""))
                    .expect(req(WORK_COMPLETE, "H:3", "1 of "), req(GRAB_JOB_UNIQ));
        }
    }

    @Test
    void shouldSendDataAndWarningsBeforeTheResult() throws IOException {
        start(1, PATIENT);
        try (Peer peer = greeted().send(assign("H:1", "report", "", "1"))) {
            peer.expect(
                    req(WORK_STATUS, "H:1", "1", "1"),
                    req(WORK_DATA, "H:1", "a part"),
                    req(WORK_WARNING, "H:1", "take care"),
                    req(WORK_COMPLETE, "H:1", "said"),
                    req(GRAB_JOB_UNIQ));
        }
    }

    @Test
    void shouldSendProgressAtASaneRateAndTheLastBeforeTheEnd() throws IOException {
        start(1, PATIENT);
        int most = 2_000_000;
        try (Peer peer = greeted()) {
            long begunNanos = System.nanoTime();
            peer.send(assign("H:1", "report", "", "" + most));
            List<String> statuses = new ArrayList<>();
            for (String next = peer.next(); !next.startsWith("WORK_COMPLETE"); next = peer.next()) {
                if (next.startsWith("WORK_STATUS")) {
                    statuses.add(next);
                }
            }
            long tenths = (System.nanoTime() - begunNanos) / 100_000_000;
            assertEquals("WORK_STATUS H:1|1|" + most, statuses.get(0));
            assertEquals("WORK_STATUS H:1|" + most + "|" + most, statuses.get(statuses.size() - 1));
            assertTrue(statuses.size() <= tenths + 2, statuses.size() + " in " + tenths + " tenths of a second");
        }
    }

    @Test
    void shouldSendProgressThatWasSaidTooSoonWhileTheFunctionGoesOn() throws IOException {
        start(1, PATIENT);
        try (Peer peer = greeted().send(assign("H:1", "a"))) {
            JobContext job = functions.context("a");
            job.progress(1, 3);
            job.progress(2, 3);
            peer.expect(req(WORK_STATUS, "H:1", "1", "3"), req(WORK_STATUS, "H:1", "2", "3"));
            functions.open("a");
            peer.expect(req(WORK_COMPLETE, "H:1", "a"), req(GRAB_JOB_UNIQ));
        }
    }

    @Test
    void shouldDropWhatIsSaidAfterTheEnd() throws IOException {
        start(1, PATIENT);
        functions.open("a");
        try (Peer peer = greeted().send(assign("H:1", "a"))) {
            peer.expect(req(WORK_COMPLETE, "H:1", "a"), req(GRAB_JOB_UNIQ));
            JobContext job = functions.context("a");
            job.progress(1, 3);
            job.data("late");
            job.warning("late");
            peer.send(assign("H:2", "which", "", "")).expect(req(WORK_COMPLETE, "H:2", "1 of "), req(GRAB_JOB_UNIQ));
        }
    }

    @Test
    void shouldDropWhatIsSaidAfterItsConnectionWasLost() throws IOException {
        start(1, PATIENT);
        Peer first = greeted().send(assign("H:1", "a"));
        JobContext job = functions.context("a");
        first.reset();
        try (Peer second = met().expect(req(CAN_DO, "gated"))) {
            job.progress(1, 3);
            job.data("late");
            job.warning("late");
            functions.open("a");
            second.expect(req(GRAB_JOB_UNIQ));
        }
    }

    @Test
    void shouldFailAFunctionThatSaysWhatDoesNotFitIntoAPacket() throws IOException {
        start(1, PATIENT);
        try (Peer peer = greeted()) {
            peer.send(assign("H:1", "say_much", "", "997"))
                    .expect(req(
                            WORK_EXCEPTION,
                            "H:1",
                            "say_much failed: a text of 997 bytes is too long to be posted, at most 996 can be"
                                    + " ([Server] max_packet) (IllegalArgumentException)"))
                    .expect(req(GRAB_JOB_UNIQ))
                    .send(assign("H:2", "say_much", "", "996"))
                    .expect(req(WORK_DATA, "H:2", "x".repeat(996)), req(WORK_COMPLETE, "H:2", ""), req(GRAB_JOB_UNIQ));
        }
    }

    @Test
    void shouldRefuseProgressBelowZero() throws IOException {
        start(1, PATIENT);
        try (Peer peer = greeted().send(assign("H:1", "a"))) {
            JobContext job = functions.context("a");
            assertEquals(
                    "progress takes two numbers of 0 or more, not -1 of 3",
                    assertThrows(IllegalArgumentException.class, () -> job.progress(-1, 3))
                            .getMessage());
            assertThrows(IllegalArgumentException.class, () -> job.progress(1, -3));
            assertThrows(NullPointerException.class, () -> job.data(null));
            functions.open("a");
            peer.expect(req(WORK_COMPLETE, "H:1", "a"));
        }
    }

    // ---- cancel ----

    @Test
    void shouldGoOnWithoutTheOptionsOfAServerThatHasNone() throws IOException {
        start(1, PATIENT);
        byte[] unknown = res(ERROR, "UNKNOWN_OPTION", "Server does not recognize given option");
        functions.open("a");
        try (Peer peer = greeted().send(unknown, unknown, assign("H:1", "a"))) {
            peer.expect(req(WORK_COMPLETE, "H:1", "a"), req(GRAB_JOB_UNIQ));
        }
        assertEquals(2, log.with("INFO refused").size());
        assertEquals(0, log.with("WARN refused").size());
    }

    @Test
    void shouldInterruptACancelledJobAndPostNothing() throws IOException {
        start(1, PATIENT);
        try (Peer peer = greeted().send(assign("H:1", "a"))) {
            JobContext job = functions.context("a");
            assertFalse(job.cancelled());
            peer.send(res(WORK_FAIL, "H:1"));
            functions.awaitInterrupted("a");
            assertTrue(job.cancelled());
            peer.expect(req(GRAB_JOB_UNIQ)).send(res(NO_JOB)).expect(req(PRE_SLEEP));
        }
        assertEquals(
                1, log.with("ended handle=H:1 call=gated(a) outcome=cancelled").size());
        assertEquals(0, log.with("result_lost").size());
    }

    @Test
    void shouldKeepTheSlotOfACancelledJobUntilItsFunctionReturns() throws IOException {
        start(1, PATIENT);
        try (Peer peer = greeted().send(assign("H:1", "stubborn", "", "a"))) {
            JobContext job = functions.context("a");
            peer.send(res(WORK_FAIL, "H:1"));
            functions.awaitInterrupted("a");
            job.data("unwanted");
            functions.become("gated", "one");
            functions.become("gated", "one", "two");
            // No GRAB between: no slot is free.
            peer.expect(req(CAN_DO, "one"), req(CAN_DO, "two"));
            functions.open("a");
            peer.expect(req(GRAB_JOB_UNIQ)).send(assign("H:2", "which", "", ""));
            peer.expect(req(WORK_COMPLETE, "H:2", "1 of "), req(GRAB_JOB_UNIQ));
        }
    }

    @Test
    void shouldTellTheRunsOfOneJobApart() throws IOException {
        start(2, PATIENT);
        try (Peer peer = greeted().send(assign("H:1", "stubborn", "", "first"))) {
            functions.awaitEntered("first");
            peer.expect(req(GRAB_JOB_UNIQ))
                    .send(res(WORK_FAIL, "H:1"), res(OPTION_RES, "attempt=2"), assign("H:1", "gated", "", "second"));
            assertEquals(2, functions.context("second").attempt());
            functions.awaitInterrupted("first");
            assertFalse(functions.context("second").cancelled());
            functions.open("first");
            peer.expect(req(GRAB_JOB_UNIQ));
            functions.open("second");
            peer.expect(req(WORK_COMPLETE, "H:1", "second"), req(GRAB_JOB_UNIQ));
        }
    }

    @Test
    void shouldIgnoreTheCancelOfAJobItDoesNotRun() throws IOException {
        start(1, PATIENT);
        functions.open("a");
        try (Peer peer = greeted().send(res(WORK_FAIL, "H:9"), assign("H:1", "a"))) {
            peer.expect(req(WORK_COMPLETE, "H:1", "a"), req(GRAB_JOB_UNIQ))
                    .send(res(WORK_FAIL, "H:1"), res(NO_JOB))
                    .expect(req(PRE_SLEEP));
        }
    }

    @Test
    void shouldWaitForACancelledFunctionWhenStopped() throws Exception {
        start(1, PATIENT);
        try (Peer peer = greeted().send(assign("H:1", "stubborn", "", "a"))) {
            functions.awaitEntered("a");
            peer.send(res(WORK_FAIL, "H:1"));
            functions.awaitInterrupted("a");
            worker.stop();
            functions.open("a");
            peer.expect(req(ECHO_REQ, "posted")).send(res(ECHO_RES, "posted")).expectEnd();
        }
        awaitEnd();
    }

    // ---- batches and whole calls ----

    @Test
    void shouldRunBatchesAndWholeCalls() throws IOException {
        start(1, PATIENT);
        try (Peer peer = greeted()) {
            peer.send(assign("H:1", "add[]", "", "1,2\n3\n4,5"))
                    .expect(req(WORK_COMPLETE, "H:1", "3\n\\!add takes 2 arguments, got 1\n9\n"), req(GRAB_JOB_UNIQ))
                    .send(assign("H:2", "call[]", "", "add(1,2)\nhello_world\n"))
                    .expect(req(WORK_COMPLETE, "H:2", "3\nHello World\n"), req(GRAB_JOB_UNIQ))
                    .send(assign("H:3", "call", "", "add(1,2)"))
                    .expect(req(WORK_COMPLETE, "H:3", "3"), req(GRAB_JOB_UNIQ))
                    .send(assign("H:4", "report[]", "", "5"))
                    // Of a line only the warning: progress and data would be taken for those of the job.
                    .expect(
                            req(WORK_WARNING, "H:4", "take care"),
                            req(WORK_COMPLETE, "H:4", "said\n"),
                            req(GRAB_JOB_UNIQ));
        }
        assertEquals(
                1,
                log.with("call=\"add[](1,2 ... 3 lines)\" outcome=done result=\"3 ... 3 lines\"")
                        .size());
    }

    @Test
    void shouldStopACancelledBatch() throws IOException {
        start(1, PATIENT);
        try (Peer peer = greeted().send(assign("H:1", "gated[]", "", "a\nb\nc"))) {
            functions.open("a");
            functions.awaitEntered("b");
            peer.send(res(WORK_FAIL, "H:1"));
            functions.awaitInterrupted("b");
            peer.expect(req(GRAB_JOB_UNIQ));
        }
    }

    // ---- the time limit ----

    @Test
    void shouldFailAndGiveUpAFunctionThatTakesTooLong() throws IOException {
        start(1, PATIENT, limit(50));
        try (Peer peer = greeted().send(assign("H:1", "stubborn", "", "a"))) {
            peer.expect(
                    req(WORK_EXCEPTION, "H:1", "stubborn took longer than 0.05 s ([Client] function_timeout)"),
                    req(GRAB_JOB_UNIQ));
            functions.awaitInterrupted("a");
            assertTrue(functions.context("a").cancelled());
            functions.context("a").data("late");
            // The slot goes on, although its thread does not come back.
            peer.send(assign("H:2", "which", "", "")).expect(req(WORK_COMPLETE, "H:2", "1 of "), req(GRAB_JOB_UNIQ));
            functions.open("a");
            log.await("INFO overdue_returned function=stubborn handle=H:1");
            peer.send(assign("H:3", "which", "", "")).expect(req(WORK_COMPLETE, "H:3", "1 of "), req(GRAB_JOB_UNIQ));
        }
        List<String> errors = log.with("ERROR");
        assertEquals(1, errors.size(), errors.toString());
        assertTrue(errors.get(0).startsWith("ERROR overdue function=stubborn handle=H:1 "), errors.get(0));
        assertTrue(errors.get(0).contains("limit=\"0.05 s ([Client] function_timeout)\""), errors.get(0));
    }

    @Test
    void shouldGiveUpFunctionsThatObeyJustAsWell() throws IOException {
        start(1, PATIENT, limit(20));
        try (Peer peer = greeted()) {
            // Each comes back at once, perhaps before its thread has been replaced.
            for (int i = 0; i < 20; i++) {
                peer.send(assign("H:" + i, "gated", "", "" + i))
                        .expect(
                                req(
                                        WORK_EXCEPTION,
                                        "H:" + i,
                                        "gated took longer than 0.02 s ([Client] function_timeout)"),
                                req(GRAB_JOB_UNIQ));
            }
        }
        assertEquals(20, log.with("ERROR overdue").size());
    }

    @Test
    void shouldCountTheTimeOfEachLineOfABatch() throws IOException {
        start(1, PATIENT, limit(1000));
        try (Peer peer = greeted().send(assign("H:1", "sleep[]", "", "0.15\n".repeat(9)))) {
            peer.expect(req(WORK_COMPLETE, "H:1", "\n".repeat(9)), req(GRAB_JOB_UNIQ));
        }
    }

    @Test
    void shouldFailABatchWhoseLineTakesTooLong() throws IOException {
        start(1, PATIENT, limit(50));
        functions.open("a");
        try (Peer peer = greeted().send(assign("H:1", "stubborn[]", "", "a\nb\n"))) {
            peer.expect(
                    req(
                            WORK_EXCEPTION,
                            "H:1",
                            "a line of stubborn[] took longer than 0.05 s ([Client] function_timeout)"),
                    req(GRAB_JOB_UNIQ));
            functions.open("b");
        }
    }

    @Test
    void shouldEndTheProcessInsteadWhereItIsStartedAgain() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        start(1, PATIENT, new TimeLimit(Duration.ofMillis(50), Optional.of(ended::countDown)));
        try (Peer peer = greeted().send(assign("H:1", "stubborn", "", "a"))) {
            assertTrue(ended.await(10, TimeUnit.SECONDS));
            assertEquals(
                    1, log.with("ERROR overdue function=stubborn handle=H:1 ").size());
            functions.become("gated", "one");
            // Nothing has been posted but why the server will run the job again.
            String warning =
                    "stubborn took longer than 0.05 s ([Client] function_timeout); the process of its worker ends";
            peer.expect(req(WORK_WARNING, "H:1", warning), req(CAN_DO, "one"));
            functions.open("a");
        }
    }

    @Test
    void shouldNotPostTheEndOfACancelledJobThatWasGivenUp() throws IOException {
        start(1, PATIENT, limit(300));
        try (Peer peer = greeted().send(assign("H:1", "stubborn", "", "a"))) {
            functions.awaitEntered("a");
            peer.send(res(WORK_FAIL, "H:1")).expect(req(GRAB_JOB_UNIQ));
            functions.open("a");
        }
    }
}
