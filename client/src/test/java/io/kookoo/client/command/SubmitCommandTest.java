package io.kookoo.client.command;

import static io.kookoo.client.net.ScriptedServer.req;
import static io.kookoo.client.net.ScriptedServer.res;
import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.net.ScriptedServer;
import io.kookoo.client.net.ScriptedServer.Peer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code client.jar submit} against a server that says what the test tells it to. */
class SubmitCommandTest {
    private static final String CHUNKS = "f\t0\t0\t1\nf[]\t0\t0\t1\n.\n";
    private static final String LINES = "f\t0\t0\t1\n.\n";
    private static final String NOBODY = "g\t0\t0\t1\n.\n";

    @TempDir
    private Path home;

    private final ScriptedServer server = new ScriptedServer();

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private CommandRun submit(String lines, Object... args) {
        return submit(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)), args);
    }

    private CommandRun submit(InputStream in, Object... args) {
        return new CommandRun(home).input(in).start(arguments("-", args));
    }

    /** With {@code -f f}, unless another {@code -f} is given. */
    private Object[] arguments(String file, Object... args) {
        List<Object> all = new ArrayList<>(List.of("submit", file, "--port", server.port()));
        all.addAll(List.of(args));
        if (!all.contains("-f")) {
            all.addAll(List.of("-f", "f"));
        }
        return all.toArray();
    }

    private Peer looked(String status) throws IOException {
        return looked("ERR UNKNOWN_SHOW_ARGUMENTS\r\n", status);
    }

    private Peer looked(String settings, String status) throws IOException {
        return server.accept().expect("show settings\nstatus\n").send(settings + status);
    }

    private static byte[] chunk(String lines) {
        return req(SUBMIT_JOB, "f[]", "", lines);
    }

    // Chunks

    @Test
    void shouldSendChunksAndWriteTheResultsInTheOrderOfTheLines() throws Exception {
        CommandRun run = submit("1\n2\n3\n4\n5\n", "--chunk", 2);
        try (Peer peer = looked(CHUNKS)) {
            peer.expect(req(OPTION_REQ, "exceptions"), chunk("1\n2\n"), chunk("3\n4\n"), chunk("5\n"))
                    .send(
                            res(JOB_CREATED, "H:1"),
                            res(JOB_CREATED, "H:2"),
                            res(JOB_CREATED, "H:3"),
                            res(WORK_COMPLETE, "H:3", "five\n"),
                            res(WORK_COMPLETE, "H:2", "three\nfour\n"),
                            res(WORK_DATA, "H:1", "one\n"),
                            res(WORK_COMPLETE, "H:1", "two"));
            run.exits(0).printing("one\ntwo\nthree\nfour\nfive\n", "");
        }
    }

    @Test
    void shouldSayWhichLinesFailed() throws Exception {
        CommandRun run = submit("1\n2\n3\n4\n", "--chunk", 9);
        try (Peer peer = looked(CHUNKS)) {
            peer.expect(req(OPTION_REQ, "exceptions"), chunk("1\n2\n3\n4\n"))
                    .send(
                            res(JOB_CREATED, "H:1"),
                            res(WORK_COMPLETE, "H:1", "one\n\\!no\\ngood \\\\\n\\\\\\r\\n\n\r\n"));
            run.exits(7).printing("one\nERROR: no\\ngood \\\\\n\\\\\\r\\n\n\\r\n", "1 of 4 lines failed\n");
        }
    }

    @Test
    void shouldFailTheLinesOfAChunkThatSomebodyCancelsAndNotTryThemAgain() throws Exception {
        CommandRun run = submit("1\n2\n3\n4\n5\n", "--chunk", 2);
        try (Peer peer = looked(CHUNKS)) {
            peer.expect(req(OPTION_REQ, "exceptions"), chunk("1\n2\n"), chunk("3\n4\n"), chunk("5\n"))
                    .send(
                            res(JOB_CREATED, "H:1"),
                            res(JOB_CREATED, "H:2"),
                            res(JOB_CREATED, "H:3"),
                            res(WORK_EXCEPTION, "H:2", "cancelled"),
                            res(WORK_COMPLETE, "H:1", "one\ntwo\n"),
                            res(WORK_COMPLETE, "H:3", "five\n"));
            run.exits(7).printing("one\ntwo\nERROR: cancelled\nERROR: cancelled\nfive\n", "2 of 5 lines failed\n");
            peer.expectEnd();
        }
    }

    @Test
    void shouldLeaveOutLinesThatFailed() throws Exception {
        CommandRun run = submit("1\n2\n3\n", "--chunk", 9, "--skip-errors");
        try (Peer peer = looked(CHUNKS)) {
            peer.expect(req(OPTION_REQ, "exceptions"), chunk("1\n2\n3\n"))
                    .send(res(JOB_CREATED, "H:1"), res(WORK_COMPLETE, "H:1", "one\n\\!bad\n\n"));
            run.exits(7).printing("one\n\n", "1 of 3 lines failed and were left out\n");
        }
    }

    @Test
    void shouldTakeCrLfAndALastLineWithoutEndAndEmptyLines() throws Exception {
        CommandRun run = submit("1\r\n\r\n\ra\r\r\n\nz", "--chunk", 9);
        try (Peer peer = looked(CHUNKS)) {
            peer.expect(req(OPTION_REQ, "exceptions"), chunk("1\n\n\ra\r\n\n"), chunk("z\n"))
                    .send(res(JOB_CREATED, "H:1"), res(JOB_CREATED, "H:2"))
                    .send(res(WORK_COMPLETE, "H:1", "a\nb\nc\nd\n"), res(WORK_COMPLETE, "H:2", "e\n"));
            run.exits(0).printing("a\nb\nc\nd\ne\n", "");
        }
    }

    @Test
    void shouldWriteNothingForNoLines() throws Exception {
        CommandRun run = submit("");
        try (Peer peer = looked(CHUNKS)) {
            run.exits(0).printing("", "");
            peer.expectEnd();
        }
    }

    @Test
    void shouldNotWaitForMoreLinesWhenItHasSome() throws Exception {
        PipedOutputStream lines = new PipedOutputStream();
        CommandRun run = submit(new PipedInputStream(lines), "--chunk", 100);
        try (Peer peer = looked(CHUNKS)) {
            lines.write("1\n2\npart".getBytes(StandardCharsets.UTF_8));
            lines.flush();
            peer.expect(req(OPTION_REQ, "exceptions"), chunk("1\n2\n"))
                    .send(res(JOB_CREATED, "H:1"), res(WORK_COMPLETE, "H:1", "a\nb\n"));
            lines.close();
            peer.expect(chunk("part\n")).send(res(JOB_CREATED, "H:2"), res(WORK_COMPLETE, "H:2", "c\n"));
            run.exits(0).printing("a\nb\nc\n", "");
        }
    }

    @Test
    void shouldKeepNoMoreChunksUnderWayThanTheWindowHas() throws Exception {
        CommandRun run = submit("1\n2\n3\n", "--chunk", 1, "--window", 2);
        try (Peer peer = looked(CHUNKS)) {
            peer.expect(req(OPTION_REQ, "exceptions"), chunk("1\n"), chunk("2\n"))
                    .send(res(JOB_CREATED, "H:1"), res(JOB_CREATED, "H:2"))
                    // Not written before the first: its room is not free.
                    .send(res(WORK_COMPLETE, "H:2", "b\n"), res(WORK_COMPLETE, "H:1", "a\n"))
                    .expect(chunk("3\n"))
                    .send(res(JOB_CREATED, "H:3"), res(WORK_COMPLETE, "H:3", "c\n"));
            run.exits(0).printing("a\nb\nc\n", "");
        }
    }

    @Test
    void shouldMakeChunksLargerThatAreQuick() throws Exception {
        String lines = IntStream.range(0, 200).mapToObj(i -> i + "\n").collect(Collectors.joining());
        CommandRun run = submit(lines, "--window", 1);
        try (Peer peer = looked(CHUNKS)) {
            peer.expect(req(OPTION_REQ, "exceptions"));
            int next = 0;
            int size = 1;
            for (int job = 1; next < 200; job++) {
                // The first of a size is not counted, eight more tell; each time a size is eight times the last.
                if (job == 10 || job == 19) {
                    size *= 8;
                }
                int end = Math.min(200, next + size);
                String chunk =
                        IntStream.range(next, end).mapToObj(i -> i + "\n").collect(Collectors.joining());
                peer.expect(chunk(chunk)).send(res(JOB_CREATED, "H:" + job), res(WORK_COMPLETE, "H:" + job, chunk));
                next = end;
            }
            run.exits(0).printing(lines, "");
        }
    }

    // Chunks that fail

    @Test
    void shouldFindTheBadLineOfAChunkThatFails() throws Exception {
        CommandRun run = submit("1\nbad\n3\n", "--chunk", 9);
        try (Peer peer = looked(CHUNKS)) {
            peer.expect(req(OPTION_REQ, "exceptions"), chunk("1\nbad\n3\n"))
                    .send(res(JOB_CREATED, "H:1"), res(WORK_EXCEPTION, "H:1", "no run is left"))
                    .expect(chunk("1\n"), chunk("bad\n"), chunk("3\n"))
                    .send(
                            res(JOB_CREATED, "H:2"),
                            res(JOB_CREATED, "H:3"),
                            res(JOB_CREATED, "H:4"),
                            res(WORK_COMPLETE, "H:4", "c\n"),
                            res(WORK_EXCEPTION, "H:3", "no run\nis left"),
                            res(WORK_COMPLETE, "H:2", "a\n"));
            run.exits(7).printing("a\nERROR: no run\\nis left\nc\n", "1 of 3 lines failed\n");
        }
    }

    @Test
    void shouldSayWhatTheWorkerOfABadLineWarnedOf() throws Exception {
        CommandRun run = submit("1\n", "--chunk", 9);
        try (Peer peer = looked(CHUNKS)) {
            peer.expect(req(OPTION_REQ, "exceptions"), chunk("1\n"))
                    .send(res(JOB_CREATED, "H:1"), res(WORK_WARNING, "H:1", "f took longer than 3 s"))
                    .send(res(WORK_EXCEPTION, "H:1", "no run is left"));
            run.exits(7)
                    .printing(
                            "ERROR: no run is left; its last warning: f took longer than 3 s\n",
                            "1 of 1 lines failed\n");
        }
    }

    @Test
    void shouldCutAChunkIntoThirtyTwoPieces() throws Exception {
        String lines = IntStream.range(0, 70).mapToObj(i -> i + "\n").collect(Collectors.joining());
        CommandRun run = submit(lines, "--chunk", 70);
        try (Peer peer = looked(CHUNKS)) {
            peer.expect(req(OPTION_REQ, "exceptions"), chunk(lines))
                    .send(res(JOB_CREATED, "H:0"), res(WORK_FAIL, "H:0"));
            int next = 0;
            for (int piece = 1; piece <= 32; piece++) {
                int end = next + (piece <= 6 ? 3 : 2);
                String chunk =
                        IntStream.range(next, end).mapToObj(i -> i + "\n").collect(Collectors.joining());
                peer.expect(chunk(chunk)).send(res(JOB_CREATED, "H:" + piece), res(WORK_COMPLETE, "H:" + piece, chunk));
                next = end;
            }
            assertEquals(70, next);
            run.exits(0).printing(lines, "");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\n", "a\nb\nc\n", "", "a\nb\\x\n", "a\nb\\"})
    void shouldCutAChunkWhoseResultIsNone(String malformed) throws Exception {
        CommandRun run = submit("1\n2\n", "--chunk", 2);
        try (Peer peer = looked(CHUNKS)) {
            peer.expect(req(OPTION_REQ, "exceptions"), chunk("1\n2\n"))
                    .send(res(JOB_CREATED, "H:1"), res(WORK_COMPLETE, "H:1", malformed))
                    .expect(chunk("1\n"), chunk("2\n"))
                    .send(
                            res(JOB_CREATED, "H:2"),
                            res(JOB_CREATED, "H:3"),
                            res(WORK_COMPLETE, "H:2", "a\n"),
                            res(WORK_COMPLETE, "H:3", "b\nc\n"));
            run.exits(7).printing("a\nERROR: the worker's result of f[] has 2 lines for 1\n", "1 of 2 lines failed\n");
        }
    }

    @Test
    void shouldSubmitAgainWhatAFullQueueRefused() throws Exception {
        CommandRun run = submit("1\n2\n", "--chunk", 1);
        try (Peer peer = looked(CHUNKS)) {
            peer.expect(req(OPTION_REQ, "exceptions"), chunk("1\n"), chunk("2\n"))
                    .send(res(JOB_CREATED, "H:1"), res(ERROR, "QUEUE_ERROR", "Job queue is full"))
                    // It tries again when it looks, and when a job of its own has ended.
                    .expect("status\n")
                    .send(CHUNKS)
                    .expect(chunk("2\n"))
                    .send(res(ERROR, "QUEUE_ERROR", "Job queue is full"))
                    .expect("status\n")
                    .send(res(WORK_COMPLETE, "H:1", "a\n"))
                    .expect(chunk("2\n"))
                    .send(CHUNKS)
                    .send(res(JOB_CREATED, "H:2"), res(WORK_COMPLETE, "H:2", "b\n"));
            run.exits(0).printing("a\nb\n", "");
        }
    }

    // One job a line

    @Test
    void shouldSendOneJobALineWhereNobodyTakesChunks() throws Exception {
        CommandRun run = submit("1,2\n\nx\n", "--chunk", 9);
        try (Peer peer = looked(LINES)) {
            peer.expect(
                            req(OPTION_REQ, "exceptions"),
                            req(SUBMIT_JOB, "f", "", "1,2"),
                            req(SUBMIT_JOB, "f", "", ""),
                            req(SUBMIT_JOB, "f", "", "x"))
                    .send(
                            res(JOB_CREATED, "H:1"),
                            res(JOB_CREATED, "H:2"),
                            res(JOB_CREATED, "H:3"),
                            res(WORK_FAIL, "H:3"),
                            res(WORK_COMPLETE, "H:2", "\\!a\r\n"),
                            res(WORK_COMPLETE, "H:1", "3"));
            run.exits(7)
                    .printing("3\n\\\\!a\\r\\n\nERROR: failed; the worker gave no reason\n", "1 of 3 lines failed\n");
        }
    }

    @Test
    void shouldSendOneJobALineWhenNobodyTakesChunksAnyMore() throws Exception {
        CommandRun run = submit("1\n2\n3\n", "--chunk", 2);
        try (Peer peer = looked(CHUNKS)) {
            peer.expect(req(OPTION_REQ, "exceptions"), chunk("1\n2\n"), chunk("3\n"))
                    .send(res(JOB_CREATED, "H:1"), res(JOB_CREATED, "H:2"), res(WORK_COMPLETE, "H:2", "c\n"))
                    .expect("status\n")
                    .send("f\t0\t0\t1\nf[]\t1\t0\t0\n.\n")
                    .expect("cancel job H:1\n")
                    .expect(req(SUBMIT_JOB, "f", "", "1"), req(SUBMIT_JOB, "f", "", "2"))
                    .send("OK\r\n")
                    .send(
                            res(WORK_FAIL, "H:1"),
                            res(JOB_CREATED, "H:3"),
                            res(JOB_CREATED, "H:4"),
                            res(WORK_COMPLETE, "H:3", "a"),
                            res(WORK_COMPLETE, "H:4", "b"));
            run.exits(0).printing("a\nb\nc\n", "");
        }
    }

    @Test
    void shouldCallTheFunctionOfEachLineWhereNobodyTakesCalls() throws Exception {
        CommandRun run = submit("add(1, 2)\nadd(1\ngone(1)\nhello\n", "-f", "call", "--wait-worker", "0.3");
        try (Peer peer = looked("add\t0\t0\t1\nhello\t0\t0\t1\n.\n")) {
            peer.expect(
                            req(OPTION_REQ, "exceptions"),
                            req(SUBMIT_JOB, "add", "", "1, 2"),
                            req(SUBMIT_JOB, "gone", "", "1"),
                            req(SUBMIT_JOB, "hello", "", ""))
                    .send(
                            res(JOB_CREATED, "H:1"),
                            res(JOB_CREATED, "H:2"),
                            res(JOB_CREATED, "H:3"),
                            res(WORK_COMPLETE, "H:1", "3"),
                            res(WORK_COMPLETE, "H:3", "Hello"))
                    .expect("status\n")
                    .send("add\t0\t0\t1\nhello\t0\t0\t1\ngone\t1\t0\t0\n.\n")
                    .expect("cancel job H:2\n")
                    .send("OK\r\n");
            run.exits(7).printing("""
                            3
                            ERROR: call not understood at column 6: ')' is missing
                            ERROR: no worker offers gone; waited 0.3 s for one (--wait-worker)
                            Hello
                            """, "2 of 4 lines failed\n");
        }
    }

    @Test
    void shouldLeaveBytesOfACallThatAreNoUtf8AsTheyAre() throws Exception {
        byte[] line = {'e', 'c', 'h', 'o', '(', (byte) 0xe9, ')', '\n'};
        CommandRun run = submit(new ByteArrayInputStream(line), "-f", "call");
        try (Peer peer = looked("echo\t0\t0\t1\n.\n")) {
            byte[] job = req(SUBMIT_JOB, "echo", "", "?");
            job[job.length - 1] = (byte) 0xe9;
            peer.expect(req(OPTION_REQ, "exceptions"), job)
                    .send(res(JOB_CREATED, "H:1"), res(WORK_COMPLETE, "H:1", "a"));
            run.exits(0).printing("a\n", "");
        }
    }

    @Test
    void shouldSendWholeCallsWhereSomebodyTakesThem() throws Exception {
        CommandRun run = submit("add(1, 2)\nhello\n", "-f", "call", "--chunk", 2);
        try (Peer peer = looked("call[]\t0\t0\t1\n.\n")) {
            peer.expect(req(OPTION_REQ, "exceptions"), req(SUBMIT_JOB, "call[]", "", "add(1, 2)\nhello\n"))
                    .send(res(JOB_CREATED, "H:1"), res(WORK_COMPLETE, "H:1", "3\nHello\n"));
            run.exits(0).printing("3\nHello\n", "");
        }
    }

    // No worker, no server, no time

    @Test
    void shouldWaitForAWorkerAndGiveUp() throws Exception {
        CommandRun run = submit("1\n", "--wait-worker", "0.3");
        try (Peer peer = looked(NOBODY)) {
            peer.expect("status\n").send(NOBODY);
            run.exits(5).printing("", """
                            no worker offers f; waiting up to 0.3 s for one (--wait-worker)
                            no worker offers f; waited 0.3 s for one (--wait-worker); 0 lines are done
                            """);
        }
    }

    @Test
    void shouldBeginWhenAWorkerComesAndNotRemarkWhenQuiet() throws Exception {
        CommandRun run = submit("1\n", "--quiet");
        try (Peer peer = looked(NOBODY)) {
            peer.expect("status\n")
                    .send(CHUNKS)
                    .expect(req(OPTION_REQ, "exceptions"), chunk("1\n"))
                    .send(res(JOB_CREATED, "H:1"), res(WORK_COMPLETE, "H:1", "a\n"));
            run.exits(0).printing("a\n", "");
        }
    }

    @Test
    void shouldLeaveTheFinishedPartWhenTheServerIsLost() throws Exception {
        CommandRun run = submit("1\n2\n3\n", "--chunk", 1);
        Peer peer = looked(CHUNKS);
        peer.expect(req(OPTION_REQ, "exceptions"), chunk("1\n"), chunk("2\n"), chunk("3\n"))
                .send(
                        res(JOB_CREATED, "H:1"),
                        res(JOB_CREATED, "H:2"),
                        res(JOB_CREATED, "H:3"),
                        res(WORK_COMPLETE, "H:3", "c\n"),
                        res(WORK_COMPLETE, "H:1", "a\n"))
                .hangUp();
        run.exits(4)
                .printing(
                        "a\n",
                        "the connection to 127.0.0.1:" + server.port()
                                + " is lost: the server closed the connection; 1 line is done\n");
    }

    @Test
    void shouldCancelTheRestWhenTimeRunsOut() throws Exception {
        CommandRun run = submit("1\n2\n3\n", "--chunk", 1, "--timeout", "0.4");
        try (Peer peer = looked(CHUNKS)) {
            peer.expect(req(OPTION_REQ, "exceptions"), chunk("1\n"), chunk("2\n"), chunk("3\n"))
                    .send(
                            res(JOB_CREATED, "H:1"),
                            res(JOB_CREATED, "H:2"),
                            res(JOB_CREATED, "H:3"),
                            res(WORK_COMPLETE, "H:1", "\\!bad\n"))
                    .expect("cancel job H:2\ncancel job H:3\n")
                    .send("OK\r\nERR UNKNOWN_JOB\r\n");
            run.exits(6)
                    .printing(
                            "ERROR: bad\n", "not done within 0.4 s (--timeout); 1 line is done; 1 of 1 lines failed\n");
        }
    }

    @Test
    void shouldCancelTheRestWhenItIsInterrupted() throws Exception {
        PipedOutputStream lines = new PipedOutputStream();
        CommandRun run = submit(new PipedInputStream(lines), "--chunk", 1);
        try (Peer peer = looked(CHUNKS)) {
            lines.write("1\n2\n3\n4\n".getBytes(StandardCharsets.UTF_8));
            lines.flush();
            peer.expect(req(OPTION_REQ, "exceptions"), chunk("1\n"), chunk("2\n"), chunk("3\n"), chunk("4\n"))
                    .send(res(JOB_CREATED, "H:1"), res(JOB_CREATED, "H:2"))
                    .send(res(JOB_CREATED, "H:3"), res(JOB_CREATED, "H:4"))
                    .send(res(WORK_COMPLETE, "H:4", "d\n"), res(WORK_COMPLETE, "H:1", "a\n"));
            Thread signal = new Thread(run::signal);
            // What has been written says that both results have been taken.
            run.awaitOut("a\n");
            signal.start();
            peer.expect("cancel job H:2\ncancel job H:3\n").send("OK\r\nOK\r\n");
            run.exits(130).printing("a\n", "interrupted; 1 line is done\n");
            signal.join();
            assertEquals(List.of(130), run.halts());
        }
    }

    // Files

    @Test
    void shouldReadAndWriteFiles() throws Exception {
        Files.writeString(home.resolve("in.txt"), "1\n");
        Files.writeString(home.resolve("out.txt"), "what was there before, and longer\n");
        CommandRun run = new CommandRun(home).start(arguments("in.txt", "-o", "out.txt"));
        try (Peer peer = looked(CHUNKS)) {
            peer.expect(req(OPTION_REQ, "exceptions"), chunk("1\n"))
                    .send(res(JOB_CREATED, "H:1"), res(WORK_COMPLETE, "H:1", "a\n"));
            run.exits(0).printing("", "");
        }
        assertEquals("a\n", Files.readString(home.resolve("out.txt")));
    }

    @Test
    void shouldLeaveTheOutputAloneBeforeInputAndServerAreKnown() throws Exception {
        Files.writeString(home.resolve("in.txt"), "1\n");
        Path out = Files.writeString(home.resolve("out.txt"), "precious\n");
        CommandRun missing = new CommandRun(home)
                .start(arguments("absent.txt", "-o", "out.txt"))
                .exits(9);
        assertTrue(missing.err().startsWith("cannot read "), missing.err());
        assertTrue(missing.err().contains("absent.txt (No such file or directory)"), missing.err());
        CommandRun folder =
                new CommandRun(home).start(arguments(".", "-o", "out.txt")).exits(9);
        assertTrue(folder.err().contains("(Is a directory)"), folder.err());
        new CommandRun(home)
                .start("submit", "in.txt", "-o", "out.txt", "--port", ScriptedServer.unusedPort())
                .exits(4);
        assertEquals("precious\n", Files.readString(out));
    }

    @Test
    void shouldRefuseToWriteOverTheInput() throws Exception {
        Path in = Files.writeString(home.resolve("in.txt"), "1\n");
        Files.createSymbolicLink(home.resolve("link.txt"), in);
        for (String output : List.of("in.txt", "link.txt", "./in.txt")) {
            CommandRun run = new CommandRun(home)
                    .start(arguments("in.txt", "-o", output))
                    .exits(2);
            assertTrue(run.err().startsWith("the output " + output + " is the input as well"), run.err());
        }
        assertEquals("1\n", Files.readString(in));
    }

    @Test
    void shouldSayThatTheOutputCannotBeWritten() throws Exception {
        CommandRun run = submit("1\n", "-o", "no/such/folder/out.txt");
        try (Peer peer = server.accept()) {
            run.exits(9);
            assertTrue(run.err().startsWith("cannot write "), run.err());
            peer.expectEnd();
        }
    }

    @Test
    void shouldSayThatTheInputCannotBeReadToItsEnd() throws Exception {
        InputStream broken = new InputStream() {
            private boolean read;

            @Override
            public int read() throws IOException {
                throw new IOException("not used");
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                if (read) {
                    throw new IOException("the disk has gone");
                }
                read = true;
                bytes[from] = '1';
                bytes[from + 1] = '\n';
                return 2;
            }
        };
        CommandRun run = submit(broken);
        try (Peer peer = looked(CHUNKS)) {
            peer.expect(req(OPTION_REQ, "exceptions"), chunk("1\n"))
                    .send(res(JOB_CREATED, "H:1"), res(WORK_COMPLETE, "H:1", "a\n"));
            run.exits(9).printing("a\n", "cannot read -: the disk has gone; 1 line is done\n");
        }
    }

    @Test
    void shouldFailALineThatIsTooLongAndGoOn() throws Exception {
        String most = "x".repeat(1024 - 1 - 32);
        CommandRun run = new CommandRun(home)
                .environment("KOOKOO_MAX_PACKET", "1K")
                .input(new ByteArrayInputStream(
                        ("1\n" + most + "\n" + most + "x\n" + "y".repeat(300_000) + "\n2\n" + "z".repeat(1009))
                                .getBytes(StandardCharsets.UTF_8)))
                .start(arguments("-", "--chunk", 9));
        try (Peer peer = looked(CHUNKS)) {
            peer.expect(req(OPTION_REQ, "exceptions"), chunk("1\n"), chunk(most + "\n"), chunk("2\n"))
                    .send(
                            res(JOB_CREATED, "H:1"),
                            res(JOB_CREATED, "H:2"),
                            res(JOB_CREATED, "H:3"),
                            res(WORK_COMPLETE, "H:1", "a\n"),
                            res(WORK_COMPLETE, "H:2", "b\n"),
                            res(WORK_COMPLETE, "H:3", "e\n"));
            String reason = " bytes; at most 991 can be sent ([Server] max_packet)\n";
            run.exits(7)
                    .printing(
                            "a\nb\nERROR: the line has 992" + reason + "ERROR: the line has 300000" + reason
                                    + "e\nERROR: the line has 1009" + reason,
                            "3 of 6 lines failed\n");
        }
    }

    @Test
    void shouldFailALineThatIsTooLongForTheServerAlone() throws Exception {
        String most = "x".repeat(2048 - 1 - 32);
        CommandRun run = submit(most + "\n" + most + "x\n1\n", "--chunk", 9);
        try (Peer peer = looked("Server\tport\t1\tdefault\nServer\tmax_packet\t2K\tsettings.ini\n.\n", CHUNKS)) {
            peer.expect(req(OPTION_REQ, "exceptions"), chunk(most + "\n"), chunk("1\n"))
                    .send(res(JOB_CREATED, "H:1"), res(JOB_CREATED, "H:2"))
                    .send(res(WORK_COMPLETE, "H:1", "a\n"), res(WORK_COMPLETE, "H:2", "c\n"));
            run.exits(7)
                    .printing(
                            "a\nERROR: the line has 2016 bytes; at most 2015 can be sent (the server's [Server] max_packet)\nc\n",
                            "1 of 3 lines failed\n");
        }
    }

    @Test
    void shouldCountOnlyTheLinesThatAreReallyWritten() throws Exception {
        CommandRun run = new CommandRun(home)
                .withoutOut()
                .input(new ByteArrayInputStream("1\n2\n".getBytes(StandardCharsets.UTF_8)))
                .start(arguments("-", "--chunk", 1));
        try (Peer peer = looked(CHUNKS)) {
            peer.expect(req(OPTION_REQ, "exceptions"), chunk("1\n"), chunk("2\n"))
                    .send(res(JOB_CREATED, "H:1"), res(JOB_CREATED, "H:2"), res(WORK_COMPLETE, "H:1", "a\n"))
                    .expect("cancel job H:2\n")
                    .send("OK\r\n");
            run.exits(9);
            assertTrue(run.err().startsWith("cannot write -: "), run.err());
            assertTrue(run.err().endsWith("; 0 lines are done\n"), run.err());
        }
    }

    // Options and progress

    @ParameterizedTest
    @ValueSource(
            strings = {
                "submit",
                "submit a b",
                "submit - --chunk 0",
                "submit - --chunk x",
                "submit - --window 0",
                "submit - --window 1000000",
                "submit - --timeout 0",
                "submit - -f f[]",
                "submit - -o"
            })
    void shouldRefuseWrongUsage(String arguments) throws Exception {
        CommandRun run =
                new CommandRun(home).start((Object[]) arguments.split(" ")).exits(2);
        assertEquals("", run.out());
        assertEquals(2, run.err().lines().count(), run.err());
        new CommandRun(home).start("submit", "-", "-f", "").exits(2);
        new CommandRun(home).start("submit", "-", "-f", "x".repeat(511)).exits(2);
    }

    @Test
    void shouldShowProgressOnATerminalAlone() throws Exception {
        Files.writeString(home.resolve("in.txt"), "1\n2\n");
        for (boolean quiet : new boolean[] {false, true}) {
            CommandRun run = new CommandRun(home)
                    .onTerminal()
                    .start(arguments("in.txt", "-o", "out.txt", quiet ? "--quiet" : "--chunk=2"));
            try (Peer peer = looked(CHUNKS)) {
                assertEquals(OPTION_REQ, peer.nextType());
                assertEquals(SUBMIT_JOB, peer.nextType());
                if (quiet) {
                    assertEquals(SUBMIT_JOB, peer.nextType());
                    peer.send(res(JOB_CREATED, "H:1"), res(JOB_CREATED, "H:2"))
                            .send(res(WORK_COMPLETE, "H:1", "a\n"), res(WORK_COMPLETE, "H:2", "b\n"));
                } else {
                    peer.send(res(JOB_CREATED, "H:1"), res(WORK_COMPLETE, "H:1", "a\nb\n"));
                }
                run.exits(0);
            }
            if (quiet) {
                assertEquals("", run.err());
            } else {
                assertTrue(run.err().contains("100%"), run.err());
                assertTrue(run.err().contains("2 lines"), run.err());
            }
        }
        // Where the results are printed on the same terminal a bar would stand among them.
        CommandRun mixed = new CommandRun(home).onTerminal().start(arguments("in.txt", "--chunk", 2));
        try (Peer peer = looked(CHUNKS)) {
            peer.expect(req(OPTION_REQ, "exceptions"), chunk("1\n2\n"))
                    .send(res(JOB_CREATED, "H:1"), res(WORK_COMPLETE, "H:1", "a\nb\n"));
            mixed.exits(0).printing("a\nb\n", "");
        }
        assertFalse(Files.exists(home.resolve("-")));
    }
}
