package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code client.jar submit}, {@code bench} and what Ctrl-C does, as whole programs. */
class SubmitProgramTest {
    /** A line takes 0.1 ms, so that something can happen in the middle of a batch. */
    private static final String SLOW = """
            import io.kookoo.client.function.FunctionLibrary;
            import java.util.concurrent.locks.LockSupport;

            public class Slow implements FunctionLibrary {
                public long twice(long number) {
                    LockSupport.parkNanos(100_000);
                    return 2 * number;
                }

                public String repeat(String text, int count) {
                    return text.repeat(count);
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
        Files.writeString(home.resolve("functions/Slow.java"), SLOW);
    }

    private RunningProgram worker(RunningProgram server) throws IOException {
        return RunningProgram.client(home, server.port(), "--threads", "1", "--interval", "3600");
    }

    private static void awaitOffer(RunningProgram server, String function, int workers) throws IOException {
        TextCommand.await(
                server.port(),
                "status",
                lines -> lines.stream()
                        .anyMatch(line -> line.matches("\\Q" + function + "\\E\t\\d+\t\\d+\t" + workers)));
    }

    /** A server that has a result has not told it yet. */
    private static void awaitContent(Path file, String content) throws IOException {
        long end = System.nanoTime() + RunningProgram.PATIENCE.toNanos();
        while (!Files.exists(file) || !Files.readString(file).equals(content)) {
            assertTrue(System.nanoTime() - end < 0, () -> file + " never had that content");
            LockSupport.parkNanos(10_000_000);
        }
    }

    /** Nothing of the function waits or runs any more. */
    private static void awaitIdle(RunningProgram server, String function) throws IOException {
        TextCommand.await(
                server.port(),
                "status",
                lines -> lines.stream().anyMatch(line -> line.matches("\\Q" + function + "\\E\t0\t0\t\\d+")));
    }

    @Test
    void shouldWriteEachLineOnceThoughAWorkerIsKilled() throws IOException {
        int lines = 20_000;
        Path input = folder.resolve("in.txt");
        Files.write(
                input,
                IntStream.range(0, lines)
                        .mapToObj(i -> i % 1000 == 77 ? "x" : "" + i)
                        .toList());
        try (RunningProgram server = RunningProgram.server(home);
                RunningProgram first = worker(server);
                RunningProgram second = worker(server);
                RunningProgram third = worker(server)) {
            awaitOffer(server, "twice[]", 3);
            try (RunningProgram submit =
                    RunningProgram.startCommand(home, server.port(), "submit", input.toString(), "-f", "twice")) {
                submit.awaitOut(lines / 5, line -> true);
                second.kill();
                assertEquals(7, submit.awaitExit(), () -> submit.err().toString());
                assertEquals(
                        IntStream.range(0, lines)
                                .mapToObj(i -> i % 1000 == 77
                                        ? "ERROR: twice: argument 1 is \"x\", expected long"
                                        : "" + 2 * i)
                                .toList(),
                        submit.out());
                assertEquals(List.of("20 of 20000 lines failed"), submit.err());
            }
            assertTrue(first.process().isAlive() && third.process().isAlive());
        }
    }

    /** 300,000 expressions; three clients calculate, one of which is killed in the middle; five times in a row. */
    @Test
    @Tag("torture")
    void shouldWriteTheSameBytesThoughOneOfThreeClientsIsKilledAgainAndAgain() throws Exception {
        int lines = 300_000;
        List<String> expressions = new ArrayList<>(lines);
        Path expected = folder.resolve("expected.txt");
        int failing = 0;
        try (Writer results = Files.newBufferedWriter(expected)) {
            Random random = new Random(5);
            for (int i = 0; i < lines; i++) {
                long a = random.nextLong();
                int b = random.nextInt(1, 1_000_000);
                switch (random.nextInt(8)) {
                    case 0 -> {
                        expressions.add(a + " * (" + b + " - " + a + ")");
                        BigInteger exact = BigInteger.valueOf(a);
                        results.write(exact.multiply(BigInteger.valueOf(b).subtract(exact)) + "\n");
                    }
                    case 1 -> {
                        expressions.add(b + " / 8");
                        results.write(b / 8.0 + "\n");
                    }
                    case 2 -> {
                        expressions.add("");
                        results.write("\n");
                    }
                    case 3 -> {
                        expressions.add("1 / 0");
                        results.write("ERROR: calculate: column 3: division by zero\n");
                        failing++;
                    }
                    default -> {
                        expressions.add("-" + b + " + 3 * " + i);
                        results.write(3L * i - b + "\n");
                    }
                }
            }
        }
        try (RunningProgram server = RunningProgram.server(home);
                RunningProgram first = worker(server);
                RunningProgram second = worker(server)) {
            for (int round = 1; round <= 5; round++) {
                Path output = folder.resolve("out" + round + ".txt");
                try (RunningProgram third = worker(server)) {
                    awaitOffer(server, "calculate[]", 3);
                    try (RunningProgram submit = submit(server, "-Xmx128m", "-o", output.toString())) {
                        feedAndKill(expressions, submit, third, output, Files.size(expected) / 4);
                        assertEquals(7, submit.awaitExit(), () -> submit.err().toString());
                        assertEquals(List.of(failing + " of " + lines + " lines failed"), submit.err());
                    }
                }
                assertEquals(-1, Files.mismatch(expected, output), "round " + round);
            }
            // It had jobs, which the others have done.
            assertTrue(server.out(line -> line.contains(" worker_lost ") && line.contains(" jobs=1 "))
                            .size()
                    > 0);
            assertTrue(first.process().isAlive() && second.process().isAlive());
        }
    }

    /** The last lines come only after the kill, so that it is never too late. */
    private static void feedAndKill(
            List<String> lines, RunningProgram submit, RunningProgram killed, Path output, long whenWritten)
            throws IOException {
        int last = lines.size() - 10;
        try (Writer in = new BufferedWriter(
                new OutputStreamWriter(submit.process().getOutputStream(), StandardCharsets.UTF_8))) {
            Thread killing = new Thread(() -> {
                while (output.toFile().length() < whenWritten
                        && submit.process().isAlive()) {
                    LockSupport.parkNanos(1_000_000);
                }
                killed.kill();
            });
            killing.start();
            for (String line : lines.subList(0, last)) {
                in.write(line + "\n");
            }
            in.flush();
            killing.join();
            for (String line : lines.subList(last, lines.size())) {
                in.write(line + "\n");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldLeaveTheFinishedPartWhenItIsInterrupted() throws IOException {
        Path input = folder.resolve("in.txt");
        Files.write(input, List.of("0", "0", "60", "0", "60"));
        Path output = folder.resolve("out.txt");
        try (RunningProgram server = RunningProgram.server(home);
                RunningProgram worker = worker(server)) {
            awaitOffer(server, "sleep[]", 1);
            for (String signal : List.of("INT", "TERM")) {
                try (RunningProgram submit = RunningProgram.startCommand(
                        home,
                        server.port(),
                        "submit",
                        input.toString(),
                        "-o",
                        output.toString(),
                        "-f",
                        "sleep",
                        "--chunk",
                        "1")) {
                    TextCommand.await(
                            server.port(),
                            "status",
                            lines -> lines.stream().anyMatch(line -> line.startsWith("sleep[]\t3\t1\t")));
                    awaitContent(output, "\n\n");
                    submit.signal(signal);
                    assertEquals(130, submit.awaitExit(), () -> submit.err().toString());
                    assertEquals(List.of("interrupted; 2 lines are done"), submit.err());
                }
                assertEquals("\n\n", Files.readString(output));
                Files.delete(output);
                // What waited is gone, and so is what ran, a long time before its end.
                awaitIdle(server, "sleep[]");
            }
            assertTrue(worker.process().isAlive());
        }
    }

    @Test
    void shouldEndAtOnceWhenItIsInterruptedBeforeItHasItsFiles() throws IOException, InterruptedException {
        Path input = Files.writeString(folder.resolve("in.txt"), "0\n");
        Path pipe = folder.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        try (RunningProgram server = RunningProgram.server(home);
                // To open a pipe that nobody reads takes for ever.
                RunningProgram submit = RunningProgram.startCommand(
                        home, server.port(), "submit", input.toString(), "-o", pipe.toString())) {
            // The second is this one.
            TextCommand.await(server.port(), "workers", lines -> lines.size() == 2);
            long begun = System.nanoTime();
            submit.signal("INT");
            assertEquals(130, submit.awaitExit());
            assertTrue(System.nanoTime() - begun < 5_000_000_000L);
        }
    }

    @Test
    void shouldRefuseAClosedStandardInput() throws IOException {
        Path output = Files.writeString(folder.resolve("out.txt"), "precious\n");
        List<String> command = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" <&-", "sh"));
        command.addAll(RunningProgram.java(List.of(), "client.jar", "submit", "-", "-o", output.toString()));
        try (RunningProgram submit = RunningProgram.start(home, Map.of(), command)) {
            assertEquals(9, submit.awaitExit());
            assertEquals(List.of("cannot read -: standard input is closed"), submit.err());
        }
        assertEquals("precious\n", Files.readString(output));
    }

    @Test
    void shouldCancelCallsWhenInterrupted() throws IOException {
        try (RunningProgram server = RunningProgram.server(home);
                RunningProgram worker = worker(server)) {
            awaitOffer(server, "sleep", 1);
            try (RunningProgram call =
                    RunningProgram.startCommand(home, server.port(), "call", "add(1,2)", "sleep(60)", "echo(waits)")) {
                call.awaitOut(line -> line.equals("3"));
                TextCommand.await(server.port(), "status", lines -> lines.contains("sleep\t1\t1\t1"));
                call.signal("INT");
                assertEquals(130, call.awaitExit());
                assertEquals(List.of("3"), call.out());
                assertEquals(List.of("sleep(60): cancelled", "echo(waits): cancelled"), call.err());
            }
            awaitIdle(server, "sleep");
            awaitIdle(server, "echo");
            assertTrue(worker.process().isAlive());
        }
    }

    @Test
    void shouldNotDoAgainWhatSomebodyElseCancels() throws IOException {
        Path input = folder.resolve("in.txt");
        Files.write(input, List.of("60", "60", "60", "60", "0"));
        try (RunningProgram server = RunningProgram.server(home);
                RunningProgram worker = worker(server)) {
            awaitOffer(server, "sleep[]", 1);
            try (RunningProgram submit = RunningProgram.startCommand(
                    home, server.port(), "submit", input.toString(), "-f", "sleep", "--chunk", "2")) {
                TextCommand.await(server.port(), "status", lines -> lines.contains("sleep[]\t3\t1\t1"));
                List<String> handles = TextCommand.ask(server.port(), "show jobs").stream()
                        .map(line -> line.split("\t")[0])
                        .sorted()
                        .toList();
                // The second waits, the first runs.
                for (String handle : List.of(handles.get(1), handles.get(0))) {
                    assertEquals(
                            0,
                            RunningProgram.command(home, server.port(), "cancel", handle)
                                    .awaitExit());
                }
                assertEquals(7, submit.awaitExit(), () -> submit.err().toString());
                assertEquals(
                        List.of("ERROR: cancelled", "ERROR: cancelled", "ERROR: cancelled", "ERROR: cancelled", ""),
                        submit.out());
                assertEquals(List.of("4 of 5 lines failed"), submit.err());
            }
            try (RunningProgram call = RunningProgram.startCommand(home, server.port(), "call", "sleep(60)")) {
                TextCommand.await(server.port(), "status", lines -> lines.contains("sleep\t1\t1\t1"));
                String handle =
                        TextCommand.ask(server.port(), "show jobs").get(0).split("\t")[0];
                assertEquals(
                        0,
                        RunningProgram.command(home, server.port(), "cancel", handle)
                                .awaitExit());
                assertEquals(5, call.awaitExit());
                assertEquals(List.of("sleep(60): cancelled"), call.err());
            }
            assertTrue(worker.process().isAlive());
        }
    }

    @Test
    void shouldExitWithFourWhenTheServerIsLost() throws IOException {
        Path input = folder.resolve("in.txt");
        Files.write(input, IntStream.range(0, 100_000).mapToObj(i -> "" + i).toList());
        try (RunningProgram server = RunningProgram.server(home);
                RunningProgram worker = worker(server)) {
            awaitOffer(server, "twice[]", 1);
            try (RunningProgram submit =
                    RunningProgram.startCommand(home, server.port(), "submit", input.toString(), "-f", "twice")) {
                submit.awaitOut(100, line -> true);
                server.kill();
                assertEquals(4, submit.awaitExit(), () -> submit.err().toString());
                List<String> out = submit.out();
                assertEquals(
                        IntStream.range(0, out.size()).mapToObj(i -> "" + 2 * i).toList(), out);
                assertTrue(submit.err().get(0).endsWith("; " + out.size() + " lines are done"), submit.err()::toString);
            }
            assertTrue(worker.process().isAlive());
        }
    }

    @Test
    void shouldStreamManyLinesInLittleMemory() throws IOException {
        int lines = 2_000_000;
        Path output = folder.resolve("out.txt");
        try (RunningProgram server = RunningProgram.server(home, "--store", "none");
                RunningProgram worker = worker(server)) {
            awaitOffer(server, "calculate[]", 1);
            try (RunningProgram submit = submit(server, "-Xmx32m", "-o", output.toString())) {
                try (Writer in = new BufferedWriter(
                        new OutputStreamWriter(submit.process().getOutputStream(), StandardCharsets.UTF_8))) {
                    for (int i = 0; i < lines; i++) {
                        in.write(i + " * 2 + (" + i + " - 1)\n");
                    }
                }
                assertEquals(0, submit.awaitExit(), () -> submit.err().toString());
            }
            try (BufferedReader results = Files.newBufferedReader(output)) {
                for (long i = 0; i < lines; i++) {
                    assertEquals(Long.toString(3 * i - 1), results.readLine());
                }
                assertEquals(null, results.readLine());
            }
            assertTrue(worker.process().isAlive());
        }
    }

    @Test
    void shouldTakeLongLinesAsFarAsTheyHaveRoom() throws IOException {
        int lines = 40;
        // A heap of 64 MiB has room for lines of nearly 2 MiB; 40 of them are more than the heap.
        String most = "x".repeat(1_900_000);
        Path output = folder.resolve("out.txt");
        try (RunningProgram server = RunningProgram.server(home, "--store", "none");
                RunningProgram worker = worker(server)) {
            awaitOffer(server, "echo[]", 1);
            try (RunningProgram submit = submit(server, "-Xmx64m", "-o", output.toString(), "-f", "echo")) {
                try (Writer in = new BufferedWriter(
                        new OutputStreamWriter(submit.process().getOutputStream(), StandardCharsets.UTF_8))) {
                    for (int i = 0; i < lines; i++) {
                        in.write('"' + most + i + "\"\n");
                        if (i == 7) {
                            in.write(most + most + "\n");
                        }
                    }
                }
                assertEquals(7, submit.awaitExit(), () -> submit.err().toString());
                assertEquals(List.of("1 of 41 lines failed"), submit.err());
            }
            try (BufferedReader results = Files.newBufferedReader(output)) {
                for (int i = 0; i < lines; i++) {
                    assertEquals(most + i, results.readLine());
                    if (i == 7) {
                        String failed = results.readLine();
                        assertTrue(
                                failed.matches(
                                        "ERROR: the line has 3800000 bytes; at most \\d+ have room in a heap of \\d+ MiB"
                                                + " \\(java -Xmx\\)"),
                                failed);
                    }
                }
                assertEquals(null, results.readLine());
            }
            assertTrue(worker.process().isAlive());
        }
    }

    /** From standard input, with so much memory. */
    private RunningProgram submit(RunningProgram server, String memory, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("submit", "-", "--port", Integer.toString(server.port())));
        all.addAll(List.of(arguments));
        return RunningProgram.start(
                home, Map.of(), RunningProgram.java(List.of(memory), "client.jar", all.toArray(String[]::new)));
    }

    @Test
    void shouldSayThatThereIsNoMemoryForAResult() throws IOException {
        try (RunningProgram server = RunningProgram.server(home, "--store", "none");
                RunningProgram worker = worker(server)) {
            awaitOffer(server, "repeat[]", 1);
            try (RunningProgram submit = submit(server, "-Xmx32m", "-f", "repeat")) {
                try (Writer in = new OutputStreamWriter(submit.process().getOutputStream(), StandardCharsets.UTF_8)) {
                    in.write("\"a\",3\n\"x\",60000000\n");
                }
                assertEquals(1, submit.awaitExit(), () -> submit.err().toString());
                assertEquals(List.of("aaa"), submit.out());
                assertEquals(
                        List.of("there is not enough memory (Java heap space): give it more (java -Xmx), or have less"
                                + " under way (--chunk, --window); 1 line is done"),
                        submit.err());
            }
            List<String> command = RunningProgram.java(
                    List.of("-Xmx32m"),
                    "client.jar",
                    "call",
                    "repeat(\"x\",60000000)",
                    "--port",
                    Integer.toString(server.port()));
            try (RunningProgram call = RunningProgram.start(home, Map.of(), command)) {
                assertEquals(1, call.awaitExit(), () -> call.err().toString());
                assertEquals(
                        List.of("repeat(\"x\",60000000): there is not enough memory for the result (Java heap space):"
                                + " give it more (java -Xmx)"),
                        call.err());
            }
            assertTrue(worker.process().isAlive());
        }
    }

    @Test
    void shouldMeasureAServer() throws IOException {
        try (RunningProgram server = RunningProgram.server(home);
                RunningProgram worker = worker(server)) {
            awaitOffer(server, "echo", 1);
            RunningProgram bench = RunningProgram.command(
                    home, server.port(), "bench", "--jobs", "500", "--connections", "2", "--in-flight", "3", "--json");
            assertEquals(0, bench.awaitExit(), () -> bench.err().toString());
            Map<String, Object> figures = Json.objects(bench.out()).get(0);
            assertEquals(500.0, figures.get("jobs"));
            assertEquals(0.0, figures.get("failed"));
            assertTrue((Double) figures.get("jobs_per_s") > 0, figures::toString);
            assertTrue((Double) figures.get("p50_us") > 0, figures::toString);
            assertTrue((Double) figures.get("max_us") >= (Double) figures.get("p99_us"), figures::toString);

            RunningProgram background = RunningProgram.command(
                    home, server.port(), "bench", "--jobs", "100", "--function", "nobody", "--background");
            assertEquals(0, background.awaitExit(), () -> background.err().toString());
            assertTrue(background.out().get(0).startsWith("100 jobs of nobody, 4 connections with 16 in flight"));
            RunningProgram failing =
                    RunningProgram.command(home, server.port(), "bench", "--jobs", "10", "-f", "add", "--payload", "1");
            assertEquals(5, failing.awaitExit());
            assertEquals(List.of("10 of 10 jobs failed, the first with: add takes 2 arguments, got 1"), failing.err());
            RunningProgram nobody =
                    RunningProgram.command(home, server.port(), "bench", "-f", "absent", "--wait-worker", "0");
            assertEquals(5, nobody.awaitExit());
            assertTrue(nobody.err().get(0).startsWith("no worker offers absent"), nobody.err()::toString);
            assertTrue(worker.process().isAlive());
        }
    }
}
