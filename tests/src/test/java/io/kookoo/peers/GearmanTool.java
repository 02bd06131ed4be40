package io.kookoo.peers;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The C tools {@code gearman} and {@code gearadmin}, as processes. One that is missing is a failure of the test. */
final class GearmanTool {
    /** What a tool has printed, and its exit code. */
    record Ended(int exitCode, byte[] out, String err) {
        String text() {
            return new String(out, StandardCharsets.UTF_8);
        }

        List<String> lines() {
            return text().lines().toList();
        }
    }

    /** {@code gearman -w}: offers a function, and runs a command for each job. */
    static final class Worker implements AutoCloseable {
        private final Process process;

        private Worker(Process process) {
            this.process = process;
        }

        /** A worker without its server spins and prints without end, so it must be gone before the server is. */
        @Override
        public void close() {
            List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
            all.add(process.toHandle());
            for (ProcessHandle one : all) {
                one.destroyForcibly();
                one.onExit().join();
            }
        }
    }

    private static final Duration PATIENCE = Duration.ofSeconds(180);

    private final String port;

    GearmanTool(int port) {
        this.port = Integer.toString(port);
    }

    /** Runs {@code gearman} as a client with this on its standard input, to its end. */
    Ended submit(String input, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of("gearman", "-p", port));
        command.addAll(List.of(options));
        return run(command, input.getBytes(StandardCharsets.UTF_8));
    }

    Ended admin(String option) throws IOException {
        return run(List.of("gearadmin", "-p", port, option), new byte[0]);
    }

    /** @param options ends with {@code --} and the command that is run for each job, with the workload as its input */
    Worker work(String... options) throws IOException {
        // Whatever becomes of this process, the worker does not spin for ever.
        List<String> command = new ArrayList<>(List.of("timeout", "-s", "KILL", "300", "gearman", "-w", "-p", port));
        command.addAll(List.of(options));
        return new Worker(start(
                new ProcessBuilder(command).redirectOutput(Redirect.DISCARD).redirectError(Redirect.DISCARD)));
    }

    private static Process start(ProcessBuilder builder) throws IOException {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new IOException(e.getMessage() + "; \"make peers\" installs what is missing", e);
        }
    }

    private static Ended run(List<String> command, byte[] input) throws IOException {
        Process process = start(new ProcessBuilder(command));
        try {
            CompletableFuture<byte[]> out = CompletableFuture.supplyAsync(() -> readAll(process.getInputStream()));
            CompletableFuture<byte[]> err = CompletableFuture.supplyAsync(() -> readAll(process.getErrorStream()));
            CompletableFuture<Void> fed = CompletableFuture.runAsync(() -> feed(process.getOutputStream(), input));
            long patience = PATIENCE.toMillis();
            byte[] printed = out.get(patience, TimeUnit.MILLISECONDS);
            String complained = new String(err.get(patience, TimeUnit.MILLISECONDS), StandardCharsets.UTF_8);
            fed.get(patience, TimeUnit.MILLISECONDS);
            return new Ended(process.waitFor(), printed, complained);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("did not end: " + command, e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static byte[] readAll(InputStream in) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            in.transferTo(bytes);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void feed(OutputStream out, byte[] input) {
        try (out) {
            out.write(input);
        } catch (IOException e) {
            if (input.length > 0) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
