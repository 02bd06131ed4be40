package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** A real terminal, that of tmux, in which a script of the shell runs; with a tmux server of its own. */
final class Tmux implements AutoCloseable {
    /** Between two looks at the screen: each is a process. */
    private static final long LOOK_NANOS = 20_000_000;

    private final Path socket;

    /** @param folder where the script runs, and where the terminal has its socket */
    Tmux(Path folder, int columns, int rows, String script, String... arguments) throws IOException {
        socket = folder.resolve("tmux");
        List<String> command = new ArrayList<>(List.of("new-session", "-d"));
        command.addAll(List.of("-x", Integer.toString(columns), "-y", Integer.toString(rows), "-c", folder.toString()));
        command.addAll(List.of("sh", "-c", script, "sh"));
        command.addAll(List.of(arguments));
        tmux(command.toArray(String[]::new));
    }

    private String tmux(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("tmux", "-f", "/dev/null", "-S", socket.toString()));
        command.addAll(List.of(arguments));
        return run(command);
    }

    private static String run(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("KOOKOO_") || name.equals("JAVA_TOOL_OPTIONS"));
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        try {
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(RunningProgram.PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(command + " does not end");
            }
            assertEquals(0, process.exitValue(), () -> command + ": " + out);
            return out;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** As tmux names it: {@code q}, {@code C-c}. */
    void press(String key) throws IOException {
        tmux("send-keys", key);
    }

    /** Text, character by character. */
    void type(String text) throws IOException {
        tmux("send-keys", "-l", text);
    }

    void resize(int columns, int rows) throws IOException {
        tmux("resize-window", "-x", Integer.toString(columns), "-y", Integer.toString(rows));
    }

    /** The lines on the screen now, without the empty ones at its end. */
    List<String> screen() throws IOException {
        return tmux("capture-pane", "-p").stripTrailing().lines().toList();
    }

    /** What is on the screen as soon as it fits. */
    List<String> awaitScreen(Predicate<List<String>> fits) throws IOException {
        long end = System.nanoTime() + RunningProgram.PATIENCE.toNanos();
        while (true) {
            List<String> screen = screen();
            if (fits.test(screen)) {
                return screen;
            }
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not what was expected on the screen:\n" + String.join("\n", screen));
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** Whether a program has the screen for itself, or hides the cursor. */
    boolean isTakenOver() throws IOException {
        return !tmux("display-message", "-p", "#{alternate_on} #{cursor_flag}")
                .strip()
                .equals("0 1");
    }

    /** Waits until keys are no longer read one by one: from now on Ctrl-C interrupts what runs. */
    void awaitLineByLine() throws IOException {
        String device = tmux("display-message", "-p", "#{pane_tty}").strip();
        awaitScreen(lines -> {
            try {
                return run(List.of("stty", "-F", device, "-a")).contains(" icanon");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** The programs that the script runs now. */
    List<ProcessHandle> programs() throws IOException {
        long shell = Long.parseLong(tmux("display-message", "-p", "#{pane_pid}").strip());
        return ProcessHandle.of(shell).orElseThrow().children().toList();
    }

    /** Ends it and what runs in it. */
    @Override
    public void close() throws IOException {
        tmux("kill-server");
    }
}
