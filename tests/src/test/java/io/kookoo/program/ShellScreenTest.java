package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code client.jar shell} in a real terminal: what a person sees who types there. */
@Tag("peers")
class ShellScreenTest {
    private static final String PROMPT = "kookoo> ";
    /** As that of {@link TopScreenTest}; the home folder of the shell is the one it runs in. */
    private static final String SCRIPT = "trap : INT; stty -g > set_before; \"$@\" 2> err; echo $? > code;"
            + " stty -g > set_after; echo ended; exec cat";

    @TempDir
    Path folder;

    private Path home;
    private RunningProgram server;
    private Tmux terminal;

    @BeforeEach
    void startServerWithAWorker() throws IOException {
        home = RunningProgram.shippedHome(folder.resolve("home"));
        server = RunningProgram.server(home, "--workers", "1");
        TextCommand.await(server.port(), "status", lines -> lines.contains("add\t0\t0\t1"));
    }

    @AfterEach
    void stopThem() throws IOException {
        if (terminal != null) {
            terminal.close();
        }
        server.close();
    }

    /** A shell at its prompt, on 100 columns and 30 rows. */
    private void startShell(String... javaOptions) throws IOException {
        startShellIn(home, javaOptions);
    }

    private void startShellIn(Path where, String... javaOptions) throws IOException {
        List<String> options = new ArrayList<>(List.of(javaOptions));
        options.add("-Duser.home=" + home);
        List<String> command =
                RunningProgram.java(options, "client.jar", "shell", "127.0.0.1", Integer.toString(server.port()));
        terminal = new Tmux(where, 100, 30, SCRIPT, command.toArray(String[]::new));
        awaitLast(PROMPT.strip());
        assertEquals(
                "connected to 127.0.0.1:" + server.port() + "; help lists what can be typed, Ctrl-D ends",
                terminal.screen().get(0));
    }

    private void type(String text) throws IOException {
        terminal.type(text);
        awaitLast(PROMPT + text);
    }

    /** Waits until this is the last line, where the cursor is. */
    private void awaitLast(String line) throws IOException {
        terminal.awaitScreen(
                lines -> !lines.isEmpty() && lines.get(lines.size() - 1).equals(line));
    }

    private static Predicate<List<String>> ends(String... last) {
        List<String> expected = List.of(last);
        return lines -> lines.size() >= expected.size()
                && lines.subList(lines.size() - expected.size(), lines.size()).equals(expected);
    }

    private void assertEndedAndTheTerminalIsAsItWas(int code) throws IOException {
        awaitLast("ended");
        assertEquals(
                Integer.toString(code), Files.readString(home.resolve("code")).strip());
        assertEquals(Files.readString(home.resolve("set_before")), Files.readString(home.resolve("set_after")));
        assertEquals("", Files.readString(home.resolve("err")));
        assertFalse(terminal.isTakenOver());
    }

    @Test
    void shouldPrintWhatACallComesToAndEndOnCtrlD() throws IOException {
        startShell();
        type("add(1,2)");
        terminal.press("Enter");
        terminal.awaitScreen(ends(PROMPT + "add(1,2)", "3", PROMPT.strip()));
        type("pow_2(7,9)");
        terminal.press("Enter");
        terminal.awaitScreen(ends(PROMPT + "pow_2(7,9)", "pow_2(7,9): pow_2 takes 1 argument, got 2", PROMPT.strip()));
        terminal.press("C-d");
        // Who sees that it failed need not be told by the exit code.
        assertEndedAndTheTerminalIsAsItWas(0);
    }

    @Test
    void shouldCompleteFunctionsAndCommands() throws IOException {
        startShell();
        terminal.type("mult");
        terminal.press("Tab");
        awaitLast(PROMPT + "multiply(");
        terminal.type("6,7)");
        terminal.press("Enter");
        terminal.awaitScreen(ends("42", PROMPT.strip()));
        terminal.type("prior");
        terminal.press("Tab");
        awaitLast(PROMPT + "prioritystatus");
        terminal.press("C-u");
        terminal.type("show lo");
        terminal.press("Tab");
        awaitLast(PROMPT + "show load");
        terminal.press("Enter");
        terminal.awaitScreen(lines -> {
            int size = lines.size();
            return lines.get(size - 1).equals(PROMPT.strip())
                    && lines.get(size - 2).matches("\\d+ +\\d+ +\\d+")
                    && lines.get(size - 3).equals("CONNECTIONS  QUEUED  RUNNING");
        });
    }

    /** What another person types. */
    private String say(String line) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(Math.toIntExact(RunningProgram.PATIENCE.toMillis()));
            socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
        }
    }

    @Test
    void shouldShowMessagesAboveWhatIsBeingTyped() throws IOException {
        startShell();
        type("name bob");
        terminal.press("Enter");
        terminal.awaitScreen(ends("OK bob", PROMPT.strip()));
        terminal.type("subscribe main");
        terminal.press("Tab");
        awaitLast(PROMPT + "subscribe main_channel");
        terminal.press("Enter");
        terminal.awaitScreen(ends("OK main_channel", PROMPT.strip()));
        type("add(1");
        assertEquals("OK 1", say("publish main_channel {\"text\": \"to all\"} \u001b[2J"));
        assertEquals("OK bob", say("tell bob and to you"));
        String time = "\\d\\d:\\d\\d:\\d\\d conn-\\d+ ";
        List<String> screen = terminal.awaitScreen(lines -> {
            int size = lines.size();
            return size > 2
                    && lines.get(size - 3).matches(time + "to main_channel: \\{\"text\": \"to all\"} \\\\u001b\\[2J")
                    && lines.get(size - 2).matches(time + "tells you: and to you")
                    && lines.get(size - 1).equals(PROMPT + "add(1");
        });
        assertEquals(PROMPT + "subscribe main_channel", screen.get(screen.size() - 5));
        terminal.type(",2)");
        terminal.press("Enter");
        terminal.awaitScreen(ends(PROMPT + "add(1,2)", "3", PROMPT.strip()));
        // And while a call is waited for.
        type("sleep(30)");
        terminal.press("Enter");
        server.awaitOut(line -> line.contains("handed_out") && line.contains("call=sleep(30)"));
        assertEquals("OK bob", say("tell bob while you wait"));
        terminal.awaitScreen(lines -> lines.get(lines.size() - 1).matches(time + "tells you: while you wait"));
    }

    @Test
    void shouldCancelTheCallAndNotTheShellOnCtrlC() throws IOException {
        startShell();
        type("sleep(30)");
        terminal.press("Enter");
        server.awaitOut(line -> line.contains("handed_out") && line.contains("call=sleep(30)"));
        terminal.press("C-c");
        terminal.awaitScreen(ends(PROMPT + "sleep(30)", "sleep(30): cancelled", PROMPT.strip()));
        server.awaitOut(line -> line.contains(" ended ") && line.contains("call=sleep(30)"));
        // At the prompt it drops the line, each time once.
        for (int i = 0; i < 5; i++) {
            type("half a li");
            terminal.press("C-c");
            terminal.awaitScreen(ends(PROMPT + "half a li", PROMPT.strip()));
        }
        type("add(1,2)");
        terminal.press("Enter");
        terminal.awaitScreen(ends("3", PROMPT.strip()));
        type("exit");
        terminal.press("Enter");
        assertEndedAndTheTerminalIsAsItWas(0);
    }

    @Test
    void shouldStopWaitingForAnAnswerOnCtrlC() throws IOException {
        startShell();
        type("sleep(30) &");
        terminal.press("Enter");
        List<String> screen =
                terminal.awaitScreen(lines -> lines.size() == 4 && lines.get(2).matches("H:\\S+:\\d+"));
        terminal.type("result " + screen.get(2) + " wait");
        terminal.press("Enter");
        terminal.awaitLineByLine();
        terminal.press("C-c");
        terminal.awaitScreen(
                lines -> lines.contains("not waited for any more; the server may have done it, or do it" + " yet")
                        && lines.get(lines.size() - 1).equals(PROMPT.strip()));
        type("version");
        terminal.press("Enter");
        terminal.awaitScreen(lines -> lines.stream().anyMatch(line -> line.matches("OK \\d.*"))
                && ends(PROMPT.strip()).test(lines));
    }

    private void add() throws IOException {
        type("add(40,2)");
        terminal.press("Enter");
        terminal.awaitScreen(ends("42", PROMPT.strip()));
    }

    private void haveTheAdditionAgainAndEnd() throws IOException {
        terminal.press("Up");
        awaitLast(PROMPT + "add(40,2)");
        terminal.press("C-c");
        awaitLast(PROMPT.strip());
        terminal.press("C-d");
        assertEndedAndTheTerminalIsAsItWas(0);
    }

    @Test
    void shouldHaveLinesAgainThatWereTypedBefore() throws IOException {
        startShell();
        add();
        haveTheAdditionAgainAndEnd();
        Path history = home.resolve(".kookoo_history");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(history)));
        terminal.close();

        startShellIn(Files.createDirectory(folder.resolve("again")));
        terminal.press("Up");
        awaitLast(PROMPT + "add(40,2)");
    }

    @Test
    void shouldKeepNoTokenThatWasTyped() throws IOException {
        startShell();
        add();
        for (String line : List.of("auth s3cret", " aUTH  s3cret")) {
            type(line);
            terminal.press("Enter");
            awaitLast(PROMPT.strip());
        }
        haveTheAdditionAgainAndEnd();
        String kept = Files.readString(home.resolve(".kookoo_history"));
        assertTrue(kept.contains("add(40,2)"), kept);
        assertFalse(kept.contains("s3cret"), kept);
    }

    @Test
    void shouldSayThatLinesCannotBeKeptAndWorkAllTheSame() throws IOException {
        Files.createDirectory(home.resolve(".kookoo_history"));
        List<String> command = RunningProgram.java(
                List.of("-Duser.home=" + home), "client.jar", "shell", "--port", Integer.toString(server.port()));
        terminal = new Tmux(home, 100, 30, SCRIPT, command.toArray(String[]::new));
        awaitLast(PROMPT.strip());
        assertTrue(terminal.screen().get(0).startsWith("lines are not kept in " + home), terminal.screen()::toString);
        type("add(1,2)");
        terminal.press("Enter");
        terminal.awaitScreen(ends("3", PROMPT.strip()));
        terminal.press("Up");
        awaitLast(PROMPT + "add(1,2)");
    }

    @Test
    void shouldNotLetOthersControlTheTerminal() throws IOException {
        startShell();
        terminal.type("echo(\"a\\u001b[2Jb\\tc\\u009bd\")");
        terminal.press("Enter");
        terminal.awaitScreen(lines -> lines.stream().anyMatch(line -> line.matches("a\\\\u001b\\[2Jb +c\\\\u009bd")));
    }

    @Test
    void shouldSayThatTheServerIsGoneWhileOneTypesAndConnectAgain() throws IOException {
        startShell();
        int port = server.port();
        type("add(1");
        server.close();
        List<String> screen = terminal.awaitScreen(lines ->
                lines.stream().anyMatch(line -> line.startsWith("the connection to 127.0.0.1:" + port + " is lost: "))
                        && ends(PROMPT + "add(1").test(lines));
        assertEquals(PROMPT + "add(1", screen.get(screen.size() - 1));
        server = RunningProgram.serverAgain(home, port, "--workers", "1");
        terminal.type(",2)");
        terminal.press("Enter");
        terminal.awaitScreen(ends(PROMPT + "add(1,2)", "connected again to 127.0.0.1:" + port, "3", PROMPT.strip()));
    }

    @Test
    void shouldGiveTheTerminalBackOnASignal() throws Exception {
        startShell();
        type("half a li");
        List<ProcessHandle> programs = terminal.programs();
        assertEquals(1, programs.size());
        String pid = Long.toString(programs.get(0).pid());
        assertEquals(
                0, new ProcessBuilder("kill", "-TERM", pid).inheritIO().start().waitFor());
        assertEndedAndTheTerminalIsAsItWas(130);
    }

    @Test
    void shouldDoWithATerminalThatCanDoNothing() throws IOException {
        startShell("-Dorg.jline.terminal.type=dumb");
        type("sleep(30)");
        terminal.press("Enter");
        server.awaitOut(line -> line.contains("handed_out") && line.contains("call=sleep(30)"));
        terminal.press("C-c");
        terminal.awaitScreen(ends("^Csleep(30): cancelled", PROMPT.strip()));
        type("exit");
        terminal.press("Enter");
        assertEndedAndTheTerminalIsAsItWas(0);
    }

    @Test
    void shouldDoWithoutNativeCode() throws IOException {
        startShell("-Dorg.jline.terminal.jni=false");
        type("sleep(30)");
        terminal.press("Enter");
        server.awaitOut(line -> line.contains("handed_out") && line.contains("call=sleep(30)"));
        terminal.press("C-c");
        terminal.awaitScreen(ends("sleep(30): cancelled", PROMPT.strip()));
        terminal.press("C-d");
        assertEndedAndTheTerminalIsAsItWas(0);
    }
}
