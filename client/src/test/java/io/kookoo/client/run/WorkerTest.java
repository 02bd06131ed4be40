package io.kookoo.client.run;

import static io.kookoo.client.net.ScriptedServer.req;
import static io.kookoo.client.net.ScriptedServer.res;
import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.LogLines;
import io.kookoo.client.net.Backoff;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.Connector;
import io.kookoo.client.net.ReconnectLoop;
import io.kookoo.client.net.ScriptedServer;
import io.kookoo.client.net.ScriptedServer.Peer;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkerTest {
    private static final ConnectionLimits PATIENT = ConnectionLimits.ofSizes(1 << 20, 1 << 10);
    private static final ConnectionLimits IMPATIENT = new ConnectionLimits(
            Duration.ofSeconds(5), Duration.ofMillis(20), Duration.ofMillis(300), 1 << 20, 1 << 10);

    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
    private final ScriptedServer server = new ScriptedServer();
    private final LogLines log = new LogLines();
    private GatedFunctions functions = new GatedFunctions("gated");
    private ExecutorService slots;
    private Worker worker;
    private Thread thread;

    private void start(int threads, ConnectionLimits limits) {
        JobLog jobLog = new JobLog(200, System::nanoTime);
        slots = Executors.newFixedThreadPool(threads);
        worker = new Worker(
                new ReconnectLoop("worker", new Connector(server.address(), limits, watch), new Backoff(new Random())),
                functions,
                new JobRunner(functions, jobLog, 1000),
                jobLog,
                "box/1",
                threads,
                slots);
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
        return server.accept().expect(req(SET_CLIENT_ID, "box/1"), req(CAN_DO, "gated"), req(GRAB_JOB_UNIQ));
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
        slots.shutdownNow();
        // What a worker says at its end must not stand in the next test's log.
        thread.join(5_000);
        assertFalse(thread.isAlive());
        log.close();
    }

    @Test
    void shouldAnnounceEveryNameAsItIs() throws IOException {
        functions = new GatedFunctions("add", "grüße an alle", "f[]");
        start(2, PATIENT);
        try (Peer peer = server.accept()) {
            peer.expect(
                    req(SET_CLIENT_ID, "box/1"),
                    req(CAN_DO, "add"),
                    req(CAN_DO, "grüße an alle"),
                    req(CAN_DO, "f[]"),
                    req(GRAB_JOB_UNIQ));
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
        try (Peer second = server.accept()) {
            second.expect(req(SET_CLIENT_ID, "box/1"), req(CAN_DO, "other"), req(GRAB_JOB_UNIQ));
        }
    }

    @Test
    void shouldLogLostOnceAndUseTheSlotAgainAfterReset() throws IOException {
        start(1, PATIENT);
        Peer first = greeted().send(assign("H:1", "a"));
        functions.awaitEntered("a");
        first.reset();
        try (Peer second = server.accept()) {
            // The only slot still runs the job of the lost connection: nothing is asked yet.
            second.expect(req(SET_CLIENT_ID, "box/1"), req(CAN_DO, "gated"));
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
        try (Peer silent = greeted().send(res(NO_JOB)).expect(req(PRE_SLEEP));
                Peer second = greeted()) {
            silent.expect(req(ECHO_REQ, "kookoo-ping"));
            second.send(res(NO_JOB)).expect(req(PRE_SLEEP));
        }
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
}
