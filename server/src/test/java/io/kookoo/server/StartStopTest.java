package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.server.time.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server needs to start, and the list by which it stops. */
final class StartStopTest {
    @TempDir
    Path folder;

    private static Server.StartException refused(RunningServer neighbour, Map<String, String> options) {
        return assertThrows(
                Server.StartException.class,
                () -> Server.start(
                        neighbour.settings(options),
                        Clock.SYSTEM,
                        neighbour.folder().resolve("client.jar"),
                        graceful -> {}));
    }

    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("kookoo-"))
                .collect(Collectors.toSet());
    }

    // ---- refused ----

    @Test
    void shouldRefuseToStartOnAPortThatIsTaken() {
        try (RunningServer server = new RunningServer().start()) {
            int port = server.server().address().getPort();
            Server.StartException e = refused(server, Map.of("port", "" + port, "store", "none"));
            assertEquals(4, e.exitCode());
            assertTrue(e.getMessage().contains("127.0.0.1:" + port), e.getMessage());
            assertTrue(e.getMessage().contains("--port"), e.getMessage());
            // Whoever was there goes on.
            server.connect().expectNothingBeforeEcho();
        }
    }

    @Test
    void shouldRefuseToStartOnAnAddressThatIsNotHere() {
        try (RunningServer server = new RunningServer().start()) {
            assertEquals(
                    4,
                    refused(server, Map.of("ip", "192.0.2.1", "open", "yes", "store", "none"))
                            .exitCode());
            Server.StartException unknown = refused(server, Map.of("ip", "no.such.host.invalid", "store", "none"));
            assertEquals(4, unknown.exitCode());
            assertTrue(unknown.getMessage().contains("unknown host"), unknown.getMessage());
            assertTrue(unknown.getMessage().contains("--ip"), unknown.getMessage());
        }
    }

    @Test
    void shouldRefuseToStartWithoutItsFileOfFunctions() {
        try (RunningServer server = new RunningServer().start()) {
            Server.StartException e = refused(server, Map.of("functions", "missing.txt"));
            assertEquals(3, e.exitCode());
            assertTrue(e.getMessage().contains("missing.txt does not exist"), e.getMessage());
        }
    }

    @Test
    void shouldRefuseToStartLocalClientsWithoutTheirProgram() {
        try (RunningServer server = new RunningServer().start()) {
            Server.StartException e = refused(server, Map.of("workers", "1"));
            assertEquals(3, e.exitCode());
            assertTrue(e.getMessage().contains("client.jar"), e.getMessage());
        }
    }

    @Test
    void shouldRefuseToStartWhenThePidFileCannotBeWrittenAndLeaveNothingOpen() {
        try (RunningServer server = new RunningServer().start()) {
            Set<String> before = threads();
            Server.StartException e = refused(server, Map.of("pid-file", "no/such/folder/pid", "store", "none"));
            assertEquals(3, e.exitCode());
            assertTrue(e.getMessage().contains("--pid-file"), e.getMessage());
            joinThreads(before);
        }
    }

    // ---- started ----

    @Test
    void shouldWriteThePidFileOnceItListensAndDeleteItAtTheEnd() throws IOException {
        Path pid = folder.resolve("kookoo.pid");
        try (RunningServer server =
                new RunningServer().with("pid-file", pid.toString()).start()) {
            assertEquals(ProcessHandle.current().pid() + "\n", Files.readString(pid));
            server.log()
                    .await("INFO listening on 127.0.0.1:"
                            + server.server().address().getPort());
            server.connect().expectNothingBeforeEcho();
        }
        assertFalse(Files.exists(pid));
        try (var left = Files.list(folder)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void shouldNeverUseAHandleAgainAfterARestart() {
        String first;
        try (RunningServer server = new RunningServer().start()) {
            first = server.connect().send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
        }
        try (RunningServer server = new RunningServer().start()) {
            String second = server.connect().send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
            assertFalse(first.equals(second), first);
        }
    }

    // ---- stopped ----

    @RepeatedTest(20)
    void shouldWaitForRunningJobsAndDeliverTheirResults() {
        RunningServer server =
                new RunningServer().with("shutdown-timeout", "30").start();
        CompletableFuture<Void> stopped = null;
        try {
            WireClient client = server.connect();
            WireClient worker = server.worker("f");
            String running = client.send(SUBMIT_JOB, "f", "", "running").expectHandle();
            client.send(SUBMIT_JOB, "f", "", "queued").expectHandle();
            worker.send(GRAB_JOB).expect(JOB_ASSIGN, running, "f", "running");
            stopped = CompletableFuture.runAsync(server::stop);
            server.log().await("INFO stopping");
            // Which submission is the first to be refused is a matter of moments.
            WireClient.Received answer;
            do {
                answer = client.send(SUBMIT_JOB_BG, "g", "", "").receive();
            } while (answer.type() == JOB_CREATED);
            assertEquals("ERROR[QUEUE_ERROR|Server is shutting down]", answer.toString());
            worker.send(GRAB_JOB).expect(NO_JOB).send(PRE_SLEEP).expectNothingBeforeEcho();
            assertNobodyListens(server);
            worker.send(WORK_COMPLETE, running, "done");
            client.expect(WORK_COMPLETE, running, "done").expectClosed();
            worker.expectClosed();
        } finally {
            if (stopped != null) {
                stopped.join();
            }
            server.close();
        }
    }

    @Test
    void shouldDeliverALongResultBeforeItEnds() {
        RunningServer server =
                new RunningServer().with("shutdown-timeout", "30").start();
        CompletableFuture<Void> stopped = null;
        try {
            WireClient client = server.connect();
            WireClient worker = server.worker("f");
            String handle = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
            worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
            stopped = CompletableFuture.runAsync(server::stop);
            server.log().await("INFO stopping");
            String result = "r".repeat(4_000_000);
            worker.send(WORK_COMPLETE, handle, result);
            client.expect(WORK_COMPLETE, handle, result).expectClosed();
        } finally {
            if (stopped != null) {
                stopped.join();
            }
            server.close();
        }
    }

    @Test
    void shouldNotWaitLongForAPeerThatDoesNotReadItsLastAnswer() {
        RunningServer server = new RunningServer().start();
        WireClient stuck = server.connect(4096);
        stuck.send(ECHO_REQ, "r".repeat(20_000_000));
        WireClient other = server.connect().expectNothingBeforeEcho();
        server.stop();
        other.expectClosed();
        stuck.expectGone();
        server.close();
    }

    /** Refused; or, for the moment that the kernel takes to close a listening socket, reset. */
    private static void assertNobodyListens(RunningServer server) {
        try (WireClient late = new WireClient(server.server().address())) {
            late.expectGone();
        } catch (UncheckedIOException e) {
            assertTrue(e.getCause() instanceof ConnectException, e.toString());
        }
    }

    @Test
    void shouldCutOffJobsThatTakeTooLong() {
        Set<String> before = threads();
        RunningServer server =
                new RunningServer().with("shutdown-timeout", "0.05").start();
        LogLines log = server.log();
        WireClient worker = server.worker("f");
        worker.send(SUBMIT_JOB, "f", "", "").expectHandle();
        worker.send(GRAB_JOB).expectAny(JOB_ASSIGN);
        server.stop();
        assertEquals(1, log.with("WARN jobs_cut_off running=1").size());
        assertEquals(1, log.with("INFO stopped").size());
        worker.expectGone();
        server.close();
        joinThreads(before);
    }

    /** No thread of the server may outlive it. */
    private static void joinThreads(Set<String> before) {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("kookoo-") && !before.contains(thread.getName())) {
                try {
                    thread.join(10_000);
                    assertFalse(thread.isAlive(), thread.getName());
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }
}
