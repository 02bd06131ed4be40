package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code java -jar client.jar}: what its commands print, where, and what they exit with, against one server and one client. */
class ClientProgramTest {
    private static final String HANDLE = "H:\\S+:\\S+:\\d+";

    @TempDir
    static Path folder;

    private static Path home;
    private static RunningProgram server;
    private static RunningProgram client;
    private static String port;

    @BeforeAll
    static void startServerAndClient() throws IOException {
        home = RunningProgram.shippedHome(folder.resolve("home"));
        server = RunningProgram.server(home);
        port = Integer.toString(server.port());
        client = RunningProgram.client(home, server.port(), "--threads", "8", "--interval", "3600");
    }

    @AfterAll
    static void stopThem() {
        for (RunningProgram program : new RunningProgram[] {client, server}) {
            if (program != null) {
                program.close();
            }
        }
    }

    private static RunningProgram run(String command, String... arguments) throws IOException {
        return RunningProgram.command(home, server.port(), command, arguments);
    }

    private static void assertEnded(RunningProgram program, int exitCode, List<String> out, List<String> err) {
        assertEquals(out, program.out(), () -> "standard error: " + program.err());
        assertEquals(err, program.err());
        assertEquals(exitCode, program.awaitExit());
    }

    private static void assertRefused(RunningProgram program, int exitCode, String... parts) {
        assertEquals(exitCode, program.awaitExit(), () -> program.out() + " " + program.err());
        assertEquals(List.of(), program.out());
        String said = String.join("\n", program.err());
        for (String part : parts) {
            assertTrue(said.contains(part), () -> "\"" + part + "\" is missing in: " + said);
        }
    }

    @Test
    void shouldPrintResultsInTheOrderGiven() throws IOException {
        RunningProgram call = run("call", "sleep(1)", "add(1,2)", "echo(\"zwei Wörter, ☕\")", "divide(15,5)");
        assertEnded(call, 0, List.of("", "3", "zwei Wörter, ☕", "3"), List.of());
    }

    @Test
    void shouldPrintTheResultsThatThereAreBesideTheFailure() throws IOException {
        RunningProgram call = run("call", "add(1,2)", "pow_2(7,9)", "pow_2(7)");
        assertEnded(call, 5, List.of("3", "49"), List.of("pow_2(7,9): pow_2 takes 1 argument, got 2"));
    }

    @Test
    void shouldTakeAnExpressionForTheArgumentOfCalculate() throws IOException {
        RunningProgram call = run(
                "call",
                "calculate(6 / 3)",
                "calculate((1+2)*3)",
                "calculate(49 / (1 + 2))",
                "calculate()",
                "calculate(2 / (1 - 1))");
        assertEnded(
                call,
                5,
                List.of("2.0", "9", "16.333333333333332", ""),
                List.of("calculate(2 / (1 - 1)): calculate: column 3: division by zero"));
    }

    @Test
    void shouldPrintAResultOfManyDigitsWhole() throws IOException {
        RunningProgram call = run("call", "fibonacci(10000)");
        BigInteger previous = BigInteger.ZERO;
        BigInteger number = BigInteger.ONE;
        for (int i = 1; i < 10000; i++) {
            BigInteger next = previous.add(number);
            previous = number;
            number = next;
        }
        assertEnded(call, 0, List.of(number.toString()), List.of());
    }

    @Test
    void shouldNameTheFunctionThatNoWorkerOffersAndGiveUp() throws IOException {
        try (RunningProgram call =
                RunningProgram.startCommand(home, server.port(), "call", "no_such(1)", "--wait-worker", "3")) {
            assertEquals(
                    "no worker offers no_such; waiting up to 3 s for one (--wait-worker)",
                    call.awaitErr(line -> line.contains("no_such")));
            assertTrue(call.process().isAlive());
            assertEquals(5, call.awaitExit());
            assertEquals(List.of(), call.out());
            assertEquals(
                    "no_such(1): no worker offers no_such; waited 3 s for one (--wait-worker)",
                    call.err().get(1));
        }
    }

    @Test
    void shouldNameTheFunctionThatMayHaveBeenMeant() throws IOException {
        RunningProgram call = run("call", "pow2(7)", "--wait-worker", "0.5");
        assertRefused(call, 5, "no worker offers pow2", "pow_2");
    }

    @Test
    void shouldEndWithSixWhenItTakesTooLong() throws IOException {
        RunningProgram call = run("call", "add(1,2)", "sleep(30)", "--timeout", "1.5");
        assertEnded(call, 6, List.of("3"), List.of("sleep(30): no result within 1.5 s (--timeout)"));
    }

    @Test
    void shouldEndWith130WhenInterrupted() throws IOException {
        try (RunningProgram call = RunningProgram.startCommand(home, server.port(), "call", "sleep(29)")) {
            server.awaitOut(line -> line.contains("handed_out") && line.contains("call=sleep(29)"));
            call.signal("INT");
            assertEquals(130, call.awaitExit());
        }
    }

    @Test
    void shouldPrintHandlesOfBackgroundJobsThatAreRunAllTheSame() throws IOException {
        RunningProgram call = run("call", "--background", "multiply(6,7)", "multiply(6,8)");
        assertEquals(0, call.awaitExit(), () -> call.err().toString());
        assertEquals(2, call.out().size());
        for (String handle : call.out()) {
            assertTrue(handle.matches(HANDLE), handle);
            server.awaitOut(line -> line.contains(" ended ") && line.contains("handle=" + handle + " "));
        }
    }

    @Test
    void shouldHaveHighPriorityRunFirst() throws IOException {
        try (RunningProgram another = RunningProgram.server(home, "--store", "none")) {
            List<String> handles = new ArrayList<>();
            for (String priority : List.of("low", "normal", "high")) {
                RunningProgram call = RunningProgram.command(
                        home, another.port(), "call", "--background", "--priority", priority, "echo(1)");
                assertEquals(0, call.awaitExit(), () -> call.err().toString());
                handles.add(0, call.out().get(0));
            }
            try (RunningProgram worker =
                    RunningProgram.client(home, another.port(), "--threads", "1", "--interval", "3600")) {
                List<String> handedOut = new ArrayList<>();
                for (int i = 1; i <= 3; i++) {
                    String line = another.awaitOut(i, l -> l.contains("handed_out") && l.contains("call=echo("));
                    handedOut.add(line.replaceFirst(".*handle=(\\S+).*", "$1"));
                }
                assertEquals(handles, handedOut);
                assertTrue(worker.process().isAlive());
            }
        }
    }

    @Test
    void shouldPrintCallsAsJson() throws IOException {
        RunningProgram call = run("call", "--json", "echo(\"a \\\"b\\\"\\n\\\\\")", "pow_2(7,9)");
        List<Map<String, Object>> calls = Json.objects(call.out());
        assertEquals(5, call.awaitExit());
        assertEquals("a \"b\"\n\\", calls.get(0).get("result"));
        assertEquals("pow_2(7,9)", calls.get(1).get("call"));
        assertEquals("pow_2 takes 1 argument, got 2", calls.get(1).get("error"));
        assertTrue(calls.get(1).get("handle").toString().matches(HANDLE));
    }

    @Test
    void shouldShowTheStatusOfFunctions() throws IOException {
        RunningProgram text = run("status");
        assertEquals(0, text.awaitExit());
        assertTrue(text.out().get(0).matches("FUNCTION +TOTAL +RUNNING +WORKERS"), text.out()::toString);
        assertTrue(text.out().stream().anyMatch(line -> line.matches("hello_world +0 +0 +1")), text.out()::toString);
        List<Map<String, Object>> rows = Json.objects(run("status", "--json").out());
        assertTrue(
                rows.contains(
                        Map.<String, Object>of("function", "pow_2", "total", 0.0, "running", 0.0, "workers", 1.0)),
                rows::toString);
    }

    @Test
    void shouldShowOneFrameOfTopAsText() throws IOException {
        assertEquals(0, run("call", "multiply(6,7)").awaitExit());
        RunningProgram top = run("top", "--once", "--interval", "0.1");
        assertEquals(0, top.awaitExit(), () -> top.err().toString());
        assertEquals(List.of(), top.err());
        List<String> lines = top.out();
        assertTrue(lines.get(0).contains("  127.0.0.1:" + port + "  Kookoo "), lines::toString);
        // Done at least once, and nothing waits.
        assertTrue(lines.stream().anyMatch(line -> line.matches("multiply +0 +0 +0\\.0 +[1-9].*")), lines::toString);
        assertTrue(
                lines.stream()
                        .anyMatch(line -> line.matches(".*/" + client.pid() + " +127\\.0\\.0\\.1 +\\d+ +\\d\\d+ .*")),
                lines::toString);
        assertTrue(lines.stream().noneMatch(line -> line.endsWith(" ")), lines::toString);
    }

    @Test
    void shouldSayThatTopNeedsATerminal() throws IOException {
        assertRefused(run("top"), 2, "top cannot show a screen: standard output is no terminal", "--once");
    }

    @Test
    void shouldShowWorkersAndTheirFunctions() throws IOException {
        RunningProgram text = run("workers");
        assertEquals(0, text.awaitExit());
        assertTrue(
                text.out().stream().anyMatch(line -> line.contains("/" + client.pid() + " ") && line.contains("pow_2")),
                text.out()::toString);
        List<Map<String, Object>> rows = Json.objects(run("workers", "--json").out());
        assertTrue(
                rows.stream()
                        .anyMatch(row -> row.get("id").toString().endsWith("/" + client.pid())
                                && row.get("ip").equals("127.0.0.1")
                                && ((List<?>) row.get("functions")).contains("pow_2")),
                rows::toString);
    }

    @Test
    void shouldPing() throws IOException {
        RunningProgram text = run("ping", "--count", "2");
        assertEquals(0, text.awaitExit());
        assertEquals(2, text.out().size());
        assertTrue(text.out().get(1).matches("127\\.0\\.0\\.1:" + port + ": \\d+\\.\\d\\d ms"), text.out()::toString);
        List<Map<String, Object>> rows =
                Json.objects(run("ping", "--json", "--count", "1").out());
        assertEquals(1, rows.size());
        assertTrue((Double) rows.get(0).get("milliseconds") > 0);
    }

    @Test
    void shouldListFunctionsWithoutAServer() throws IOException {
        RunningProgram text = RunningProgram.command(home, closedPort(), "functions");
        assertEquals(0, text.awaitExit());
        for (String name : List.of(
                "hello_world",
                "add",
                "subtract",
                "multiply",
                "divide",
                "pow_2",
                "fibonacci",
                "echo",
                "sleep",
                "hostname",
                "disk_usage",
                "load_average",
                "sha256")) {
            assertTrue(text.out().stream().anyMatch(line -> line.matches(name + "\\(.*\\) +\\S.*")), name);
        }
        List<Map<String, Object>> rows = Json.objects(run("functions", "--json").out());
        assertTrue(
                rows.stream().allMatch(row -> !row.get("description").toString().isBlank()), rows::toString);
        assertTrue(rows.stream().anyMatch(row -> row.get("name").equals("pow_2")), rows::toString);
    }

    @Test
    void shouldTakeTheAddressFromSettingsWithoutAnyOption() throws IOException {
        Path another = RunningProgram.shippedHome(folder.resolve("another"));
        Files.writeString(
                another.resolve("config/settings.ini"),
                Files.readString(another.resolve("config/settings.ini")).replace("port = 5555", "port = " + port));
        RunningProgram call = RunningProgram.start(another, "client.jar", "call", "add(1,2)");
        call.awaitExit();
        assertEnded(call, 0, List.of("3"), List.of());
        try (RunningProgram node = RunningProgram.start(another, "client.jar")) {
            node.connected();
        }
    }

    @Test
    void shouldTakeTheAddressFromTheEnvironmentBeforeSettings() throws IOException {
        RunningProgram call = RunningProgram.start(home, Map.of("KOOKOO_PORT", port), "client.jar", "call", "add(1,2)");
        call.awaitExit();
        assertEnded(call, 0, List.of("3"), List.of());
        RunningProgram overruled = RunningProgram.start(
                home, Map.of("KOOKOO_PORT", "1"), "client.jar", "call", "add(1,2)", "--port", port);
        overruled.awaitExit();
        assertEnded(overruled, 0, List.of("3"), List.of());
    }

    @Test
    void shouldExitWithTwoOnWrongUsage() throws IOException {
        assertRefused(run("call", "add("), 2, "add(", "column 5", "')'", "--help");
        assertRefused(run("call"), 2, "CALL", "--help");
        assertRefused(
                run("call", "add(1,2)", "--priority", "urgent"), 2, "--priority", "urgent", "high, normal or low");
        assertRefused(run("call", "add(1,2)", "--timeout", "soon"), 2, "--timeout", "soon", "seconds");
        assertRefused(RunningProgram.start(home, "client.jar", "calls"), 2, "calls", "call");
    }

    @Test
    void shouldExitWithThreeOnWrongSettings() throws IOException {
        assertRefused(
                RunningProgram.start(home, Map.of("KOOKOO_PORT", "many"), "client.jar", "ping"),
                3,
                "KOOKOO_PORT",
                "many",
                "65535");
        Path file = folder.resolve("wrong.ini");
        Files.writeString(file, "[Client]\nget_funktion_interval = 5\n");
        assertRefused(
                RunningProgram.start(home, "client.jar", "-c", file.toString()),
                3,
                "wrong.ini",
                "get_funktion_interval",
                "get_function_interval");
        assertRefused(RunningProgram.start(home, "client.jar", "run", "--interval", "-1"), 3, "--interval", "-1");
    }

    @Test
    void shouldExitWithFourWhenNobodyListens() throws IOException {
        int closed = closedPort();
        for (String[] arguments : new String[][] {{"call", "add(1,2)"}, {"status"}, {"ping"}}) {
            RunningProgram program = RunningProgram.start(
                    home, Map.of("KOOKOO_PORT", Integer.toString(closed)), "client.jar", arguments);
            program.awaitExit();
            assertEnded(
                    program,
                    4,
                    List.of(),
                    List.of("cannot connect to 127.0.0.1:" + closed
                            + ": Connection refused; is the server running? (java -jar server.jar)"));
        }
    }

    @Test
    void shouldExitWithFourWhenTheServerIsLost() throws IOException {
        try (RunningProgram another = RunningProgram.server(home, "--store", "none");
                RunningProgram call = RunningProgram.startCommand(home, another.port(), "call", "echo(1)")) {
            TextCommand.await(another.port(), "status", lines -> lines.contains("echo\t1\t0\t0"));
            another.kill();
            assertRefused(
                    call,
                    4,
                    "echo(1): the result is not known: the connection to 127.0.0.1:" + another.port() + " is lost: ");
        }
    }

    @Test
    void shouldTeachByExample() throws IOException {
        RunningProgram help = RunningProgram.start(home, "client.jar", "--help");
        assertEquals(0, help.awaitExit());
        for (String command :
                List.of("run", "call", "functions", "status", "workers", "top", "ping", "generate-completion")) {
            assertTrue(help.out().stream().anyMatch(line -> line.matches(" +" + command + " .*")), command);
        }
        RunningProgram callHelp = RunningProgram.start(home, "client.jar", "call", "--help");
        assertEquals(0, callHelp.awaitExit());
        assertTrue(
                callHelp.out().stream().anyMatch(line -> line.contains("java -jar client.jar call 'add(1,2)'")),
                callHelp.out()::toString);
        RunningProgram completion = RunningProgram.start(home, "client.jar", "generate-completion");
        assertEquals(0, completion.awaitExit());
        assertTrue(completion.out().stream().anyMatch(line -> line.startsWith("complete ")));
    }

    /** A port on which nobody listens: the system does not give it away again soon. */
    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
