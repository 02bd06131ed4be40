package io.kookoo.client.command;

import static io.kookoo.client.net.ScriptedServer.req;
import static io.kookoo.client.net.ScriptedServer.res;
import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.net.ScriptedServer;
import io.kookoo.client.net.ScriptedServer.Peer;
import io.kookoo.protocol.PacketType;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientMainTest {
    @TempDir
    private Path home;

    private final ScriptedServer server = new ScriptedServer();

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private CommandRun run(Object... args) {
        return new CommandRun(home).start(args);
    }

    // What goes wrong before a connection

    @ParameterizedTest
    @ValueSource(strings = {"call add(1,2)", "shell", "status", "workers", "ping"})
    void shouldSayThatNobodyListensAndHowToStartAServer(String command) throws Exception {
        int port = ScriptedServer.unusedPort();
        run(Stream.concat(Stream.of(command.split(" ")), Stream.of("--port", port))
                        .toArray())
                .exits(4)
                .printing(
                        "",
                        "cannot connect to 127.0.0.1:" + port
                                + ": Connection refused; is the server running? (java -jar server.jar)\n");
    }

    @Test
    void shouldRefuseCallWithSyntaxErrorAndNameTheColumn() throws Exception {
        run("call", "add(1,2)", "add(1,2")
                .exits(2)
                .printing(
                        "",
                        "the call add(1,2 is not understood: column 8: ')' is missing\n"
                                + "Try: java -jar client.jar call --help\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "call",
                "call f --priority urgent",
                "call f --timeout 0",
                "call f --timeout soon",
                "call f --nonsense",
                "ping --count 0",
                "ping --count x",
                "bench --connections 0",
                "bench --in-flight 0",
                "bench --jobs many",
                "bench --payload 1 --arguments 2",
                "bench --payload -1",
                "status surplus",
                "shell 127.0.0.1 1 surplus",
                "--nonsense",
                "no_such_command",
                "run surplus"
            })
    void shouldRefuseWrongUsage(String arguments) throws Exception {
        CommandRun run = run((Object[]) arguments.split(" ")).exits(2);
        assertEquals("", run.out());
        assertEquals(2, run.err().lines().count(), run.err());
    }

    @Test
    void shouldNameWhatWasWrongWithTheOption() throws Exception {
        run("call", "f", "--priority", "urgent")
                .exits(2)
                .printing(
                        "", "--priority urgent: expected high, normal or low\nTry: java -jar client.jar call --help\n");
    }

    @Test
    void shouldRefuseWrongSettings() throws Exception {
        CommandRun port = run("status", "--port", "70000").exits(3);
        assertTrue(port.err().startsWith("option --port: [Server] port = \"70000\""), port.err());
        CommandRun environment = new CommandRun(home)
                .environment("KOOKOO_PORT", "x")
                .start("status")
                .exits(3);
        assertTrue(environment.err().startsWith("environment KOOKOO_PORT: "), environment.err());
        CommandRun file = run("run", "--config", "absent.ini").exits(3);
        assertTrue(file.err().contains("absent.ini"), file.err());
        CommandRun threads = run("--threads", "-1").exits(3);
        assertTrue(threads.err().startsWith("option --threads: "), threads.err());
    }

    @Test
    void shouldAskForTheRealPortWhereTheServerTakesAFreeOne() throws Exception {
        CommandRun run = run("status", "--port", "0").exits(3);
        assertTrue(run.err().contains("give it to the client with --port"), run.err());
    }

    @Test
    void shouldShowWhereAnErrorComesFromWhenVerbose() throws Exception {
        int port = ScriptedServer.unusedPort();
        for (CommandRun run : List.of(run("-v", "status", "--port", port), run("--port", port, "status", "-v"))) {
            run.exits(4);
            assertTrue(run.err().contains("\tat io.kookoo.client.net.Connector.open"), run.err());
        }
    }

    // Where the server is

    @Test
    void shouldTakeOptionsBeforeAndBehindTheCommand() throws Exception {
        for (Object[] args : List.of(
                new Object[] {"--ip", "127.0.0.1", "--port", server.port(), "ping", "--count", 1},
                new Object[] {"ping", "--count", 1, "--ip", "127.0.0.1", "--port", server.port()},
                new Object[] {"--port", server.port(), "ping", "--ip", "127.0.0.1", "--count=1"},
                new Object[] {"--port", "1", "ping", "--port", server.port(), "--count=1"})) {
            CommandRun run = run(args);
            answerPing();
            run.exits(0);
        }
    }

    @Test
    void shouldFindServerByEnvironmentAndByFile() throws Exception {
        CommandRun environment = new CommandRun(home)
                .environment("KOOKOO_PORT", "" + server.port())
                .environment("KOOKOO_COUNT", "1")
                .start("ping");
        answerPing();
        environment.exits(0);

        Path file = Files.writeString(home.resolve("my.ini"), "[Server]\nport = " + server.port() + "\n");
        CommandRun byFile = run("ping", "--count", 1, "-c", file);
        answerPing();
        byFile.exits(0);
    }

    private void answerPing() throws IOException {
        try (Peer peer = server.accept()) {
            peer.expect(req(ECHO_REQ, "ping 1")).send(res(ECHO_RES, "ping 1")).expectEnd();
        }
    }

    // call

    private CommandRun call(Object... args) {
        return run(Stream.concat(Stream.of("call", "--port", server.port()), Stream.of(args))
                .toArray());
    }

    private static void skip(Peer peer, PacketType... types) throws IOException {
        for (PacketType type : types) {
            assertEquals(type, peer.nextType());
        }
    }

    @Test
    void shouldPrintResultsInTheOrderOfTheCalls() throws Exception {
        CommandRun run = call("add(1, 2)", "hello_world", "echo(grüße)");
        try (Peer peer = server.accept()) {
            peer.expect(
                            req(OPTION_REQ, "exceptions"),
                            req(SUBMIT_JOB, "add", "", "1, 2"),
                            req(SUBMIT_JOB, "hello_world", "", ""),
                            req(SUBMIT_JOB, "echo", "", "grüße"))
                    .send(
                            res(OPTION_RES, "exceptions"),
                            res(JOB_CREATED, "H:1"),
                            res(JOB_CREATED, "H:2"),
                            res(WORK_COMPLETE, "H:2", "Hello World"),
                            res(JOB_CREATED, "H:3"),
                            res(WORK_DATA, "H:3", "grü"),
                            res(WORK_STATUS, "H:3", "1", "2"),
                            res(WORK_COMPLETE, "H:3", "ße"),
                            res(WORK_COMPLETE, "H:1", "3"));
            run.exits(0).printing("3\nHello World\ngrüße\n", "");
        }
    }

    @Test
    void shouldNameFailedCallsAndPrintTheOtherResults() throws Exception {
        CommandRun run = call("pow_2(7,9)", "add(1,2)", "add(3,4)", "full");
        try (Peer peer = server.accept()) {
            skip(peer, OPTION_REQ, SUBMIT_JOB, SUBMIT_JOB, SUBMIT_JOB, SUBMIT_JOB);
            peer.send(
                    res(OPTION_RES, "exceptions"),
                    res(JOB_CREATED, "H:1"),
                    res(JOB_CREATED, "H:2"),
                    res(JOB_CREATED, "H:3"),
                    res(ERROR, "QUEUE_ERROR", "Job queue is full"),
                    res(WORK_EXCEPTION, "H:1", "pow_2 takes 1 argument, got 2"),
                    res(WORK_FAIL, "H:1"),
                    res(WORK_COMPLETE, "H:2", "3"),
                    res(WORK_FAIL, "H:3"));
            run.exits(5).printing("3\n", """
                            pow_2(7,9): pow_2 takes 1 argument, got 2
                            add(3,4): failed; the worker gave no reason
                            full: refused by the server: QUEUE_ERROR Job queue is full
                            """);
        }
    }

    @Test
    void shouldPrintWarningsBesideTheResult() throws Exception {
        CommandRun run = call("add(1,2)");
        try (Peer peer = server.accept()) {
            skip(peer, OPTION_REQ, SUBMIT_JOB);
            peer.send(
                    res(JOB_CREATED, "H:1"),
                    res(WORK_WARNING, "H:1", "slow"),
                    res(WORK_DATA, "H:1", "3"),
                    res(WORK_COMPLETE, "H:1", ""));
            run.exits(0).printing("3\n", "add(1,2): warning: slow\n");
        }
    }

    @Test
    void shouldWorkWithServerThatKnowsNoExceptions() throws Exception {
        CommandRun run = call("add(1,2)");
        try (Peer peer = server.accept()) {
            skip(peer, OPTION_REQ, SUBMIT_JOB);
            peer.send(
                    res(ERROR, "UNKNOWN_OPTION", "Server does not recognize given option"),
                    res(JOB_CREATED, "H:1"),
                    res(WORK_COMPLETE, "H:1", "3"));
            run.exits(0).printing("3\n", "");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"high SUBMIT_JOB_HIGH", "normal SUBMIT_JOB", "low SUBMIT_JOB_LOW"})
    void shouldPrintHandlesOfBackgroundJobsAndNotWait(String priority) throws Exception {
        String[] words = priority.split(" ");
        CommandRun run = call("--background", "--priority", words[0], "sleep(60)", "sleep(61)");
        try (Peer peer = server.accept()) {
            peer.expect(
                            req(OPTION_REQ, "exceptions"),
                            req(valueOf(words[1] + "_BG"), "sleep", "", "60"),
                            req(valueOf(words[1] + "_BG"), "sleep", "", "61"))
                    .send(res(JOB_CREATED, "H:1"), res(ERROR, "QUEUE_ERROR", "Job queue is full"));
            run.exits(5).printing("H:1\n", "sleep(61): refused by the server: QUEUE_ERROR Job queue is full\n");
        }
    }

    @Test
    void shouldWriteJson() throws Exception {
        CommandRun run = call("--json", "echo(\"a \\\"b\\\"\")", "boom");
        try (Peer peer = server.accept()) {
            skip(peer, OPTION_REQ, SUBMIT_JOB, SUBMIT_JOB);
            peer.send(
                    res(JOB_CREATED, "H:1"),
                    res(JOB_CREATED, "H:2"),
                    res(WORK_COMPLETE, "H:1", "a \"b\"\n\u0001"),
                    res(WORK_EXCEPTION, "H:2", "no"));
            run.exits(5).printing("""
                            [{"call": "echo(\\"a \\\\\\"b\\\\\\"\\")", "handle": "H:1", "result": "a \\"b\\"\\n\\u0001"},
                             {"call": "boom", "handle": "H:2", "error": "no"}]
                            """, "boom: no\n");
        }
    }

    @Test
    void shouldNameFunctionThatNoWorkerOffersAndGiveUp() throws Exception {
        CommandRun run = call("--wait-worker", "2.2", "no_such(1)", "helloWorld", "add(1,2)");
        try (Peer peer = server.accept()) {
            peer.expect(
                            req(OPTION_REQ, "exceptions"),
                            req(SUBMIT_JOB, "no_such", "", "1"),
                            req(SUBMIT_JOB, "helloWorld", "", ""),
                            req(SUBMIT_JOB, "add", "", "1,2"))
                    .send(res(JOB_CREATED, "H:1"), res(JOB_CREATED, "H:2"), res(JOB_CREATED, "H:3"))
                    .expect("status\n")
                    .send("no_such\t1\t0\t0\nhello_world\t0\t0\t2\nadd\t1\t1\t1\n.\n")
                    .expect("status\n")
                    .send("no_such\t1\t0\t0\nhello_world\t0\t0\t2\nadd\t1\t1\t1\n.\n")
                    .send(res(WORK_COMPLETE, "H:3", "3"));
            run.exits(5).printing("3\n", """
                            no worker offers no_such; waiting up to 2.2 s for one (--wait-worker)
                            no worker offers helloWorld (but hello_world); waiting up to 2.2 s for one (--wait-worker)
                            no_such(1): no worker offers no_such; waited 2.2 s for one (--wait-worker)
                            helloWorld: no worker offers helloWorld (but hello_world); waited 2.2 s for one (--wait-worker)
                            """);
            peer.expectEnd();
        }
    }

    @Test
    void shouldNotGiveUpWhenAWorkerComes() throws Exception {
        CommandRun run = new CommandRun(home)
                .environment("KOOKOO_WAIT_WORKER", "0")
                .start("call", "--port", server.port(), "--wait-worker", "60", "add(1,2)");
        try (Peer peer = server.accept()) {
            peer.expect(req(OPTION_REQ, "exceptions"), req(SUBMIT_JOB, "add", "", "1,2"))
                    .send(res(JOB_CREATED, "H:1"))
                    .expect("status\n")
                    .send("add\t1\t0\t0\n.\n")
                    .expect("status\n")
                    .send("add\t1\t1\t1\n.\n")
                    .send(res(WORK_COMPLETE, "H:1", "3"));
            run.exits(0).printing("3\n", "no worker offers add; waiting up to 60 s for one (--wait-worker)\n");
        }
    }

    @Test
    void shouldEndWithSixWhenTimeRunsOut() throws Exception {
        CommandRun run = call("--timeout", "0.2", "add(1,2)", "sleep(60)");
        try (Peer peer = server.accept()) {
            skip(peer, OPTION_REQ, SUBMIT_JOB, SUBMIT_JOB);
            peer.send(res(JOB_CREATED, "H:1"), res(JOB_CREATED, "H:2"), res(WORK_COMPLETE, "H:1", "3"));
            run.exits(6).printing("3\n", "sleep(60): no result within 0.2 s (--timeout)\n");
        }
    }

    @Test
    void shouldPrintWhatThereIsWhenTheConnectionIsLost() throws Exception {
        CommandRun run = call("add(1,2)", "sleep(60)");
        server.accept()
                .expect(
                        req(OPTION_REQ, "exceptions"),
                        req(SUBMIT_JOB, "add", "", "1,2"),
                        req(SUBMIT_JOB, "sleep", "", "60"))
                .send(res(JOB_CREATED, "H:1"), res(JOB_CREATED, "H:2"), res(WORK_COMPLETE, "H:1", "3"))
                .hangUp();
        run.exits(4)
                .printing(
                        "3\n",
                        "sleep(60): the result is not known: the connection to 127.0.0.1:" + server.port()
                                + " is lost: the server closed the connection\n");
    }

    @Test
    void shouldCancelWhatHasNotEndedWhenItIsInterrupted() throws Exception {
        CommandRun run = call("add(1,2)", "sleep(60)", "sleep(61)");
        try (Peer peer = server.accept()) {
            skip(peer, OPTION_REQ, SUBMIT_JOB, SUBMIT_JOB, SUBMIT_JOB);
            peer.send(res(JOB_CREATED, "H:1"), res(JOB_CREATED, "H:2"), res(JOB_CREATED, "H:3"))
                    .send(res(WORK_COMPLETE, "H:1", "3"));
            run.awaitOut("3\n");
            Thread signal = new Thread(run::signal);
            signal.start();
            peer.expect("cancel job H:2\ncancel job H:3\n").send("OK\r\nERR UNKNOWN_JOB\r\n");
            run.exits(130).printing("3\n", "sleep(60): cancelled\nsleep(61): cancelled\n");
            signal.join();
        }
        assertEquals(List.of(130), run.halts());
        run.signal();
        assertEquals(List.of(130), run.halts());
    }

    @Test
    void shouldShowProgressOnATerminalAlone() throws Exception {
        for (boolean terminal : new boolean[] {true, false}) {
            CommandRun run = new CommandRun(home);
            if (terminal) {
                run.onTerminal();
            }
            run.start("call", "--port", server.port(), "--progress", "write_file(x)");
            try (Peer peer = server.accept()) {
                skip(peer, OPTION_REQ, SUBMIT_JOB);
                peer.send(res(JOB_CREATED, "H:1"), res(WORK_STATUS, "H:1", "30", "40"))
                        .send(res(WORK_WARNING, "H:1", "slow"), res(WORK_COMPLETE, "H:1", "x"));
                run.exits(0);
            }
            assertEquals("x\n", run.out());
            assertEquals(terminal, run.err().contains("40/40"), run.err());
            assertTrue(run.err().contains("write_file(x): warning: slow\n"), run.err());
        }
    }

    @Test
    void shouldShowProgressToTheEnd() throws Exception {
        CommandRun one =
                new CommandRun(home).onTerminal().start("call", "--port", server.port(), "--progress", "write_file(x)");
        try (Peer peer = server.accept()) {
            skip(peer, OPTION_REQ, SUBMIT_JOB);
            peer.send(res(JOB_CREATED, "H:1"), res(WORK_STATUS, "H:1", "30", "40"))
                    .send(res(WORK_COMPLETE, "H:1", "x"));
            one.exits(0);
        }
        assertTrue(one.err().contains("100%"), one.err());

        CommandRun several =
                new CommandRun(home).onTerminal().start("call", "--port", server.port(), "--progress", "f(1)", "f(2)");
        try (Peer peer = server.accept()) {
            skip(peer, OPTION_REQ, SUBMIT_JOB, SUBMIT_JOB);
            peer.send(res(JOB_CREATED, "H:1"), res(JOB_CREATED, "H:2"), res(WORK_STATUS, "H:2", "1", "3"))
                    .send(res(WORK_COMPLETE, "H:2", "x"), res(WORK_FAIL, "H:1"));
            several.exits(5);
        }
        assertTrue(several.err().contains("100%"), several.err());
    }

    @Test
    void shouldLetNoWorkerWriteToTheTerminalButText() throws Exception {
        for (boolean terminal : new boolean[] {true, false}) {
            CommandRun run = new CommandRun(home);
            if (terminal) {
                run.onTerminal();
            }
            run.start("call", "--port", server.port(), "f(1)", "f(2)");
            try (Peer peer = server.accept()) {
                skip(peer, OPTION_REQ, SUBMIT_JOB, SUBMIT_JOB);
                peer.send(res(JOB_CREATED, "H:1"), res(JOB_CREATED, "H:2"))
                        .send(res(WORK_WARNING, "H:1", "\033[2Jslow\r"))
                        .send(res(WORK_COMPLETE, "H:1", "a\tb\nc\033[31m\r"))
                        .send(res(WORK_EXCEPTION, "H:2", "no\007\nf(3): forged"));
                run.exits(5)
                        .printing(
                                terminal ? "a\tb\nc\\u001b[31m\\r\n" : "a\tb\nc\033[31m\r\n",
                                "f(1): warning: \\u001b[2Jslow\\r\nf(2): no\\u0007\\nf(3): forged\n");
            }
        }
    }

    // status, workers, ping, functions

    @Test
    void shouldShowStatusAsTableAndAsJson() throws Exception {
        String answer = "add\t12\t2\t3\nodd%09name\t0\t0\t0\n.\n";
        answerText("status", answer, run("status", "--port", server.port()))
                .exits(0)
                .printing("""
                        FUNCTION    TOTAL  RUNNING  WORKERS
                        add            12        2        3
                        odd%09name      0        0        0
                        """, "");
        answerText("status", answer, run("status", "--json", "--port", server.port()))
                .exits(0)
                .printing("""
                        [{"function": "add", "total": 12, "running": 2, "workers": 3},
                         {"function": "odd%09name", "total": 0, "running": 0, "workers": 0}]
                        """, "");
        answerText("status", ".\n", run("status", "--json", "--port", server.port()))
                .exits(0)
                .printing("[]\n", "");
    }

    @Test
    void shouldShowWorkersAsTableAndAsJson() throws Exception {
        String answer = "38 127.0.0.1 - :\n39 127.0.0.1 box/1 : add divide\n.\n";
        answerText("workers", answer, run("workers", "--port", server.port()))
                .exits(0)
                .printing("""
                        FD  IP         ID     FUNCTIONS
                        38  127.0.0.1  -
                        39  127.0.0.1  box/1  add divide
                        """, "");
        answerText("workers", answer, run("workers", "--json", "--port", server.port()))
                .exits(0)
                .printing("""
                        [{"fd": "38", "ip": "127.0.0.1", "id": "-", "functions": []},
                         {"fd": "39", "ip": "127.0.0.1", "id": "box/1", "functions": ["add", "divide"]}]
                        """, "");
    }

    @Test
    void shouldSayThatTheServerRefuses() throws Exception {
        CommandRun run = answerText("status", "ERR UNKNOWN_COMMAND x\r\n", run("status", "--port", server.port()));
        run.exits(5).printing("", "the server refuses \"status\": ERR UNKNOWN_COMMAND x\n");
    }

    private CommandRun answerText(String command, String answer, CommandRun run) throws IOException {
        try (Peer peer = server.accept()) {
            peer.expect(command + "\n").send(answer).expectEnd();
        }
        return run;
    }

    @Test
    void shouldPrintRoundTrips() throws Exception {
        CommandRun run = run("ping", "--count", 2, "--port", server.port());
        try (Peer peer = server.accept()) {
            peer.expect(req(ECHO_REQ, "ping 1"))
                    .send(res(ECHO_RES, "ping 1"))
                    .expect(req(ECHO_REQ, "ping 2"))
                    .send(res(ECHO_RES, "ping 2"));
            run.exits(0);
        }
        String line = "127\\.0\\.0\\.1:" + server.port() + ": \\d+\\.\\d\\d ms\n";
        assertTrue(run.out().matches(line + line), run.out());
    }

    @Test
    void shouldListItsFunctionsWithoutAServer() throws Exception {
        CommandRun run = run("functions").exits(0);
        assertTrue(run.out().lines().anyMatch(line -> line.matches("add\\(.*\\)  +\\S.*")), run.out());
        assertTrue(run("functions", "--json").exits(0).out().startsWith("[{\"name\": \"add\", \"signature\": \"add("));
    }

    @Test
    void shouldNotSayThatItWentWellWhenTheAnswerCannotBeWritten() throws Exception {
        CommandRun run = new CommandRun(home).withoutOut().start("functions").exits(9);
        assertTrue(run.err().startsWith("cannot write to standard output: "), run.err());
    }

    @Test
    void shouldReportFunctionSourceThatDoesNotCompile() throws Exception {
        Files.createDirectory(home.resolve("functions"));
        Files.writeString(home.resolve("functions/Broken.java"), "class Broken {\n  int\n}\n");
        CommandRun run = run("functions").exits(0);
        assertTrue(run.err().startsWith("Broken.java:"), run.err());
        assertTrue(run.out().contains("add("), run.out());
    }

    @Test
    void shouldTeachByExample() throws Exception {
        for (String command : List.of("run", "call", "submit", "functions", "status", "workers", "ping", "bench")) {
            CommandRun run = run(command, "--help").exits(0);
            assertTrue(run.out().contains("Examples:\n  java -jar client.jar"), run.out());
            assertTrue(run.out().contains("--ip"), run.out());
            assertEquals(-1, run.out().indexOf("${"), run.out());
            assertEquals(-1, run.out().indexOf("tether"), run.out());
        }
        CommandRun all = run("--help").exits(0);
        assertTrue(all.out().contains("Examples:\n  java -jar client.jar"), all.out());
        assertTrue(run("generate-completion").exits(0).out().contains("--wait-worker"));
        assertTrue(run("--version").exits(0).out().startsWith("Kookoo client "));
    }

    // run

    @Test
    void shouldRunWithoutACommandUntilItsTetherIsCut() throws Exception {
        PipedOutputStream tether = new PipedOutputStream();
        CommandRun run = new CommandRun(home)
                .input(new PipedInputStream(tether))
                .start("--tether", "--no-console", "--port", server.port(), "--interval", "0", "--threads", 1);
        List<Peer> peers = List.of(server.accept(), server.accept());
        tether.close();
        for (Peer peer : peers) {
            peer.reset();
        }
        run.exits(0).printing("", "");
        try (Stream<Path> logs = Files.list(home.resolve("logs"))) {
            String log = Files.readString(logs.findFirst().orElseThrow());
            assertTrue(log.contains("client_stopping reason=\"the end of standard input\""), log);
            assertTrue(log.contains("client_stopped all_calls_ended=yes"), log);
        }
    }

    /** The next packet; a machine that takes long to compile lets the client ask meanwhile whether its server is there. */
    private static String nextButEcho(Peer peer) throws IOException {
        String next = peer.next();
        while (next.startsWith("ECHO_REQ")) {
            next = peer.next();
        }
        return next;
    }

    @Test
    void shouldWorkWhileALibraryOfTheFolderIsNotDoneStarting() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        // What a source of functions/ and this test both reach.
        System.getProperties().put("kookoo.test.begun", begun);
        System.getProperties().put("kookoo.test.gate", gate);
        Files.createDirectory(home.resolve("functions"));
        Files.writeString(home.resolve("functions/Stuck.java"), """
                        import java.util.concurrent.CountDownLatch;
                        public class Stuck implements io.kookoo.client.function.FunctionLibrary {
                            static {
                                ((CountDownLatch) System.getProperties().get("kookoo.test.begun")).countDown();
                                try {
                                    ((CountDownLatch) System.getProperties().get("kookoo.test.gate")).await();
                                } catch (InterruptedException e) {
                                    throw new IllegalStateException(e);
                                }
                            }
                            public int unstuck() { return 1; }
                        }
                        """);
        CommandRun run = run("run", "--no-console", "--threads", 1, "--port", server.port());
        try (Peer one = server.accept();
                Peer other = server.accept()) {
            assertTrue(begun.await(60, TimeUnit.SECONDS), "the library is not being created");
            server.close();
            assertEquals(SET_CLIENT_ID, one.nextType());
            assertEquals(SET_CLIENT_ID, other.nextType());
            Peer worker = one.next().equals("OPTION_REQ cancel") ? one : other;
            while (worker.nextType() != GRAB_JOB_UNIQ) {
                // The built-in functions.
                continue;
            }
            worker.send(res(JOB_ASSIGN_UNIQ, "H:1", "add", "", "1,2"));
            assertEquals("WORK_COMPLETE H:1|3", nextButEcho(worker));
            assertEquals(GRAB_JOB_UNIQ, PacketType.valueOf(nextButEcho(worker).strip()));
            gate.countDown();
            assertEquals("CAN_DO unstuck", nextButEcho(worker));
        } finally {
            gate.countDown();
            run.signal();
            System.getProperties().remove("kookoo.test.begun");
            System.getProperties().remove("kookoo.test.gate");
        }
        assertEquals(List.of(0), run.halts());
    }

    @Test
    void shouldEndWithZeroAfterASignal() throws Exception {
        CommandRun run = run("run", "--no-console", "--port", server.port());
        try (Peer one = server.accept();
                Peer other = server.accept()) {
            one.reset();
            other.reset();
            run.signal();
        }
        assertEquals(List.of(0), run.halts());
    }
}
