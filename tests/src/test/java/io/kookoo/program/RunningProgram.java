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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A program as people start it, {@code java -jar}, in a home of its own: a process whose output is kept and can be waited for.
 */
public final class RunningProgram implements AutoCloseable {
    public static final Duration PATIENCE = Duration.ofSeconds(60);
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    /** They only save processor time: most of these processes end before a better compiler would pay. */
    private static final List<String> QUICK_START = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    /** How often somebody who waits for a line looks whether the program still runs. */
    private static final long LOOK_MILLIS = 200;

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
    public static Path shippedHome(Path folder) throws IOException {
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
        return start(home, environment, java(List.of(), jar, arguments));
    }

    /** A command line for the java that runs the tests. */
    static List<String> java(List<String> options, String jar, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(QUICK_START);
        command.addAll(options);
        command.add("-jar");
        command.add(jar(jar).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    static RunningProgram start(Path home, Map<String, String> environment, List<String> command) throws IOException {
        // A shell that runs the tests in its background has INT ignored by all that comes from there, and a program
        // would never see it.
        List<String> undisturbed = new ArrayList<>(List.of("env", "--default-signal=INT"));
        undisturbed.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(undisturbed).directory(home.toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("KOOKOO_")
                        || List.of("NODE_ID", "JAVA_TOOL_OPTIONS").contains(name));
        builder.environment().putAll(environment);
        return new RunningProgram(builder.start());
    }

    /** A server on a free port, listening; with {@code --workers}, its local clients have said their names. */
    public static RunningProgram server(Path home, String... arguments) throws IOException {
        return server(home, Map.of(), arguments);
    }

    public static RunningProgram server(Path home, Map<String, String> environment, String... arguments)
            throws IOException {
        return listening(home, environment, 0, arguments);
    }

    /** The same on a port, where a server was before. */
    static RunningProgram serverAgain(Path home, int port, String... arguments) throws IOException {
        return listening(home, Map.of(), port, arguments);
    }

    private static RunningProgram listening(Path home, Map<String, String> environment, int port, String... arguments)
            throws IOException {
        RunningProgram server =
                start(home, environment, "server.jar", with(List.of("--port", Integer.toString(port)), arguments));
        server.ready(line -> line.contains("listening on "));
        int workers = List.of(arguments).indexOf("--workers");
        int connections = workers < 0 ? 0 : 2 * Integer.parseInt(arguments[workers + 1]);
        if (connections > 0) {
            // One that is not there yet is a remark to whoever calls a function.
            server.ready(connections, line -> line.contains(" connected conn="));
        }
        return server;
    }

    /** A client that polls and works, connected with both its connections. */
    public static RunningProgram client(Path home, int port, String... arguments) throws IOException {
        return start(home, "client.jar", with(List.of("run", "--port", Integer.toString(port)), arguments))
                .connected();
    }

    RunningProgram connected() {
        return ready(line -> line.contains(" connected connection=worker"))
                .ready(line -> line.contains(" connected connection=poller"));
    }

    /** One command of client.jar for the server of a port, run to its end. */
    public static RunningProgram command(Path home, int port, String command, String... arguments) throws IOException {
        RunningProgram program = startCommand(home, port, command, arguments);
        program.awaitExit();
        return program;
    }

    /** The same, not waited for. */
    static RunningProgram startCommand(Path home, int port, String command, String... arguments) throws IOException {
        return start(home, "client.jar", with(List.of(command, "--port", Integer.toString(port)), arguments));
    }

    private static String[] with(List<String> first, String... more) {
        return Stream.concat(first.stream(), Stream.of(more)).toArray(String[]::new);
    }

    private RunningProgram ready(Predicate<String> fits) {
        return ready(1, fits);
    }

    private RunningProgram ready(int nth, Predicate<String> fits) {
        try {
            awaitOut(nth, fits);
            return this;
        } catch (AssertionError e) {
            close();
            throw e;
        }
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
    public String awaitOut(Predicate<String> fits) {
        return await(out, 1, fits);
    }

    /** The n-th line of standard output that fits, counted from 1, as soon as it is there. */
    public String awaitOut(int nth, Predicate<String> fits) {
        return await(out, nth, fits);
    }

    String awaitErr(Predicate<String> fits) {
        return await(err, 1, fits);
    }

    private String await(List<String> lines, int nth, Predicate<String> fits) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        synchronized (lines) {
            int found = 0;
            for (int seen = 0; ; ) {
                for (; seen < lines.size(); seen++) {
                    if (fits.test(lines.get(seen)) && ++found == nth) {
                        return lines.get(seen);
                    }
                }
                long millis = (end - System.nanoTime()) / 1_000_000;
                if (millis <= 0 || !process.isAlive() && !outReader.isAlive() && !errReader.isAlive()) {
                    throw new AssertionError("No such line from a program that is "
                            + (process.isAlive() ? "running" : "ended") + "; out: " + out() + " err: " + err());
                }
                try {
                    lines.wait(Math.min(millis, LOOK_MILLIS));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AssertionError("interrupted", e);
                }
            }
        }
    }

    /** The port a server has logged to listen on. */
    public int port() {
        String line = awaitOut(l -> l.contains("listening on "));
        return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
    }

    public long pid() {
        return process.pid();
    }

    Process process() {
        return process;
    }

    /** Waits for its end, and returns the exit code. */
    public int awaitExit() {
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

    public List<String> out() {
        synchronized (out) {
            return List.copyOf(out);
        }
    }

    public List<String> err() {
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

    /** Its lines of standard output that fit, so far. */
    List<String> out(Predicate<String> fits) {
        return out().stream().filter(fits).toList();
    }

    /** KILL, which no program notices. */
    void kill() {
        process.toHandle().destroyForcibly();
        awaitExit();
    }

    /** Ends it, and whatever it has started: nothing of it writes into its home any more. */
    @Override
    public void close() {
        // A server that stands still starts no further local client while those it has are looked up.
        if (process.isAlive()) {
            signal("STOP");
        }
        List<ProcessHandle> started = process.descendants().toList();
        started.forEach(ProcessHandle::destroyForcibly);
        kill();
        for (ProcessHandle child : started) {
            try {
                child.onExit().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            } catch (ExecutionException | TimeoutException e) {
                throw new AssertionError("process " + child.pid() + " does not end", e);
            }
        }
    }

    /** Sends it a signal by name, and waits until it is sent. */
    void signal(String name) {
        try {
            int code = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0 && process.isAlive()) {
                throw new AssertionError("kill -" + name + " " + pid() + " exited with " + code);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
