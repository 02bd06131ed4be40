package io.kookoo.peers;

import io.kookoo.program.RunningProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A script of {@code tests/peers} as a process, spoken to in lines of fields, as its README says. It is killed when it is closed,
 * and after five minutes whatever happens. One that cannot start is a failure of the test.
 */
final class PeerProgram implements AutoCloseable {
    /** The languages of the scripts, each with the command that runs one. */
    enum Language {
        PHP("php", List.of("php")),
        // gearmanode makes its buffers in the old way.
        NODE("js", List.of("node", "--no-deprecation"));

        private final String ending;
        private final List<String> command;

        Language(String ending, List<String> command) {
            this.ending = ending;
            this.command = command;
        }

        private Path script(String name) {
            String folder = name().toLowerCase(Locale.ROOT);
            return FOLDER.resolve(folder).resolve(name + "." + ending);
        }
    }

    static final Path FOLDER = Path.of("peers").toAbsolutePath();

    private final List<String> command;
    private final Process process;
    private final Path complaints;
    /** What it has printed and nobody has read yet; an empty one is the end. */
    private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();

    private PeerProgram(List<String> command, Process process, Path complaints) {
        this.command = List.copyOf(command);
        this.process = process;
        this.complaints = complaints;
        Thread reader = new Thread(this::read, "peer-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    /** @param script {@code client} or {@code worker} */
    static PeerProgram start(Language language, String script, int port) throws IOException {
        List<String> command = new ArrayList<>(List.of("timeout", "-s", "KILL", "300"));
        command.addAll(language.command);
        command.add(language.script(script).toString());
        command.add(Integer.toString(port));
        Path complaints = Files.createTempFile("peer", ".err");
        complaints.toFile().deleteOnExit();
        Process process =
                new ProcessBuilder(command).redirectError(complaints.toFile()).start();
        return new PeerProgram(command, process, complaints);
    }

    private void read() {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(Optional.of(line));
            }
        } catch (IOException e) {
            // It was killed.
        }
        lines.add(Optional.empty());
    }

    /** Writes a line of fields to its standard input. */
    void say(String... fields) throws IOException {
        String line = Stream.of(fields)
                .map(field -> URLEncoder.encode(field, StandardCharsets.UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("\t", "", "\n"));
        OutputStream in = process.getOutputStream();
        try {
            in.write(line.getBytes(StandardCharsets.US_ASCII));
            in.flush();
        } catch (IOException e) {
            throw failure("has ended before it was told " + fields[0], e);
        }
    }

    /** The fields of the next line of its standard output, as soon as it is there. */
    List<String> hear() {
        Optional<String> line;
        try {
            line = lines.poll(RunningProgram.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
        if (line == null) {
            throw failure("has printed nothing for " + RunningProgram.PATIENCE, null);
        }
        if (line.isEmpty()) {
            // It stays the end.
            lines.add(line);
            throw failure("has ended", null);
        }
        return Stream.of(line.get().split("\t", -1))
                .map(field -> URLDecoder.decode(field, StandardCharsets.UTF_8))
                .toList();
    }

    private AssertionError failure(String what, Exception cause) {
        String complained;
        try {
            complained = Files.readString(complaints, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            complained = e.toString();
        }
        return new AssertionError(
                String.join(" ", command) + " " + what + "; it complained: \"" + complained.strip()
                        + "\"; \"make peers\" installs what is missing",
                cause);
    }

    /**
     * Kills it: a worker without its server may spin, so it must be gone before the server is. One that has ended of its
     * own accord is an error: what it complained of is the reason why a test waited in vain.
     */
    @Override
    public void close() {
        if (!process.isAlive()) {
            throw failure("has ended with exit code " + process.exitValue() + " before it was told to", null);
        }
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        for (ProcessHandle one : all) {
            one.destroyForcibly();
            one.onExit().join();
        }
    }
}
