package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a server holds at most; docs/operations.md, Limits. Those of packets, lines and outboxes are in FramingTest and SlowPeerTest. */
final class LimitsTest {
    /** Looks until so many connections are open; each look takes a moment. */
    private static void awaitConnections(RunningServer server, WireClient client, int count) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (server.server().connectionCount() != count && System.nanoTime() < end) {
            client.expectNothingBeforeEcho();
        }
        assertEquals(count, server.server().connectionCount());
    }

    @Test
    void shouldRefuseConnectionsBeyondTheLimitAndTakeOneAgainWhenOneHasGone() {
        try (RunningServer server =
                new RunningServer().with("max-connections", "2").start()) {
            WireClient first = server.connect().expectNothingBeforeEcho();
            WireClient second = server.connect().expectNothingBeforeEcho();
            for (int i = 0; i < 3; i++) {
                server.connect()
                        .expect(
                                ERROR,
                                "TOO_MANY_CONNECTIONS",
                                "this server has 2 connections, the most it may have; try again later")
                        .expectClosed();
            }
            assertEquals(
                    1, server.log().with("WARN connections_full limit=2").size(), "one line, however many are refused");
            first.expectNothingBeforeEcho();
            second.close();
            awaitConnections(server, first, 1);
            server.connect().expectNothingBeforeEcho();
            server.connect().expectGone();
            server.log().await(2, "WARN connections_full limit=2");
        }
    }

    @Test
    void shouldCloseAConnectionThatDoesNotFinishItsFirstMessage() {
        try (RunningServer server =
                new RunningServer().with("first-message", "0.3").start()) {
            WireClient half = server.connect().sendBytes(new byte[] {0, 'R', 'E'});
            WireClient halfLine = server.connect().sendBytes("stat".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            half.expectGone();
            halfLine.expectGone();
            server.log()
                    .await(
                            2,
                            "DEBUG disconnected",
                            "it has not finished its first message, or shown its token, within PT0.3S");
        }
    }

    @Test
    void shouldKeepAConnectionThatHasSaidNothingYet() {
        try (RunningServer server =
                new RunningServer().with("first-message", "0.3").start()) {
            WireClient spare = server.connect();
            // Later than the one before, and gone already.
            server.connect().sendBytes(new byte[] {0}).expectGone();
            spare.expectNothingBeforeEcho();
        }
    }

    @Test
    void shouldKeepAConnectionThatHasSaidItsFirstMessage() {
        try (RunningServer server =
                new RunningServer().with("first-message", "0.3").start()) {
            WireClient quiet = server.connect().expectNothingBeforeEcho();
            // Later than the one before, and gone already.
            server.connect().sendBytes(new byte[] {0}).expectGone();
            quiet.expectNothingBeforeEcho();
        }
    }

    @Test
    void shouldCloseAConnectionThatDoesNotShowItsToken() {
        try (RunningServer server = new RunningServer()
                .with("first-message", "0.3")
                .withEnvironment("KOOKOO_TOKEN", "secret")
                .start()) {
            WireClient known = server.connect().sendText("auth secret").expectText("OK\r\n");
            server.connect().expectNothingBeforeEcho().expectGone();
            server.connect().expectGone();
            known.expectNothingBeforeEcho();
        }
    }

    @Test
    void shouldRefuseFunctionsOfAWorkerBeyondTheLimit() {
        try (RunningServer server =
                new RunningServer().with("max-functions", "2").start()) {
            WireClient worker = server.worker("a", "b");
            worker.send(CAN_DO, "c")
                    .expect(
                            ERROR,
                            "TOO_MANY_FUNCTIONS",
                            "This worker has announced 2 functions, the most it may ([Server] max_functions)");
            worker.send(CAN_DO_TIMEOUT, "c", "1000");
            assertEquals("TOO_MANY_FUNCTIONS", worker.receive().part(0));
            // Those it has it may announce again, and a place that is free is free.
            worker.send(CAN_DO, "a").send(CANT_DO, "a").send(CAN_DO, "c").expectNothingBeforeEcho();
            server.connect().sendText("status").expectText("a\t0\t0\t0\nb\t0\t0\t1\nc\t0\t0\t1\n.\n");
            server.worker("d", "e").expectNothingBeforeEcho();
        }
    }

    @Test
    void shouldRefuseFunctionsBeyondTheLimitOfAll() {
        try (RunningServer server = new RunningServer()
                .with("max-function-names", "2")
                .with("store", "none")
                .start()) {
            String refused = "There are 2 functions, the most there may be ([Server] max_function_names); drop function"
                    + " forgets one";
            WireClient client = server.connect();
            client.send(SUBMIT_JOB_BG, "a", "", "").expectHandle();
            client.sendText("create function b").expectText("OK\r\n");
            client.send(SUBMIT_JOB_BG, "c", "", "").expect(ERROR, "QUEUE_ERROR", refused);
            client.send(CAN_DO, "c").expect(ERROR, "TOO_MANY_FUNCTIONS", refused);
            client.sendText("create function c").expectText("ERR TOO_MANY_FUNCTIONS " + refused + "\n");
            client.send(SUBMIT_JOB_BG, "a", "", "").expectHandle();
            client.send(CAN_DO, "b").expectNothingBeforeEcho();
            client.send(CANT_DO, "b").sendText("drop function b").expectText("OK\r\n");
            client.send(SUBMIT_JOB_BG, "c", "", "").expectHandle();
        }
    }

    @Test
    void shouldRefuseJobsBeyondTheLimitOfAllFunctions() {
        try (RunningServer server =
                new RunningServer().with("max-jobs", "3").with("store", "none").start()) {
            WireClient client = server.connect();
            String first = client.send(SUBMIT_JOB_BG, "f", "u", "data").expectHandle();
            client.send(SUBMIT_JOB, "g", "", "data").expectHandle();
            client.send(SUBMIT_JOB_EPOCH, "h", "", "4000000000", "data").expectHandle();
            for (String function : new String[] {"f", "other"}) {
                client.send(SUBMIT_JOB, function, "", "data")
                        .expect(
                                ERROR,
                                "QUEUE_ERROR",
                                "Job queue is full: there are 3 jobs, the most there may be ([Server] max_jobs)");
            }
            // What joins a job is none more.
            client.send(SUBMIT_JOB_BG, "f", "u", "data").expect(JOB_CREATED, first);
            client.sendText("cancel job " + first).expectText("OK\r\n");
            client.send(SUBMIT_JOB_BG, "f", "", "data").expectHandle();
        }
    }

    @Test
    void shouldRefuseJobsWhoseBytesAreBeyondTheLimit() {
        try (RunningServer server = new RunningServer()
                .with("max-jobs-size", "10K")
                .with("store", "none")
                .start()) {
            WireClient client = server.connect();
            String large = "x".repeat(5000);
            String first = client.send(SUBMIT_JOB_BG, "f", "", large).expectHandle();
            client.send(SUBMIT_JOB_BG, "f", "", large)
                    .expect(
                            ERROR,
                            "QUEUE_ERROR",
                            "Job queue is full: with this one jobs would take more than 10240 bytes ([Server] max_jobs_size)");
            // Each job counts 200 bytes besides its workload: 5,200, and 24 of 201 are 10,024.
            for (int i = 0; i < 25; i++) {
                client.send(SUBMIT_JOB_BG, "f", "", "x").expectHandle();
            }
            client.send(SUBMIT_JOB_BG, "f", "", "x");
            assertEquals("QUEUE_ERROR", client.receive().part(0));
            WireClient worker = server.worker("f").send(GRAB_JOB).expect(JOB_ASSIGN, first, "f", large);
            // It is there until it has ended.
            client.send(SUBMIT_JOB_BG, "f", "", "x");
            assertEquals("QUEUE_ERROR", client.receive().part(0));
            worker.send(WORK_COMPLETE, first, "").expectNothingBeforeEcho();
            client.send(SUBMIT_JOB_BG, "f", "", large).expectHandle();
        }
    }

    @Test
    void shouldTakeBackJobsOfItsStoreWhateverTheLimit() {
        try (RunningServer server = new RunningServer().start()) {
            WireClient client = server.connect();
            String first = client.send(SUBMIT_JOB_BG, "f", "", "1").expectHandle();
            client.send(SUBMIT_JOB_BG, "f", "", "2").expectHandle();
            server.with("max-jobs", "1").restart();
            WireClient later = server.connect().send(SUBMIT_JOB_BG, "f", "", "3");
            assertEquals("QUEUE_ERROR", later.receive().part(0));
            later.sendText("status").expectText("f\t2\t0\t0\n.\n");
            server.worker("f").send(GRAB_JOB).expect(JOB_ASSIGN, first, "f", "1");
        }
    }

    @Test
    void shouldBoundChannelsAndSubscriptionsAsTheSettingsSay() {
        try (RunningServer server = new RunningServer()
                .with("max-channels", "5")
                .with("max-subscriptions", "1")
                .start()) {
            WireClient client = server.connect().sendText("create one").expectText("OK one\n");
            client.sendText("create two")
                    .expectText("ERR TOO_MANY_CHANNELS there are 5 channels, the most there may be\n");
            client.sendText("subscribe one").expectText("OK one\n");
            assertTrue(client.sendText("subscribe main_channel")
                    .receiveLine()
                    .startsWith("ERR TOO_MANY_SUBSCRIPTIONS this connection has 1 subscriptions"));
        }
    }
}
