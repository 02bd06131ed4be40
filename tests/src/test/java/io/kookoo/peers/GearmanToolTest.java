package io.kookoo.peers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.Version;
import io.kookoo.peers.GearmanTool.Ended;
import io.kookoo.peers.GearmanTool.Worker;
import io.kookoo.program.RunningProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The C tools {@code gearman}, as client and as worker, and {@code gearadmin}, with a server and a client of ours. */
@Tag("peers")
class GearmanToolTest {
    private static final int MANY = 100;

    @TempDir
    static Path folder;

    private static Path home;
    private static RunningProgram server;
    private static RunningProgram client;
    private static GearmanTool gearman;

    private final List<Worker> workers = new ArrayList<>();

    @BeforeAll
    static void startServerAndClient() throws IOException {
        home = RunningProgram.shippedHome(folder.resolve("home"));
        server = RunningProgram.server(home);
        client = RunningProgram.client(home, server.port(), "--threads", "2", "--interval", "3600");
        gearman = new GearmanTool(server.port());
    }

    @AfterAll
    static void stopThem() {
        for (RunningProgram program : new RunningProgram[] {client, server}) {
            if (program != null) {
                program.close();
            }
        }
    }

    @AfterEach
    void stopWorkers() {
        workers.forEach(Worker::close);
    }

    private void work(String... options) throws IOException {
        workers.add(gearman.work(options));
    }

    private static void assertPrinted(String text, Ended ended) {
        assertEquals(text, ended.text(), ended::err);
        assertEquals(0, ended.exitCode(), ended::err);
    }

    private static RunningProgram call(String... arguments) throws IOException {
        return RunningProgram.command(home, server.port(), "call", arguments);
    }

    // ---- gearman submits, our client works ----

    @Test
    void shouldRunOurFunctionForGearman() throws IOException {
        assertPrinted("3", gearman.submit("1,2", "-f", "add"));
        assertPrinted("Hello World", gearman.submit("", "-s", "-f", "hello_world"));
    }

    @Test
    void shouldRunAJobALineForGearman() throws IOException {
        assertPrinted("3711", gearman.submit("1,2\n3,4\n5,6\n", "-n", "-f", "add"));
        assertPrinted("3711", gearman.submit("1,2\n3,4\n5,6\n", "-N", "-f", "add"));
    }

    @Test
    void shouldRunABackgroundJobForGearman() throws IOException {
        Ended submitted = gearman.submit("6,8", "-v", "-b", "-f", "multiply");
        assertEquals(0, submitted.exitCode(), submitted::err);
        String told = submitted.text() + submitted.err();
        assertTrue(told.startsWith("Task created: H:"), told);
        String handle = told.strip().substring("Task created: ".length());
        String ended = server.awaitOut(line -> line.contains(" ended ") && line.contains("handle=" + handle + " "));
        assertTrue(ended.contains("result=48"), ended);
    }

    @Test
    void shouldTakeAUniqueAndPrioritiesFromGearman() throws IOException {
        assertPrinted("3", gearman.submit("1,2", "-u", "some-unique", "-f", "add"));
        assertPrinted("7", gearman.submit("3,4", "-I", "-f", "add"));
        assertPrinted("11", gearman.submit("5,6", "-L", "-f", "add"));
    }

    @Test
    void shouldTellGearmanThatAFunctionFailed() throws IOException {
        Ended failed = gearman.submit("7,9", "-f", "pow_2");
        assertEquals(1, failed.exitCode());
        assertTrue(failed.err().contains("Job failed"), failed::err);
    }

    @ParameterizedTest
    @ValueSource(ints = {100_000, 5_000_000})
    // The tool reads its input a piece at a time into a buffer that it copies each time: 5 MB take it ten seconds.
    void shouldEchoALargeTextForGearman(int bytes) throws IOException {
        String text = "äb".repeat(bytes / 3);
        assertPrinted(text, gearman.submit('"' + text + '"', "-f", "echo"));
    }

    // ---- gearman submits, gearman works ----

    @Test
    void shouldPassJobsFromGearmanToGearman() throws IOException {
        String lines =
                IntStream.range(0, MANY).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());
        String reversed = lines.lines()
                .map(line -> new StringBuilder(line).reverse() + "\n")
                .collect(Collectors.joining());
        work("-f", "rev_peer", "--", "rev");
        work("-f", "rev_peer", "--", "rev");
        assertPrinted("olleh\n", gearman.submit("hello\n", "-f", "rev_peer"));
        assertPrinted(reversed, gearman.submit(lines, "-n", "-f", "rev_peer"));
    }

    @ParameterizedTest
    @ValueSource(ints = {100_000, 1_000_000})
    void shouldPassAnyBytesFromGearmanToGearman(int bytes) throws IOException {
        byte[] random = new byte[bytes / 2];
        new Random(bytes).nextBytes(random);
        // Every byte there is, though UTF-8 makes two of many.
        String data = new String(random, StandardCharsets.ISO_8859_1);
        // The worker writes the whole workload before it reads: the command must have read all before it answers.
        Path file = folder.resolve("workload-" + bytes);
        work("-f", "cat_peer", "--", "sh", "-c", "cat > '" + file + "'; cat '" + file + "'");
        Ended ended = gearman.submit(data, "-f", "cat_peer");
        assertArrayEquals(data.getBytes(StandardCharsets.UTF_8), ended.out(), ended::err);
        assertEquals(0, ended.exitCode());
    }

    @Test
    void shouldHandHighPriorityJobsOfGearmanOutFirst() throws IOException {
        for (String[] options : new String[][] {{"-L"}, {}, {"-I"}}) {
            List<String> all = new ArrayList<>(List.of(options));
            all.addAll(List.of("-b", "-f", "ordered"));
            String name = options.length == 0 ? "normal" : options[0];
            assertEquals(0, gearman.submit(name, all.toArray(String[]::new)).exitCode());
        }
        Path order = folder.resolve("order");
        work("-f", "ordered", "--", "sh", "-c", "cat >> '" + order + "'");
        // Jobs of one worker end one after the other.
        server.awaitOut(3, line -> line.contains(" ended ") && line.contains("call=ordered("));
        assertEquals("-Inormal-L", Files.readString(order));
    }

    // ---- our client submits, gearman works ----

    @Test
    void shouldHaveGearmanRunOurCalls() throws IOException {
        String[] calls =
                IntStream.range(0, 100).mapToObj(i -> "rev_ours(word" + i + ")").toArray(String[]::new);
        work("-f", "rev_ours", "--", "rev");
        RunningProgram called = call(calls);
        assertEquals(
                IntStream.range(0, 100)
                        .mapToObj(i -> new StringBuilder("word" + i).reverse().toString())
                        .toList(),
                called.out().stream().filter(line -> !line.isEmpty()).toList(),
                () -> called.err().toString());
        assertEquals(0, called.awaitExit());
    }

    @Test
    void shouldPutThePartsOfAResultTogether() throws IOException {
        // This worker sends each line as WORK_DATA while the command runs, and begins with its first line twice.
        work("-n", "-f", "parts", "--", "sh", "-c", "echo one; echo two");
        RunningProgram called = call("parts(any)");
        assertEquals(0, called.awaitExit(), () -> called.err().toString());
        assertEquals(
                gearman.submit("any", "-f", "parts").lines(),
                called.out().stream().filter(line -> !line.isEmpty()).toList());
        assertTrue(called.out().containsAll(List.of("one", "two")), called.out()::toString);
    }

    @Test
    void shouldSayThatTheCommandOfAGearmanWorkerFailed() throws IOException {
        work("-f", "failing", "--", "sh", "-c", "exit 3");
        RunningProgram called = call("failing(1)");
        assertEquals(5, called.awaitExit(), () -> called.out() + " " + called.err());
        assertEquals(List.of("failing(1): failed; the worker gave no reason"), called.err());
    }

    // ---- our client submits, our client works ----

    @Test
    void shouldServeOurOwnPairBesideTheOthers() throws IOException {
        work("-f", "other", "--", "cat");
        RunningProgram called = call("add(1,2)", "echo(\"a b\")", "other(x)");
        assertEquals(List.of("3", "a b", "x"), called.out(), () -> called.err().toString());
    }

    // ---- gearadmin ----

    @Test
    void shouldAnswerGearadmin() throws IOException {
        Ended status = gearman.admin("--status");
        assertEquals(0, status.exitCode(), status::err);
        assertTrue(status.lines().contains("hello_world\t0\t0\t1"), status::text);
        assertEquals(".", status.lines().get(status.lines().size() - 1));

        Ended workers = gearman.admin("--workers");
        assertEquals(0, workers.exitCode(), workers::err);
        assertTrue(
                workers.lines().stream()
                        .anyMatch(line -> line.matches(
                                "\\d+ 127\\.0\\.0\\.1 \\S+/" + client.pid() + " : add .* subtract .* call\\[\\]")),
                workers::text);

        assertPrinted(Version.TEXT + "\n", gearman.admin("--server-version"));
        assertPrinted(server.pid() + "\n", gearman.admin("--getpid"));
    }
}
