package io.kookoo.program;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A program as people start it, {@code java -jar}, in a home of its own: a process whose output is kept and can be waited for.
 */
final class RunningProgram implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private final Process process;
    private final List<String> out = new ArrayList<>();
    private final List<String> err = new ArrayList<>();
    private final Thread outReader;
    private final Thread errReader;

    private RunningProgram(Process process) {
        this.process = process;
        this.outReader = keep(process.getInputStream(), out);
        this.errReader = keep(process.getErrorStream(), err);
    }

    /** A home as it is shipped: settings and functions. */
    static Path shippedHome(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("config"));
        Files.copy(ROOT.resolve("config/settings.ini"), folder.resolve("config/settings.ini"));
        Files.copy(ROOT.resolve("functions.txt"), folder.resolve("functions.txt"));
        return folder;
    }

    static Path jar(String name) {
        return ROOT.resolve(name);
    }

    static RunningProgram start(Path home, String jar, String... arguments) throws IOException {
        return start(home, Map.of(), jar, arguments);
    }

    static RunningProgram start(Path home, Map<String, String> environment, String jar, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-jar");
        command.add(jar(jar).toString());
        command.addAll(List.of(arguments));
        return start(home, environment, command);
    }

    static RunningProgram start(Path home, Map<String, String> environment, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("KOOKOO_") || name.equals("JAVA_TOOL_OPTIONS"));
        builder.environment().putAll(environment);
        return new RunningProgram(builder.start());
    }

    /** A server on a free port, listening. */
    static RunningProgram server(Path home, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("--port", "0"));
        all.addAll(List.of(arguments));
        RunningProgram server = start(home, "server.jar", all.toArray(String[]::new));
        server.awaitOut(line -> line.contains("listening on "));
        return server;
    }

    private static Thread keep(InputStream stream, List<String> lines) {
        Thread thread = new Thread(() -> {
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    synchronized (lines) {
                        lines.add(line);
                        lines.notifyAll();
                    }
                }
            } catch (IOException e) {
                // The process was killed.
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** The first line of standard output that fits, as soon as it is there. */
    String awaitOut(Predicate<String> fits) {
        return await(out, fits);
    }

    String awaitErr(Predicate<String> fits) {
        return await(err, fits);
    }

    private String await(List<String> lines, Predicate<String> fits) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        synchronized (lines) {
            for (int seen = 0; ; ) {
                for (; seen < lines.size(); seen++) {
                    if (fits.test(lines.get(seen))) {
                        return lines.get(seen);
                    }
                }
                long millis = (end - System.nanoTime()) / 1_000_000;
                if (millis <= 0) {
                    throw new AssertionError("No such line within " + PATIENCE + "; out: " + out + " err: " + err);
                }
                try {
                    lines.wait(millis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AssertionError("interrupted", e);
                }
            }
        }
    }

    /** The port a server has logged to listen on. */
    int port() {
        String line = awaitOut(l -> l.contains("listening on "));
        return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
    }

    long pid() {
        return process.pid();
    }

    Process process() {
        return process;
    }

    /** Waits for its end, and returns the exit code. */
    int awaitExit() {
        try {
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("Still running after " + PATIENCE + "; out: " + out() + " err: " + err());
            }
            outReader.join(PATIENCE.toMillis());
            errReader.join(PATIENCE.toMillis());
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    List<String> out() {
        synchronized (out) {
            return List.copyOf(out);
        }
    }

    List<String> err() {
        synchronized (err) {
            return List.copyOf(err);
        }
    }

    /** TERM, as an operating system sends it, and the exit code. */
    int terminate() {
        // Not Process.destroy, which would close the streams as well.
        process.toHandle().destroy();
        return awaitExit();
    }

    void closeInput() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        awaitExit();
    }
}
