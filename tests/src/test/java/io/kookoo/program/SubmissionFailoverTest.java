package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people have submitted, when the server it was submitted to dies: with {@code client.jar}, and two servers. */
class SubmissionFailoverTest {
    @TempDir
    Path folder;

    private final List<RunningProgram> programs = new ArrayList<>();

    @AfterEach
    void endAll() {
        programs.forEach(RunningProgram::close);
    }

    private RunningProgram started(RunningProgram program) {
        programs.add(program);
        return program;
    }

    private Path home(String name) throws IOException {
        Path home = folder.resolve(name);
        return Files.exists(home) ? home : RunningProgram.shippedHome(home);
    }

    private RunningProgram server(String name, String... arguments) throws IOException {
        return started(RunningProgram.server(home(name), arguments));
    }

    private static String address(RunningProgram server) {
        return "127.0.0.1:" + server.port();
    }

    private static String list(RunningProgram... servers) {
        return Arrays.stream(servers).map(SubmissionFailoverTest::address).collect(Collectors.joining(","));
    }

    private RunningProgram client(String servers, String... arguments) throws IOException {
        return client(Map.of(), servers, arguments);
    }

    private RunningProgram client(Map<String, String> environment, String servers, String... arguments)
            throws IOException {
        String[] all = Stream.concat(Arrays.stream(arguments), Stream.of("--servers", servers))
                .toArray(String[]::new);
        return started(RunningProgram.start(home("client"), environment, "client.jar", all));
    }

    private static List<String> done(RunningProgram program, int code) {
        assertEquals(code, program.awaitExit(), () -> program.out() + " " + program.err());
        return program.out();
    }

    private static void awaitRunning(RunningProgram server, String call) {
        server.awaitOut(line -> line.contains(" handed_out ") && line.contains("call=" + call));
    }

    private static String lost(RunningProgram server) {
        return "the connection to " + address(server) + " is lost: ";
    }

    @Test
    void shouldSubmitCallsToTheNextServerAndSaySo() throws IOException {
        RunningProgram a = server("a", "--workers", "1");
        RunningProgram b = server("b", "--workers", "1");
        RunningProgram call = client(list(a, b), "call", "sleep(2)", "add(1,2)");
        awaitRunning(a, "sleep(2)");
        a.kill();
        assertEquals(List.of("", "3"), done(call, 0));
        String remark = call.err().get(0);
        assertTrue(remark.startsWith(lost(a)), remark);
        assertTrue(remark.endsWith("; connected to " + address(b) + "; 2 jobs are submitted again"), remark);
        assertEquals(1, call.err().size(), call.err()::toString);
        awaitRunning(b, "sleep(2)");
    }

    @Test
    void shouldSubmitCallsToTheNextServerWhenTheFirstStandsStill() throws IOException {
        RunningProgram a = server("a", "--workers", "1");
        RunningProgram b = server("b", "--workers", "1");
        Map<String, String> impatient = Map.of("KOOKOO_PING_INTERVAL", "0.5", "KOOKOO_PING_TIMEOUT", "2");
        RunningProgram call = client(impatient, list(a, b), "call", "sleep(3)");
        awaitRunning(a, "sleep(3)");
        a.signal("STOP");
        assertEquals(List.of(""), done(call, 0));
        assertTrue(
                call.err().get(0).startsWith(lost(a) + "the server has been silent for 2.0 s; "), call.err()::toString);
        awaitRunning(b, "sleep(3)");
        a.signal("CONT");
        // Its answer goes nowhere, and it is well.
        a.awaitOut(line -> line.contains(" ended ") && line.contains("call=sleep(3)"));
        assertEquals(List.of("3"), done(client(list(a, b), "call", "add(1,2)"), 0));
    }

    @Test
    void shouldFailWhatIsNotToBeSubmittedAgain() throws IOException {
        RunningProgram a = server("a", "--workers", "1");
        RunningProgram b = server("b", "--workers", "1");
        RunningProgram call = client(list(a, b), "call", "--no-resubmit", "sleep(60)");
        awaitRunning(a, "sleep(60)");
        a.kill();
        assertEquals(List.of(), done(call, 4));
        assertEquals(1, call.err().size(), call.err()::toString);
        String failure = call.err().get(0);
        assertTrue(failure.startsWith("sleep(60): the result is not known: " + lost(a)), failure);
        assertEquals(List.of(), b.out(line -> line.contains("sleep(60)")));
    }

    @Test
    void shouldFailAtOnceWithOneServer() throws IOException {
        RunningProgram a = server("a", "--workers", "1");
        RunningProgram call = client(list(a), "call", "sleep(60)");
        awaitRunning(a, "sleep(60)");
        a.kill();
        assertEquals(List.of(), done(call, 4));
        String failure = String.join("\n", call.err());
        assertTrue(failure.startsWith("sleep(60): the result is not known: " + lost(a)), failure);
        assertTrue(failure.contains("; cannot connect to " + address(a) + ": Connection refused"), failure);
    }

    @Test
    void shouldFinishAFileWhoseServerDies() throws IOException {
        RunningProgram a = server("a", "--workers", "1");
        RunningProgram b = server("b", "--workers", "1");
        RunningProgram submit = client(list(a, b), "submit", "-");
        List<String> results =
                IntStream.range(0, 5000).mapToObj(Integer::toString).toList();
        try (OutputStream lines = submit.process().getOutputStream()) {
            write(lines, results.subList(0, 2000));
            submit.awaitOut(results.get(1999)::equals);
            // Some of these are under way then.
            write(lines, results.subList(2000, 4000));
            a.kill();
            write(lines, results.subList(4000, 5000));
        }
        assertEquals(results, done(submit, 0));
        assertTrue(submit.err().get(0).startsWith(lost(a)), submit.err()::toString);
        assertTrue(submit.err().get(0).contains("; connected to " + address(b)), submit.err()::toString);
    }

    private static void write(OutputStream out, List<String> lines) throws IOException {
        out.write((String.join(" + 0\n", lines) + " + 0\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    @Test
    void shouldGoOnInAShell() throws IOException {
        RunningProgram a = server("a", "--workers", "1");
        RunningProgram b = server("b", "--workers", "1");
        RunningProgram shell = client(list(a, b), "shell");
        try (OutputStream lines = shell.process().getOutputStream()) {
            lines.write("name ann\nadd(1,2)\nsleep(2)\nversion\n".getBytes(StandardCharsets.UTF_8));
            lines.flush();
            awaitRunning(a, "sleep(2)");
            a.kill();
            shell.awaitOut(line -> line.startsWith("OK 0."));
            TextCommand.await(b.port(), "clients", rows -> rows.stream().anyMatch(row -> row.contains("ann")));
            lines.write("add(2,3)\n".getBytes(StandardCharsets.UTF_8));
        }
        List<String> out = done(shell, 0);
        assertEquals(List.of("3", ""), out.subList(1, 3));
        assertEquals("5", out.get(out.size() - 1));
        String err = String.join("\n", shell.err());
        assertTrue(err.contains("; connected to " + address(b) + "; 1 job is submitted again"), err);
    }

    @Test
    void shouldAskTheFirstServerThatAnswers() throws IOException {
        RunningProgram a = server("a");
        RunningProgram b = server("b");
        String both = list(a, b);
        String onlyA = done(client(both, "ping"), 0).get(0);
        assertTrue(onlyA.startsWith(address(a) + ": "), onlyA);
        a.signal("STOP");
        String standsStill = done(client(both, "ping"), 0).get(0);
        assertTrue(standsStill.startsWith(address(b) + ": "), standsStill);
        a.signal("CONT");
        a.kill();
        for (String command : List.of("status", "workers", "functions", "channels")) {
            done(client(both, command), 0);
        }
        b.kill();
        RunningProgram none = client(both, "status");
        assertEquals(List.of(), done(none, 4));
        assertTrue(
                none.err().get(0).startsWith("none of the servers answers: " + address(a) + ": "),
                none.err()::toString);
    }

    // Background jobs stay where they were accepted

    private List<String> background(String servers, int from, int to) throws IOException {
        String[] arguments = Stream.concat(
                        Stream.of("call", "--background"),
                        IntStream.range(from, to).mapToObj(i -> "add(" + i + ",1)"))
                .toArray(String[]::new);
        return done(client(servers, arguments), 0);
    }

    private void assertResults(String server, int from, List<String> handles) throws IOException {
        for (int i = 0; i < handles.size(); i++) {
            RunningProgram result = client(server, "result", "--wait", "--timeout", "30", handles.get(i));
            assertEquals(List.of("" + (from + i + 1)), done(result, 0));
        }
    }

    @Test
    void shouldRunBackgroundJobsOfADeadServerWhenItIsBack() throws IOException {
        RunningProgram a = server("a");
        RunningProgram b = server("b", "--workers", "1");
        List<String> ofA = background(list(a, b), 0, 3);
        a.kill();
        List<String> ofB = background(list(a, b), 3, 6);
        assertResults(list(a, b), 3, ofB);
        RunningProgram again = started(RunningProgram.serverAgain(home("a"), a.port(), "--workers", "1"));
        assertEquals(a.port(), again.port());
        assertResults(list(again, b), 0, ofA);
    }

    @Test
    void shouldRunBackgroundJobsOfADeadServerWhenItsFileIsOpenedElsewhere() throws IOException {
        RunningProgram a = server("a");
        RunningProgram b = server("b", "--workers", "1");
        List<String> ofA = background(list(a, b), 0, 3);
        a.kill();
        Path moved = home("c").resolve("data");
        Files.createDirectories(moved);
        try (Stream<Path> files = Files.list(home("a").resolve("data"))) {
            for (Path file : files.toList()) {
                if (Files.isRegularFile(file) && !file.getFileName().toString().endsWith(".lock")) {
                    Files.move(file, moved.resolve(file.getFileName()));
                }
            }
        }
        RunningProgram c = server("c", "--workers", "1");
        assertResults(list(c, b), 0, ofA);
    }
}
