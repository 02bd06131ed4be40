package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code client.jar top} in a real terminal: what is on it meanwhile, and that it is as it was afterwards. */
@Tag("peers")
class TopScreenTest {
    private static final String BEFORE = "this was here before";
    /**
     * Runs its arguments, notes their exit code and how the terminal is set before and after, and stays; as a shell does at which a person
     * sits, it outlives Ctrl-C.
     */
    private static final String SCRIPT = "trap : INT; echo '" + BEFORE
            + "'; stty -g > set_before; \"$@\" 2> err; echo $? > code;" + " stty -g > set_after; echo ended; exec cat";

    @TempDir
    Path folder;

    private Path home;
    private RunningProgram server;
    private Tmux terminal;

    @BeforeEach
    void startServerWithAWorker() throws IOException {
        home = RunningProgram.shippedHome(folder.resolve("home"));
        server = RunningProgram.server(home, "--workers", "1");
    }

    @AfterEach
    void stopThem() throws IOException {
        if (terminal != null) {
            terminal.close();
        }
        server.close();
    }

    /** Top, on 100 columns and 40 rows, with the functions of the worker on it. */
    private void startTop(String... javaOptions) throws IOException {
        List<String> command = RunningProgram.java(
                List.of(javaOptions),
                "client.jar",
                "top",
                "--interval",
                "0.2",
                "--port",
                Integer.toString(server.port()));
        terminal = new Tmux(home, 100, 40, SCRIPT, command.toArray(String[]::new));
        List<String> screen =
                terminal.awaitScreen(lines -> has(lines, "multiply +0 +0 .*") && has(lines, "WORKER +ADDRESS.*"));
        assertTrue(screen.get(0).contains("  127.0.0.1:" + server.port() + "  Kookoo "), screen::toString);
        assertFalse(screen.contains(BEFORE), screen::toString);
        assertTrue(terminal.isTakenOver());
    }

    private static boolean has(List<String> lines, String pattern) {
        return lines.stream().anyMatch(line -> line.matches(pattern));
    }

    private void assertEndedAndTheTerminalIsAsItWas(int code) throws IOException {
        assertEquals(List.of(BEFORE, "ended"), terminal.awaitScreen(lines -> lines.contains("ended")));
        assertEquals(
                Integer.toString(code), Files.readString(home.resolve("code")).strip());
        assertEquals(Files.readString(home.resolve("set_before")), Files.readString(home.resolve("set_after")));
        assertEquals("", Files.readString(home.resolve("err")));
        assertFalse(terminal.isTakenOver());
    }

    @Test
    void shouldShowTheServerUntilQ() throws IOException {
        startTop();
        terminal.press("q");
        assertEndedAndTheTerminalIsAsItWas(0);
    }

    @Test
    void shouldEndAtOnceOnCtrlC() throws IOException {
        startTop();
        terminal.press("C-c");
        assertEndedAndTheTerminalIsAsItWas(130);
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void shouldGiveTheTerminalBackOnASignal(String signal) throws Exception {
        startTop();
        List<ProcessHandle> programs = terminal.programs();
        assertEquals(1, programs.size());
        String pid = Long.toString(programs.get(0).pid());
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + signal, pid)
                        .inheritIO()
                        .start()
                        .waitFor());
        assertEndedAndTheTerminalIsAsItWas(130);
    }

    @Test
    void shouldDoWithoutNativeCode() throws IOException {
        startTop("-Dorg.jline.terminal.jni=false");
        terminal.resize(60, 12);
        terminal.awaitScreen(lines -> has(lines, "\\.\\.\\. \\d+ more functions"));
        terminal.press("q");
        assertEndedAndTheTerminalIsAsItWas(0);
    }

    @Test
    void shouldFollowTheSizeOfTheTerminal() throws IOException {
        startTop();
        terminal.awaitScreen(lines -> !has(lines, "\\.\\.\\. .*"));
        terminal.resize(50, 12);
        List<String> small = terminal.awaitScreen(lines -> has(lines, "\\.\\.\\. \\d+ more functions"));
        assertEquals(12, small.size());
        assertTrue(small.get(11).matches("\\S+/\\d+ +127\\.0\\.0\\.1 .*"), small::toString);
        terminal.resize(120, 40);
        terminal.awaitScreen(lines -> has(lines, "multiply +0 +0 .*") && !has(lines, "\\.\\.\\. .*"));
        terminal.press("q");
        assertEndedAndTheTerminalIsAsItWas(0);
    }

    @Test
    void shouldSortByWhatIsChosen() throws IOException {
        startTop();
        RunningProgram call = RunningProgram.command(home, server.port(), "call", "sleep(0.05)");
        assertEquals(0, call.awaitExit(), () -> call.err() + " " + server.out());
        terminal.press("s");
        terminal.awaitScreen(lines -> lines.get(1).endsWith("sorted by: done per second"));
        terminal.press("s");
        // The only one that was ever run.
        terminal.awaitScreen(lines ->
                lines.get(1).endsWith("sorted by: mean time") && lines.get(3).startsWith("sleep "));
    }

    @Test
    void shouldSayThatTheServerIsAwayAndShowItAgainWhenItIsBack() throws IOException {
        startTop();
        int port = server.port();
        server.close();
        List<String> away = terminal.awaitScreen(lines -> has(lines, "SERVER AWAY since .*Connection refused.*"));
        // What was there last stays.
        assertTrue(has(away, "multiply .*"), away::toString);
        server = RunningProgram.serverAgain(home, port);
        terminal.awaitScreen(lines -> lines.size() > 1 && lines.get(1).startsWith("q quits"));
        // This one has no worker.
        terminal.awaitScreen(lines -> !has(lines, "multiply .*"));
        terminal.press("q");
        assertEndedAndTheTerminalIsAsItWas(0);
    }
}
