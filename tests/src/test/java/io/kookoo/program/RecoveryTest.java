package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of work when a server, a client, or what is between them goes away without a word. */
class RecoveryTest {
    @TempDir
    Path folder;

    private Path home;

    @BeforeEach
    void makeHome() throws IOException {
        home = RunningProgram.shippedHome(folder.resolve("home"));
        Files.writeString(home.resolve("functions.txt"), "add(1,2)\n");
    }

    private static Predicate<String> awayOrBack(String connection) {
        return line -> !line.contains(" - DEBUG - ")
                && line.contains("connection=" + connection)
                && (line.contains(" server_away ") || line.contains(" server_back "));
    }

    private void assertCallIsAnswered(int port) throws IOException {
        RunningProgram call = RunningProgram.command(home, port, "call", "add(2,3)", "--timeout", "30");
        assertEquals(List.of("5"), call.out(), () -> call.err().toString());
    }

    @Test
    void shouldWorkAgainAfterTheServerWasKilledAndStartedAgain() throws IOException {
        RunningProgram server = RunningProgram.server(home);
        int port = server.port();
        try (RunningProgram client =
                RunningProgram.client(home, port, "--interval", "0.2", "--threads", "2", "--log-level", "DEBUG")) {
            client.awaitOut(line -> line.contains(" ended ") && line.contains("result=3"));
            server.kill();
            for (String connection : List.of("poller", "worker")) {
                client.awaitOut(line -> line.contains(" - DEBUG - server_away ")
                        && line.contains("connection=" + connection)
                        && line.endsWith("failures=3"));
            }
            try (RunningProgram again = RunningProgram.start(home, "server.jar", "--port", Integer.toString(port))) {
                assertEquals(port, again.port());
                again.awaitOut(line -> line.contains(" ended ") && line.contains("result=3"));
                client.awaitOut(line -> line.contains("server_back connection=worker"));
                assertCallIsAnswered(port);
                for (String connection : List.of("poller", "worker")) {
                    List<String> told = client.out(awayOrBack(connection));
                    assertEquals(2, told.size(), told::toString);
                    assertTrue(told.get(0).contains(" - WARNING - server_away "), told::toString);
                    assertTrue(told.get(1).contains(" - INFO - server_back "), told::toString);
                }
            }
        } finally {
            server.close();
        }
    }

    @Test
    void shouldLeaveAConnectionThatHasBecomeABlackHole() throws IOException {
        try (RunningProgram server = RunningProgram.server(home);
                TcpProxy proxy = new TcpProxy(server.port());
                RunningProgram client = RunningProgram.client(home, proxy.port(), "--interval", "0.2")) {
            server.awaitOut(2, line -> line.contains(" ended ") && line.contains("result=3"));
            assertEquals(2, proxy.connections());
            proxy.swallow();
            for (String connection : List.of("poller", "worker")) {
                String away = client.awaitOut(
                        line -> line.contains("server_away") && line.contains("connection=" + connection));
                assertTrue(away.contains("no answer to a ping within 15.0 s"), away);
                client.awaitOut(line -> line.contains("server_back") && line.contains("connection=" + connection));
            }
            assertEquals(4, proxy.connections());
            // The server knows nothing yet of the loss: who sleeps at the end of the black hole must not be waited for.
            assertCallIsAnswered(server.port());
            int ended = server.out(line -> line.contains(" ended ")).size();
            server.awaitOut(ended + 2, line -> line.contains(" ended "));
        }
    }

    /** The client, of two, that a job of sleep was handed to, the first time or a later one. */
    private static RunningProgram holder(RunningProgram server, int attempt, RunningProgram... clients) {
        String line = server.awaitOut(attempt, l -> l.contains("handed_out") && l.contains("call=sleep("));
        for (RunningProgram client : clients) {
            if (line.contains("/" + client.pid() + " ")) {
                return client;
            }
        }
        throw new AssertionError("handed to nobody known: " + line);
    }

    @Test
    void shouldHaveAnotherClientRunTheJobOfOneThatWasKilled() throws IOException {
        try (RunningProgram server = RunningProgram.server(home);
                RunningProgram one = RunningProgram.client(home, server.port(), "--threads", "1");
                RunningProgram two = RunningProgram.client(home, server.port(), "--threads", "1");
                RunningProgram call = RunningProgram.startCommand(home, server.port(), "call", "sleep(2)")) {
            RunningProgram first = holder(server, 1, one, two);
            first.kill();
            RunningProgram second = holder(server, 2, one, two);
            assertNotEquals(first.pid(), second.pid());
            assertEquals(0, call.awaitExit(), () -> call.err().toString());
            // The result of sleep is empty: one line, once.
            assertEquals(List.of(""), call.out());
            assertEquals(List.of(), call.err());
            assertEquals(
                    1,
                    server.out(line -> line.contains(" requeued ") && line.contains("call=sleep("))
                            .size());
            server.awaitOut(line -> line.contains(" worker_lost ") && line.contains("/" + first.pid() + " "));
            List<String> ended = server.out(line -> line.contains(" ended ") && line.contains("call=sleep("));
            assertEquals(1, ended.size(), ended::toString);
            assertTrue(ended.get(0).contains("outcome=done"), ended::toString);
        }
    }

    @Test
    void shouldTellTheSubmitterWhenNoAttemptIsLeft() throws IOException {
        try (RunningProgram server = RunningProgram.server(home, Map.of("KOOKOO_JOB_RETRIES", "1"));
                RunningProgram one = RunningProgram.client(home, server.port(), "--threads", "1");
                RunningProgram two = RunningProgram.client(home, server.port(), "--threads", "1");
                RunningProgram call = RunningProgram.startCommand(home, server.port(), "call", "sleep(30)")) {
            holder(server, 1, one, two).kill();
            holder(server, 2, one, two).kill();
            assertEquals(5, call.awaitExit(), () -> call.err().toString());
            assertEquals(List.of(), call.out());
            assertEquals(1, call.err().size(), () -> call.err().toString());
            assertTrue(call.err().get(0).startsWith("sleep(30): "), call.err()::toString);
            assertTrue(call.err().get(0).contains("no run is left after 2 (job_retries = 1)"), call.err()::toString);
            server.awaitOut(line -> line.contains(" ended ") && line.contains("outcome=retries_exhausted"));
        }
    }
}
