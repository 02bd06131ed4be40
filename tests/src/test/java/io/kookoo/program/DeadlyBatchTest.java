package io.kookoo.program;

import static io.kookoo.protocol.PacketType.JOB_CREATED;
import static io.kookoo.protocol.PacketType.OPTION_REQ;
import static io.kookoo.protocol.PacketType.OPTION_RES;
import static io.kookoo.protocol.PacketType.SUBMIT_JOB;
import static io.kookoo.protocol.PacketType.WORK_COMPLETE;
import static io.kookoo.protocol.PacketType.WORK_EXCEPTION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Functions that never end or end their process, in a line of a batch; and what stops them. */
class DeadlyBatchTest {
    private static final String DEADLY = """
            import io.kookoo.client.function.FunctionLibrary;
            import java.util.ArrayList;
            import java.util.List;

            public class Deadly implements FunctionLibrary {
                public void die() {
                    System.exit(7);
                }

                public int spin() {
                    int turns = 0;
                    while (true) {
                        turns++;
                    }
                }

                public int fill_memory() {
                    List<byte[]> blocks = new ArrayList<>();
                    while (true) {
                        try {
                            while (true) {
                                blocks.add(new byte[1 << 20]);
                            }
                        } catch (OutOfMemoryError e) {
                            // As a function may do that means well.
                        }
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

    /** Submits a job, and waits until a worker has it. */
    private static String submit(WireConnection connection, RunningProgram server, String function, String workload)
            throws IOException {
        connection.packet(SUBMIT_JOB, function, "", workload).flush();
        String handle = connection.readPacket().handle(0).text();
        server.awaitOut(line -> line.contains(" handed_out ") && line.contains("handle=" + handle + " "));
        return handle;
    }

    private static void assertReceived(PacketType type, String data, Packet packet) {
        assertEquals(type + " " + data, packet.type() + " " + packet.data().text());
    }

    private static WireConnection connect(RunningProgram server) throws IOException {
        WireConnection connection = WireConnection.open(server.port());
        connection.packet(OPTION_REQ, "exceptions").flush();
        assertEquals(OPTION_RES, connection.readPacket().type());
        return connection;
    }

    private String log() throws IOException {
        try (Stream<Path> logs = Files.list(home.resolve("logs"))) {
            return Files.readString(logs.findFirst().orElseThrow());
        }
    }

    @ParameterizedTest
    @CsvSource({"die, 7", "spin, 8", "fill_memory, 3"})
    void shouldCostTheJobsOfOneProcessARetryAndNothingElse(String function, int exitCode) throws IOException {
        // Memory is short for all these processes; one that ends because of it has no time to say so.
        Map<String, String> environment = Map.of("KOOKOO_JOB_RETRIES", "1", "JAVA_TOOL_OPTIONS", "-Xmx96m");
        try (RunningProgram server =
                        RunningProgram.server(home, environment, "--workers", "3", "--function-timeout", "3");
                WireConnection other = connect(server);
                WireConnection client = connect(server)) {
            TextCommand.await(server.port(), "status", functions -> functions.contains(function + "[]\t0\t0\t3"));
            String slow = submit(other, server, "sleep[]", "1\n1\n1\n1\n");
            String handle = submit(client, server, "call[]", "add(1,2)\n" + function + "()\nadd(3,4)\n");

            if (function.equals("spin")) {
                for (int run = 1; run <= 2; run++) {
                    assertReceived(
                            PacketType.WORK_WARNING,
                            "a line of call[] took longer than 3.0 s ([Client] function_timeout); the process of its worker ends",
                            client.readPacket());
                }
            }
            Packet end = client.readPacket();
            assertEquals(WORK_EXCEPTION, end.type());
            String reason = end.data().text();
            assertTrue(
                    reason.matches("no run is left after 2 \\(job_retries = 1\\): its worker \\d+/\\S+ has gone: .+"),
                    reason);
            for (int run = 1; run <= 2; run++) {
                server.awaitOut(
                        run,
                        line -> line.contains("- ERROR - local_client_ended ")
                                && line.contains("exited with " + exitCode));
            }
            // The others have noticed nothing.
            assertReceived(WORK_COMPLETE, "\n\n\n\n", other.readPacket());
            assertEquals(
                    1,
                    server.out(line -> line.contains(" handed_out ") && line.contains("handle=" + slow + " "))
                            .size());
            client.packet(SUBMIT_JOB, "call[]", "", "add(1,2)\nno call\n").flush();
            assertEquals(JOB_CREATED, client.readPacket().type());
            String result = client.readPacket().data().text();
            assertTrue(result.startsWith("3\n\\!"), result);

            boolean overdue = log().lines()
                    .anyMatch(line -> line.contains("- CRITICAL - overdue function=call[] handle=" + handle));
            assertEquals(function.equals("spin"), overdue, this::readLog);
        }
    }

    private String readLog() {
        try {
            return log();
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void shouldLoseACallOfTheCatalogThatTakesTooLongWithItsClient() throws IOException {
        Files.writeString(home.resolve("functions.txt"), "spin()\n");
        try (RunningProgram server = RunningProgram.server(home, "--workers", "1", "--function-timeout", "0.5")) {
            String ended = server.awaitOut(line -> line.contains(" ended ") && line.contains("call=spin"));
            assertTrue(ended.contains("outcome=lost"), ended);
            server.awaitOut(line -> line.contains(" local_client_ended ") && line.contains("exited with 8"));
            server.awaitOut(2, line -> line.contains(" local_client_started "));
        }
    }

    @Test
    void shouldFailTheJobAloneInAClientThatNobodyStartsAgain() throws IOException {
        Files.writeString(home.resolve("functions.txt"), "spin()\n");
        try (RunningProgram server = RunningProgram.server(home);
                RunningProgram client = RunningProgram.client(
                        home, server.port(), "--threads", "1", "--interval", "3600", "--function-timeout", "0.5")) {
            String reason = "spin took longer than 0.5 s ([Client] function_timeout)";
            RunningProgram call = RunningProgram.command(home, server.port(), "call", "spin()", "--wait-worker", "60");
            assertEquals(5, call.awaitExit());
            assertEquals(List.of("spin: " + reason), call.err());
            server.awaitOut(line -> line.contains(" ended ")
                    && line.contains("call=spin")
                    && line.contains("outcome=exception")
                    && line.contains(reason));
            // Once for the job, and once for the call of the catalog.
            client.awaitOut(2, line -> line.contains("- ERROR - overdue function=spin "));
            // The only slot works on, beside the thread that never comes back.
            RunningProgram next = RunningProgram.command(home, server.port(), "call", "add(1,2)", "add(3,4)");
            assertEquals(List.of("3", "7"), next.out(), () -> next.err().toString());
            assertTrue(client.process().isAlive());
        }
    }

    @Test
    void shouldInterruptARunningJobThatIsCancelled() throws IOException {
        try (RunningProgram server = RunningProgram.server(home);
                RunningProgram client =
                        RunningProgram.client(home, server.port(), "--threads", "1", "--interval", "3600");
                WireConnection submitter = connect(server)) {
            for (String batch : List.of("", "[]")) {
                TextCommand.await(server.port(), "status", functions -> functions.contains("sleep[]\t0\t0\t1"));
                String handle = submit(submitter, server, "sleep" + batch, "3600");
                RunningProgram cancel = RunningProgram.command(home, server.port(), "cancel", handle);
                assertEquals(0, cancel.awaitExit(), () -> cancel.err().toString());
                assertReceived(WORK_EXCEPTION, "cancelled", submitter.readPacket());
                client.awaitOut(
                        line -> line.contains(" ended handle=" + handle + " ") && line.contains("outcome=cancelled"));
                RunningProgram next = RunningProgram.command(home, server.port(), "call", "add(1,2)");
                assertEquals(List.of("3"), next.out(), () -> next.err().toString());
            }
            assertEquals(List.of(), client.out(line -> line.contains(" result_lost ") || line.contains(" refused ")));
        }
    }
}
