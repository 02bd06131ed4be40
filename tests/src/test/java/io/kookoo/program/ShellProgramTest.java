package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.TextVerb;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ... | java -jar client.jar shell}, against one server with one worker. */
class ShellProgramTest {
    @TempDir
    static Path folder;

    private static Path home;
    private static RunningProgram server;

    @BeforeAll
    static void startServerWithAWorker() throws IOException {
        home = RunningProgram.shippedHome(folder.resolve("home"));
        server = RunningProgram.server(home, "--workers", "1");
    }

    @AfterAll
    static void stopThem() {
        if (server != null) {
            server.close();
        }
    }

    private static RunningProgram start() throws IOException {
        return RunningProgram.start(
                home, "client.jar", "shell", "127.0.0.1", Integer.toString(server.port()), "--history", "history");
    }

    private static void type(RunningProgram shell, String lines) throws IOException {
        OutputStream in = shell.process().getOutputStream();
        in.write(lines.getBytes(StandardCharsets.UTF_8));
        in.flush();
    }

    /** A shell that has come to the end of these lines. */
    private static RunningProgram run(String lines) throws IOException {
        RunningProgram shell = start();
        type(shell, lines);
        shell.process().getOutputStream().close();
        shell.awaitExit();
        return shell;
    }

    private static void assertEnded(RunningProgram shell, int exitCode, List<String> out, List<String> err) {
        assertEquals(out, shell.out(), () -> "standard error: " + shell.err());
        assertEquals(err, shell.err());
        assertEquals(exitCode, shell.awaitExit());
    }

    @Test
    void shouldPrintAResultAndNothingElse() throws IOException {
        assertEnded(run("add(1,2)\n"), 0, List.of("3"), List.of());
    }

    @Test
    void shouldGoThroughAllLinesAndEndWithFiveWhenACallFailed() throws IOException {
        RunningProgram shell = run("sleep(0.2)\npow_2(7,9)\nhello_world\nechoo\necho(\"zwei Wörter, ☕\")");
        assertEnded(
                shell,
                5,
                List.of("", "Hello World", "zwei Wörter, ☕"),
                List.of(
                        "pow_2(7,9): pow_2 takes 1 argument, got 2",
                        "line 4: \"echoo\" is no command and no function that a worker offers; did you mean \"echo\"?"));
    }

    @Test
    void shouldTakeTheServersCommands() throws IOException {
        RunningProgram shell = run("show load\nmultiply(6,7) &\nshow nonsense\nhelp\nquit\nadd(1,2)\n");
        assertEquals(5, shell.awaitExit());
        assertEquals(List.of("line 3: ERR UNKNOWN_SHOW_ARGUMENTS"), shell.err());
        List<String> out = shell.out();
        assertTrue(out.get(0).matches("\\d+\t0\t0"), out::toString);
        assertTrue(out.get(1).matches("H:\\S+:\\d+"), out::toString);
        // Its own words first, then the server's.
        assertTrue(out.get(2).startsWith("add(1,2)\t"), out::toString);
        assertTrue(out.stream().anyMatch(line -> line.startsWith("show clients\t")), out::toString);
        assertFalse(out.contains("3"), out::toString);
    }

    @Test
    void shouldKnowAllThatTheServerTakes() throws IOException {
        List<String> known = new ArrayList<>(TextVerb.words());
        known.addAll(List.of("exit", "quit"));
        for (String line : TextCommand.ask(server.port(), "help")) {
            for (String command : line.split("\t")[0].split(", ")) {
                assertTrue(known.contains(command.split(" ")[0]), command);
            }
        }
    }

    @Test
    void shouldTalkOverAChannel() throws IOException {
        try (RunningProgram ann = start();
                RunningProgram bob = start()) {
            type(bob, "name bob\ncreate news\nsubscribe news\n");
            bob.awaitOut(2, "OK news"::equals);
            type(
                    ann,
                    "name ann\npublish news {\"a\":  1}\ntell bob  hi \npublish news 2\nhistory news 1\nchannels\nadd(1,2)\n");
            ann.awaitOut("3"::equals);
            String time = " \\d{4}-\\d\\d-\\d\\dT\\S+Z ";
            bob.awaitOut(line -> line.matches("message news ann" + time + "\\{\"a\":  1}"));
            bob.awaitOut(line -> line.matches("tell ann" + time + " hi "));
            bob.awaitOut(line -> line.matches("message news ann" + time + "2"));
            List<String> out = ann.out();
            assertEquals(List.of("OK ann", "OK 1", "OK bob", "OK 1"), out.subList(0, 4), out::toString);
            assertTrue(out.get(4).matches("message news ann" + time + "2"), out::toString);
            assertTrue(out.contains("news\t1"), out::toString);
            assertEquals(List.of(), ann.err());
            assertEquals(List.of(), bob.err());
        }
    }

    @Test
    void shouldKeepNoHistoryOfAPipe() throws IOException {
        assertEnded(run("add(2,2)\n"), 0, List.of("4"), List.of());
        assertFalse(Files.exists(home.resolve("history")));
    }

    @Test
    void shouldAnswerEachLineBeforeTheNextIsThere() throws IOException {
        try (RunningProgram shell = start()) {
            type(shell, "add(1,2)\n");
            shell.awaitOut("3"::equals);
            type(shell, "add(3,4)\n");
            shell.awaitOut("7"::equals);
            assertEquals(130, shell.terminate());
        }
    }
}
