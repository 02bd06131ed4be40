package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Functions that do the worst a function can do to the client it runs in. */
class DeadlyFunctionTest {
    private static final String DEADLY = """
            import io.kookoo.client.function.FunctionLibrary;
            import java.util.ArrayList;
            import java.util.List;

            public class Deadly implements FunctionLibrary {
                public void die() {
                    System.exit(7);
                }

                public int nest() {
                    return 1 + nest();
                }

                public int fill_memory() {
                    List<byte[]> blocks = new ArrayList<>();
                    while (true) {
                        blocks.add(new byte[1 << 20]);
                    }
                }
            }
            """;

    @TempDir
    Path folder;

    private Path home;

    @BeforeEach
    void makeHome() throws IOException {
        home = RunningProgram.shippedHome(folder.resolve("home"));
        Files.createDirectory(home.resolve("functions"));
        Files.writeString(home.resolve("functions/Deadly.java"), DEADLY);
    }

    private static String client(String line) {
        return line.replaceFirst(".* client=(\\S+).*", "$1");
    }

    @Test
    void shouldRetryAJobThatEndsItsClientAndThenReportItFailed() throws IOException {
        try (RunningProgram server = RunningProgram.server(home, Map.of("KOOKOO_JOB_RETRIES", "1"), "--workers", "2")) {
            TextCommand.await(server.port(), "status", functions -> functions.contains("die\t0\t0\t2"));
            RunningProgram call = RunningProgram.command(home, server.port(), "call", "die()", "--wait-worker", "60");
            assertEquals(5, call.awaitExit(), () -> call.err().toString());
            assertEquals(List.of(), call.out());
            String reason = String.join("\n", call.err());
            assertTrue(reason.contains("no run is left after 2 (job_retries = 1)"), reason);

            String first = server.awaitOut(1, line -> line.contains("handed_out") && line.contains("call=die"));
            String second = server.awaitOut(2, line -> line.contains("handed_out") && line.contains("call=die"));
            assertNotEquals(client(first), client(second));
            for (String lost : List.of(client(first), client(second))) {
                server.awaitOut(line -> line.contains(" worker_lost ") && line.contains("client=" + lost + " "));
                String pid = lost.substring(lost.lastIndexOf('/') + 1);
                server.awaitOut(line -> line.contains("- ERROR - local_client_ended ")
                        && line.contains("pid " + pid + " exited with 7"));
            }
            // Both are started again, and what was asked of them then is done.
            server.awaitOut(4, line -> line.contains(" local_client_started "));
            RunningProgram next = RunningProgram.command(home, server.port(), "call", "add(1,2)", "--timeout", "30");
            assertEquals(List.of("3"), next.out(), () -> next.err().toString());
            // The client's own last word names the place.
            try (Stream<Path> logs = Files.list(home.resolve("logs"))) {
                String log = Files.readString(logs.findFirst().orElseThrow());
                assertTrue(log.contains("System.exit called at "), log);
                assertTrue(log.contains("Deadly.die(Deadly.java:7)"), log);
            }
        }
    }

    @Test
    void shouldLogACallOfTheCatalogLostWithItsClient() throws IOException {
        Files.writeString(home.resolve("functions.txt"), "die()\n");
        try (RunningProgram server = RunningProgram.server(home, "--workers", "1")) {
            String handedOut = server.awaitOut(line -> line.contains("handed_out") && line.contains("call=die"));
            String ended = server.awaitOut(line -> line.contains(" ended ") && line.contains("call=die"));
            assertTrue(ended.contains(" - WARNING - "), ended);
            assertTrue(ended.contains("outcome=lost"), ended);
            assertEquals(client(handedOut), client(ended));
            server.awaitOut(
                    line -> line.contains(" worker_lost ") && line.contains("client=" + client(handedOut) + " "));
            server.awaitOut(line -> line.contains(" local_client_ended ") && line.contains("exited with 7"));
            // The next client gets a call of its own: the lost one is not repeated.
            String next = server.awaitOut(2, line -> line.contains("handed_out") && line.contains("call=die"));
            assertNotEquals(handedOut.replaceFirst(".*handle=", ""), next.replaceFirst(".*handle=", ""));
            assertNotEquals(client(handedOut), client(next));
        }
    }

    @Test
    void shouldLiveOnAfterErrorsOfTheVirtualMachine() throws IOException {
        Files.writeString(home.resolve("functions.txt"), "add(1,2)\n");
        try (RunningProgram server = RunningProgram.server(home);
                RunningProgram client = RunningProgram.start(
                                home,
                                Map.of(),
                                RunningProgram.java(
                                        List.of("-Xmx64m"),
                                        "client.jar",
                                        "run",
                                        "--port",
                                        Integer.toString(server.port()),
                                        "--interval",
                                        "0.1"))
                        .connected()) {
            RunningProgram call = RunningProgram.command(
                    home, server.port(), "call", "fill_memory()", "nest()", "fill_memory()", "add(1,2)");
            assertEquals(5, call.awaitExit());
            assertEquals(List.of("3"), call.out(), () -> call.err().toString());
            String memory = "fill_memory: fill_memory failed: out of memory (OutOfMemoryError: Java heap space)";
            assertEquals(
                    List.of(memory, "nest: nest failed: its calls are nested too deep (StackOverflowError)", memory),
                    call.err());
            server.awaitOut(line ->
                    line.contains(" ended ") && line.contains("outcome=exception") && line.contains("out of memory"));

            int ended = server.out(line -> line.contains(" ended ") && line.contains("call=add"))
                    .size();
            server.awaitOut(ended + 3, line -> line.contains(" ended ") && line.contains("call=add"));
            RunningProgram next = RunningProgram.command(home, server.port(), "call", "add(2,3)", "--timeout", "30");
            assertEquals(List.of("5"), next.out(), () -> next.err().toString());
            assertTrue(client.process().isAlive());
        }
    }
}
