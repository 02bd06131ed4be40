package io.kookoo.client.run;

import static io.kookoo.client.net.ScriptedServer.req;
import static io.kookoo.client.net.ScriptedServer.res;
import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.HostName;
import io.kookoo.client.LogLines;
import io.kookoo.client.net.Backoff;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.Connector;
import io.kookoo.client.net.ReconnectLoop;
import io.kookoo.client.net.ScriptedServer;
import io.kookoo.client.net.ScriptedServer.Peer;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PollerTest {
    private static final ConnectionLimits PATIENT = ConnectionLimits.ofSizes(1 << 20, 1 << 10);
    private static final ConnectionLimits IMPATIENT = new ConnectionLimits(
            Duration.ofSeconds(5), Duration.ofMillis(20), Duration.ofMillis(300), 1 << 20, 1 << 10);
    private static final Duration SOON = Duration.ofMillis(1);
    private static final Duration NEVER = Duration.ofDays(1);

    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
    private final ScriptedServer server = new ScriptedServer();
    private final GatedFunctions functions = new GatedFunctions();
    private final LogLines log = new LogLines();
    private Poller poller;
    private Thread thread;

    private void start(Duration interval, ConnectionLimits limits) {
        start(interval, limits, TimeLimit.NONE);
    }

    private void start(Duration interval, ConnectionLimits limits, TimeLimit limit) {
        JobLog jobLog = new JobLog(200, System::nanoTime);
        poller = new Poller(
                new ReconnectLoop("poller", new Connector(server.address(), limits, watch), new Backoff(new Random())),
                new JobRunner(functions, jobLog, 1000, limit, new SlotThreads("call-", 1), watch, watch),
                jobLog,
                interval,
                Identity.ofClient("box/1"));
        thread = new Thread(() -> {
            try {
                poller.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private Peer greeted() throws IOException {
        return server.accept()
                .expect(req(SET_CLIENT_ID, "box/1"), req(OPTION_REQ, "catalog"))
                .send(res(OPTION_RES, "catalog"));
    }

    private void awaitEnd() throws InterruptedException {
        thread.join(TimeUnit.SECONDS.toMillis(10));
        assertTrue(!thread.isAlive(), "the poller has not ended");
    }

    @AfterEach
    void end() throws Exception {
        poller.stop();
        server.close();
        watch.shutdownNow();
        // What a poller says at its end must not stand in the next test's log.
        thread.join(5_000);
        assertFalse(thread.isAlive());
        log.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TOO_MANY_CONNECTIONS", "TLS_REQUIRED"})
    void shouldTryMoreAndMoreSeldomWhileItIsTurnedAway(String code) throws Exception {
        start(Duration.ZERO, PATIENT);
        long begun = System.nanoTime();
        for (int i = 0; i < 5; i++) {
            try (Peer peer = server.accept()) {
                peer.expect(req(SET_CLIENT_ID, "box/1"), req(OPTION_REQ, "catalog"))
                        .send(res(ERROR, code, "not now"))
                        .expectEnd();
            }
        }
        // 100, 200, 400 and 800 ms at least. Who takes a refusal for an answer begins anew each time, with at most 200.
        assertTrue(System.nanoTime() - begun > TimeUnit.MILLISECONDS.toNanos(1_400), "tried too often");
    }

    @Test
    void shouldPostFailureAsExceptionAlone() throws IOException {
        start(Duration.ZERO, PATIENT);
        try (Peer peer = greeted()) {
            peer.expect(req(GRAB_JOB))
                    .send(res(JOB_ASSIGN, "H:1", "pow_2", "7,9"))
                    .expect(req(WORK_EXCEPTION, "H:1", "pow_2 takes 1 argument, got 2"), req(GRAB_JOB))
                    .send(res(JOB_ASSIGN, "H:2", "no_such", ""))
                    .expect(
                            req(
                                    WORK_EXCEPTION,
                                    "H:2",
                                    "no such function: no_such, at the worker "
                                            + HostName.withPid(
                                                    ProcessHandle.current().pid())
                                            + "; `client.jar functions` lists those it has"),
                            req(GRAB_JOB));
        }
        assertEquals(1, log.with("call=pow_2(7,9) outcome=failed").size());
    }

    @Test
    void shouldFailCallWhoseResultIsTooLargeToPost() throws IOException {
        start(Duration.ZERO, PATIENT);
        try (Peer peer = greeted()) {
            peer.expect(req(GRAB_JOB))
                    .send(res(JOB_ASSIGN, "H:1", "echo", "x".repeat(996)))
                    .expect(req(WORK_COMPLETE, "H:1", "x".repeat(996)), req(GRAB_JOB))
                    .send(res(JOB_ASSIGN, "H:2", "echo", "x".repeat(997)))
                    .expect(
                            req(
                                    WORK_EXCEPTION,
                                    "H:2",
                                    "the result of echo has 997 bytes, at most 996 can be posted ([Server] max_packet)"),
                            req(GRAB_JOB));
        }
    }

    @Test
    void shouldSayThatServerHasNoCatalogAndStayConnected() throws Exception {
        start(SOON, PATIENT);
        try (Peer peer = server.accept()) {
            peer.expect(req(SET_CLIENT_ID, "box/1"), req(OPTION_REQ, "catalog"))
                    .send(res(ERROR, "UNKNOWN_OPTION", "Server does not recognize given option"));
            while (log.with("no_catalog").isEmpty()) {
                Thread.onSpinWait();
            }
            poller.stop();
            peer.expectEnd();
        }
        awaitEnd();
        assertTrue(log.with("no_catalog").get(0).contains("UNKNOWN_OPTION Server does not recognize given option"));
    }

    @Test
    void shouldPostAndAskAgainTogetherWithIntervalZero() throws IOException {
        start(Duration.ZERO, PATIENT);
        try (Peer peer = greeted()) {
            peer.expect(req(GRAB_JOB));
            for (int i = 1; i <= 100; i++) {
                peer.send(res(JOB_ASSIGN, "H:" + i, "add", i + ",1"))
                        .expect(req(WORK_COMPLETE, "H:" + i, "" + (i + 1)), req(GRAB_JOB));
            }
        }
    }

    @Test
    void shouldMakeSureOfThePostBeforeTheInterval() throws IOException {
        start(SOON, PATIENT);
        try (Peer peer = greeted()) {
            peer.expect(req(GRAB_JOB))
                    .send(res(JOB_ASSIGN, "H:1", "add", "1,2"))
                    .expect(req(WORK_COMPLETE, "H:1", "3"), req(ECHO_REQ, "posted"))
                    .send(res(NOOP), res(ECHO_RES, "posted"))
                    .expect(req(GRAB_JOB))
                    .send(res(NO_JOB))
                    .expect(req(GRAB_JOB));
        }
    }

    @Test
    void shouldGoOnWhenServerKnowsTheJobNoMore() throws IOException {
        start(Duration.ZERO, PATIENT);
        try (Peer peer = greeted()) {
            peer.expect(req(GRAB_JOB))
                    .send(res(JOB_ASSIGN, "H:1", "add", "1,2"))
                    .expect(req(WORK_COMPLETE, "H:1", "3"), req(GRAB_JOB))
                    .send(res(ERROR, "JOB_NOT_FOUND", "Job given in work result not found"), res(NO_JOB))
                    .expect(req(GRAB_JOB));
        }
        assertEquals(1, log.with("result_refused").size());
    }

    @Test
    void shouldLogLostOnceAndConnectAgainAfterReset() throws IOException {
        start(NEVER, PATIENT);
        Peer first = greeted().expect(req(GRAB_JOB)).send(res(JOB_ASSIGN, "H:1", "gated", "7"));
        functions.awaitEntered("7");
        first.reset();
        functions.open("7");
        try (Peer second = greeted()) {
            second.expect(req(GRAB_JOB));
            assertEquals(
                    1, log.with("result_lost handle=H:1 call=gated(7) result=7").size());
            assertEquals(1, log.with("server_away").size());
            assertEquals(1, log.with("server_back connection=poller").size());
        }
    }

    @Test
    void shouldCountResultAsLostThatTheServerHasNotAnswered() throws IOException {
        start(Duration.ZERO, PATIENT);
        Peer first = greeted().expect(req(GRAB_JOB)).send(res(JOB_ASSIGN, "H:1", "add", "1,2"));
        first.expect(req(WORK_COMPLETE, "H:1", "3"), req(GRAB_JOB)).hangUp();
        try (Peer second = greeted()) {
            second.expect(req(GRAB_JOB));
        }
        assertEquals(1, log.with("result_lost handle=H:1").size());
    }

    @Test
    void shouldConnectAgainWhenServerClosesInTheMiddleOfAPacket() throws IOException {
        start(Duration.ZERO, PATIENT);
        byte[] half = res(JOB_ASSIGN, "H:1", "add", "1,2");
        greeted().expect(req(GRAB_JOB)).send(Arrays.copyOf(half, 20)).hangUp();
        try (Peer second = greeted()) {
            second.expect(req(GRAB_JOB));
        }
        assertEquals(0, log.with("result_lost").size());
    }

    @Test
    void shouldConnectAgainWhenServerStopsAnswering() throws IOException {
        start(Duration.ZERO, IMPATIENT);
        try (Peer silent = server.accept();
                Peer second = server.accept()) {
            assertEquals("SET_CLIENT_ID box/1", second.nextButPings());
            silent.expect(req(SET_CLIENT_ID, "box/1"), req(OPTION_REQ, "catalog"), req(ECHO_REQ, "kookoo-ping"));
            silent.expectEnd();
        }
        assertTrue(log.with("server_away").get(0).contains("no answer to a ping within 0.3 s"));
    }

    @Test
    void shouldPingWhileItsFunctionRuns() throws IOException {
        start(Duration.ZERO, IMPATIENT);
        try (Peer peer = running("7")) {
            String ping = peer.next();
            assertEquals("ECHO_REQ kookoo-ping", ping);
            // For longer than the ping timeout.
            for (int i = 0; i < 20; i++) {
                peer.answerPing(ping);
                ping = peer.next();
                assertTrue(ping.matches("ECHO_REQ kookoo-ping rtt_us=\\d+"), ping);
            }
            peer.answerPing(ping);
            functions.open("7");
            assertEquals("WORK_COMPLETE H:1|7", peer.nextButPings());
            assertEquals("GRAB_JOB ", peer.nextButPings());
            assertEquals(0, log.with("server_away").size());
        }
    }

    @Test
    void shouldFindWhatCameWhileItsFunctionRan() throws IOException {
        start(Duration.ZERO, IMPATIENT);
        try (Peer peer = running("7")) {
            String ping = peer.next();
            peer.send(res(ERROR, "JOB_NOT_FOUND", "gone"), res(JOB_ASSIGN, "H:2", "add", "1,2"));
            // Once these are answered all that came before is read.
            peer.answerPing(ping);
            peer.answerPing(peer.next());
            functions.open("7");
            assertEquals("WORK_COMPLETE H:1|7", peer.nextButPings());
            assertEquals("GRAB_JOB ", peer.nextButPings());
            assertEquals("WORK_COMPLETE H:2|3", peer.nextButPings());
            assertEquals("GRAB_JOB ", peer.nextButPings());
        }
        assertEquals(1, log.with("result_refused").size());
    }

    @Test
    void shouldLeaveServerThatStopsAnsweringWhileItsFunctionRuns() throws IOException {
        start(Duration.ZERO, IMPATIENT);
        try (Peer silent = running("7")) {
            silent.answerPing(silent.next());
            // The last one, though the function still runs, and nobody reads.
            silent.next();
            silent.expectEnd();
            functions.open("7");
            try (Peer second = server.accept()) {
                assertEquals("SET_CLIENT_ID box/1", second.nextButPings());
            }
        }
        String lost = log.with("result_lost handle=H:1").get(0);
        assertTrue(lost.contains(" reason=\"no answer to a ping within 0.3 s\""), lost);
    }

    @Test
    void shouldNoticeWhileItsFunctionRunsThatTheServerHasGone() throws IOException {
        start(Duration.ZERO, IMPATIENT);
        Peer peer = running("7");
        peer.nextType();
        peer.hangUp();
        server.close();
        functions.open("7");
        log.await("result_lost handle=H:1");
    }

    @Test
    void shouldLeaveServerThatStopsAnsweringInTheMiddleOfTheInterval() throws IOException {
        start(NEVER, IMPATIENT);
        try (Peer silent = server.accept()) {
            assertEquals("SET_CLIENT_ID box/1", silent.nextButPings());
            assertEquals("OPTION_REQ catalog", silent.nextButPings());
            silent.send(res(OPTION_RES, "catalog"));
            assertEquals("GRAB_JOB ", silent.nextButPings());
            silent.send(res(NO_JOB));
            try (Peer second = server.accept()) {
                assertEquals("SET_CLIENT_ID box/1", second.nextButPings());
            }
        }
        assertTrue(log.with("server_away").get(0).contains("no answer to a ping within 0.3 s"));
    }

    /** A poller in the function that waits for this argument, impatient for answers to its pings. */
    private Peer running(String argument) throws IOException {
        Peer peer = server.accept();
        assertEquals("SET_CLIENT_ID box/1", peer.nextButPings());
        assertEquals("OPTION_REQ catalog", peer.nextButPings());
        peer.send(res(OPTION_RES, "catalog"));
        assertEquals("GRAB_JOB ", peer.nextButPings());
        peer.send(res(JOB_ASSIGN, "H:1", "gated", argument));
        functions.awaitEntered(argument);
        return peer;
    }

    @Test
    void shouldNotCountServerAsBackThatAcceptsAndSaysNothing() throws IOException {
        start(Duration.ZERO, PATIENT);
        for (int i = 0; i < 3; i++) {
            server.accept().hangUp();
        }
        try (Peer peer = greeted()) {
            peer.expect(req(GRAB_JOB));
            assertEquals(1, log.with("server_away").size());
        }
        assertTrue(
                log.with("server_back").get(0).endsWith("failures=3"),
                log.with("server_back").toString());
    }

    @Test
    void shouldPostTheRunningCallBeforeItStops() throws Exception {
        start(Duration.ZERO, PATIENT);
        try (Peer peer = greeted()) {
            peer.expect(req(GRAB_JOB)).send(res(JOB_ASSIGN, "H:1", "gated", "7"));
            functions.awaitEntered("7");
            poller.stop();
            functions.open("7");
            peer.expect(req(WORK_COMPLETE, "H:1", "7"), req(ECHO_REQ, "posted"))
                    .send(res(ECHO_RES, "posted"))
                    .expectEnd();
        }
        awaitEnd();
        assertEquals(0, log.with("result_lost").size());
    }

    @Test
    void shouldStopInTheMiddleOfTheInterval() throws Exception {
        start(NEVER, PATIENT);
        try (Peer peer = greeted()) {
            peer.expect(req(GRAB_JOB)).send(res(NO_JOB));
            poller.stop();
            peer.expectEnd();
        }
        awaitEnd();
    }

    @Test
    void shouldGiveItsFunctionsAContext() throws IOException {
        start(Duration.ZERO, PATIENT);
        try (Peer peer = greeted()) {
            peer.expect(req(GRAB_JOB))
                    .send(res(JOB_ASSIGN, "H:1", "report", "1"))
                    .expect(
                            req(WORK_STATUS, "H:1", "1", "1"),
                            req(WORK_DATA, "H:1", "a part"),
                            req(WORK_WARNING, "H:1", "take care"),
                            req(WORK_COMPLETE, "H:1", "said"),
                            req(GRAB_JOB))
                    .send(res(JOB_ASSIGN, "H:2", "which", ""))
                    .expect(req(WORK_COMPLETE, "H:2", "1 of "), req(GRAB_JOB));
        }
    }

    @Test
    void shouldGiveUpAFunctionThatTakesTooLong() throws IOException {
        start(Duration.ZERO, PATIENT, new TimeLimit(Duration.ofMillis(50), Optional.empty()));
        try (Peer peer = greeted()) {
            for (int i = 1; i <= 2; i++) {
                String handle = "H:" + i;
                peer.expect(req(GRAB_JOB))
                        .send(res(JOB_ASSIGN, handle, "stubborn", handle))
                        .expect(req(
                                WORK_EXCEPTION,
                                handle,
                                "stubborn took longer than 0.05 s ([Client] function_timeout)"));
                functions.awaitInterrupted(handle);
            }
            functions.open("H:1");
            functions.open("H:2");
            peer.expect(req(GRAB_JOB))
                    .send(res(JOB_ASSIGN, "H:3", "hello_world", ""))
                    .expect(req(WORK_COMPLETE, "H:3", "Hello World"), req(GRAB_JOB));
        }
        assertEquals(1, log.with("ERROR overdue function=stubborn handle=H:1 ").size());
    }
}
