package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code java -jar server.jar}: options, exit codes, start and stop, local clients. */
class ServerProgramTest {
    @TempDir
    Path folder;

    private Path home;

    @BeforeEach
    void makeHome() throws IOException {
        home = RunningProgram.shippedHome(folder.resolve("home"));
    }

    private RunningProgram run(String... arguments) throws IOException {
        return RunningProgram.start(home, "server.jar", arguments);
    }

    private void assertRefused(RunningProgram program, int exitCode, String... parts) {
        assertEquals(exitCode, program.awaitExit(), () -> program.out() + " " + program.err());
        String said = String.join("\n", program.err());
        for (String part : parts) {
            assertTrue(said.contains(part), () -> "\"" + part + "\" is missing in: " + said);
        }
    }

    @Test
    void shouldRefuseUnknownOption() throws IOException {
        assertRefused(run("--prot", "1"), 2, "--prot", "--help");
    }

    @Test
    void shouldRefuseBadPortOfTheCommandLine() throws IOException {
        assertRefused(run("--port", "65536"), 3, "--port", "65536", "65535");
    }

    @Test
    void shouldRefuseBadPortOfTheEnvironment() throws IOException {
        RunningProgram program =
                RunningProgram.start(home, Map.of("KOOKOO_PORT", "many"), "server.jar", "--log-level", "INFO");
        assertRefused(program, 3, "KOOKOO_PORT", "many", "65535");
    }

    @Test
    void shouldRefuseUnknownKeyAndNameTheNearest() throws IOException {
        Files.writeString(home.resolve("config/settings.ini"), "[Server]\nprot = 5555\n");
        assertRefused(run(), 3, "settings.ini", "prot", "5555", "port");
    }

    @Test
    void shouldRefuseToStartWithoutFunctions() throws IOException {
        Files.delete(home.resolve("functions.txt"));
        assertRefused(run("--port", "0"), 3, "functions.txt", "does not exist", "--functions");
    }

    @Test
    void shouldRefuseAPortThatIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            assertRefused(run("--port", port), 4, "127.0.0.1:" + port, "--port");
        }
    }

    @Test
    void shouldRefuseAnAddressThatIsNotOurs() throws IOException {
        assertRefused(run("--port", "0", "--open", "--ip", "203.0.113.1"), 4, "203.0.113.1", "--ip");
    }

    @Test
    void shouldRefuseToListenToOthersWithoutKnowingThem() throws IOException {
        assertRefused(
                run("--port", "0", "--ip", "0.0.0.0"), 3, "0.0.0.0", "client_auth = need", "KOOKOO_TOKEN", "--open");
    }

    @Test
    void shouldPrintHelpAndVersion() throws IOException {
        RunningProgram help = run("--help");
        assertEquals(0, help.awaitExit());
        for (String option : List.of(
                "--config", "--ip", "--port", "--functions", "--log-level", "--log-dir", "--workers", "--pid-file")) {
            assertTrue(help.out().stream().anyMatch(line -> line.contains(option)), option);
        }
        RunningProgram version = run("-V");
        assertEquals(0, version.awaitExit());
        assertTrue(
                version.out().get(0).matches("kookoo \\d+\\.\\d+\\.\\d+"),
                version.out().toString());
    }

    @Test
    void shouldHaveEveryOptionThatTheSettingsName() throws IOException {
        Set<String> accepted = new TreeSet<>();
        for (List<String> command : List.of(
                List.of("server.jar", "--help"),
                List.of("client.jar", "run", "--help"),
                List.of("client.jar", "call", "--help"))) {
            RunningProgram help = RunningProgram.start(
                    home, command.get(0), command.subList(1, command.size()).toArray(String[]::new));
            assertEquals(0, help.awaitExit());
            Matcher option = Pattern.compile("--[a-z-]+").matcher(String.join("\n", help.out()));
            while (option.find()) {
                accepted.add(option.group());
            }
        }
        Matcher named = Pattern.compile("(?m)^# KOOKOO_\\w+, (--[a-z-]+)$")
                .matcher(Files.readString(home.resolve("config/settings.ini")));
        int count = 0;
        while (named.find()) {
            count++;
            assertTrue(accepted.contains(named.group(1)), named.group(1) + " is not in " + accepted);
        }
        assertTrue(count > 10, "only " + count + " options found");
    }

    @Test
    void shouldStopInGoodOrderWhenToldAsSoonAsItHasItsPidFile() throws Exception {
        Path pidFile = folder.resolve("early.pid");
        try (RunningProgram server = RunningProgram.start(
                home, "server.jar", "--port", "0", "--workers", "2", "--pid-file", pidFile.toString())) {
            while (!Files.exists(pidFile)) {
                assertTrue(server.process().isAlive(), () -> server.err().toString());
                Thread.onSpinWait();
            }
            assertEquals(0, server.terminate(), () -> server.out().toString());
            assertFalse(Files.exists(pidFile));
        }
    }

    @Test
    void shouldTakeCommandLineOverEnvironmentOverFile() throws IOException {
        Files.writeString(home.resolve("config/settings.ini"), "[Server]\nport = 1\n[Logger]\nlog_level = ERROR\n");
        Map<String, String> environment = Map.of("KOOKOO_PORT", "2", "KOOKOO_LOG_LEVEL", "INFO");
        try (RunningProgram server = RunningProgram.start(home, environment, "server.jar", "--port", "0")) {
            // Port of the command line (neither 1 nor 2 could be bound and be above 1023), level of the environment.
            assertTrue(server.port() > 2);
        }
    }

    @Test
    void shouldWritePidFileWhenItListensAndExitWithZeroWhenTerminated() throws IOException {
        Path pidFile = folder.resolve("kookoo.pid");
        try (RunningProgram server = RunningProgram.server(home, "--pid-file", pidFile.toString(), "--workers", "1")) {
            server.awaitOut(line -> line.contains("local_client_started"));
            assertEquals(Long.toString(server.pid()), Files.readString(pidFile).strip());
            assertEquals(0, server.terminate(), () -> server.out().toString());
            assertFalse(Files.exists(pidFile));
            assertTrue(server.out().stream().anyMatch(line -> line.endsWith("stopped")));
        }
    }

    @Test
    void shouldHandOutCallsToItsLocalClientAndLogBothLines() throws IOException {
        Files.writeString(home.resolve("functions.txt"), "add(1,2)\n");
        try (RunningProgram server = RunningProgram.server(home, "--workers", "1")) {
            String handedOut = server.awaitOut(line -> line.contains("handed_out") && line.contains("call=add(1,2)"));
            String ended = server.awaitOut(line -> line.contains(" ended ") && line.contains("result=3"));
            assertEquals(handle(handedOut), handle(ended));
            assertTrue(handedOut.matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d - Server - INFO - .*"), handedOut);
        }
    }

    private static String handle(String line) {
        return line.replaceFirst(".*handle=(\\S+).*", "$1");
    }

    @Test
    void shouldHandOutALineThatIsAddedWhileItRuns() throws IOException {
        Files.writeString(home.resolve("functions.txt"), "add(1,2)\n");
        Files.writeString(home.resolve("config/settings.ini"), "[Client]\nget_function_interval = 0.1\n");
        try (RunningProgram server = RunningProgram.server(home, "--workers", "1")) {
            server.awaitOut(line -> line.contains("result=3"));
            Files.writeString(home.resolve("functions.txt"), "add(1,2)\npow_2(7)\n");
            server.awaitOut(line -> line.contains("call=pow_2(7)") && line.contains("result=49"));
        }
    }

    @Test
    void shouldStartALocalClientAgainThatDied() throws Exception {
        try (RunningProgram server = RunningProgram.server(home, "--workers", "1")) {
            long first = pidOf(server.awaitOut(line -> line.contains("local_client_started")));
            ProcessHandle.of(first).orElseThrow().destroyForcibly();
            server.awaitOut(line -> line.contains("local_client_ended") && line.contains("pid " + first));
            long second = pidOf(server.awaitOut(line -> line.contains("local_client_started") && pidOf(line) != first));
            assertTrue(ProcessHandle.of(second).isPresent());
        }
    }

    @Test
    void shouldLeaveNoLocalClientBehindWhenItIsKilled() throws Exception {
        Set<ProcessHandle> children;
        try (RunningProgram server = RunningProgram.server(home, "--workers", "2")) {
            server.awaitOut(line -> line.contains("local_client_started") && line.contains("number=1"));
            server.awaitOut(line -> line.contains("local_client_started") && line.contains("number=2"));
            children = server.process().children().collect(Collectors.toSet());
            assertEquals(2, children.size());
            server.process().destroyForcibly();
        }
        for (ProcessHandle child : children) {
            Optional<ProcessHandle> ended =
                    Optional.ofNullable(child.onExit().get(RunningProgram.PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
            assertTrue(ended.isPresent());
        }
    }

    private static long pidOf(String line) {
        return Long.parseLong(line.replaceFirst(".*pid=(\\d+).*", "$1"));
    }
}
