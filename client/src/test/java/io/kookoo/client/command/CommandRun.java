package io.kookoo.client.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** One run of the program inside a test: its streams captured, its process not ended. */
final class CommandRun {
    private final Written out = new Written();
    private final Written err = new Written();
    /** Nothing is submitted but what a test says, and only once, unless it says otherwise. */
    private final Map<String, String> environment = new HashMap<>(Map.of("KOOKOO_NO_RESUBMIT", "true"));

    private final List<Runnable> hooks = new CopyOnWriteArrayList<>();
    private final List<Integer> halts = new CopyOnWriteArrayList<>();
    private final Path home;
    private boolean terminal;
    private InputStream in = new ByteArrayInputStream(new byte[0]);
    private PrintStream outStream = stream(out);
    private CompletableFuture<Integer> exitCode;

    CommandRun(Path home) {
        this.home = home;
    }

    CommandRun environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    CommandRun input(InputStream stream) {
        in = stream;
        return this;
    }

    /** Somebody looks at standard output and standard error. */
    CommandRun onTerminal() {
        terminal = true;
        return this;
    }

    /** Nothing can be written to standard output. */
    CommandRun withoutOut() {
        outStream = new PrintStream(
                new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw new IOException("No space left on device");
                    }
                },
                true,
                StandardCharsets.UTF_8);
        return this;
    }

    /** Begins to run in a thread of its own. */
    CommandRun start(Object... args) {
        String[] texts = List.of(args).stream().map(Object::toString).toArray(String[]::new);
        Program program = new Program(
                new Console(in, outStream, stream(err), descriptor -> terminal),
                new CommonOptions(),
                environment,
                home,
                home,
                new ProcessEnd() {
                    @Override
                    public void onEnd(Runnable hook) {
                        hooks.add(hook);
                    }

                    @Override
                    public void halt(int code) {
                        halts.add(code);
                    }
                });
        exitCode = new CompletableFuture<>();
        Thread thread = new Thread(() -> exitCode.complete(ClientMain.execute(program, texts)));
        thread.setDaemon(true);
        thread.start();
        return this;
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    /** What a signal does to the process. */
    void signal() {
        hooks.forEach(Runnable::run);
    }

    List<Integer> halts() {
        return halts;
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    /** Waits until standard output is this, which comes within ten seconds. */
    void awaitOut(String text) throws InterruptedException {
        out.await(text::equals);
    }

    /** Waits until standard error ends with this, which comes within ten seconds. */
    void awaitEndOfErr(String text) throws InterruptedException {
        err.await(written -> written.endsWith(text));
    }

    /** Waits for the end, which comes within ten seconds with this exit code. */
    CommandRun exits(int code) throws Exception {
        int actual = exitCode.get(10, TimeUnit.SECONDS);
        assertEquals(code, actual, () -> "exit code; standard error was: " + err());
        return this;
    }

    CommandRun printing(String expectedOut, String expectedErr) {
        assertEquals(expectedErr, err());
        assertEquals(expectedOut, out());
        return this;
    }

    /** What was written to a stream; somebody may wait for it. */
    private static final class Written extends ByteArrayOutputStream {
        @Override
        public synchronized void write(byte[] bytes, int from, int length) {
            super.write(bytes, from, length);
            notifyAll();
        }

        synchronized void await(Predicate<String> expected) throws InterruptedException {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (!expected.test(toString(StandardCharsets.UTF_8))) {
                long millis = (end - System.nanoTime()) / 1_000_000;
                if (millis <= 0) {
                    throw new AssertionError("there is \"" + toString(StandardCharsets.UTF_8) + "\"");
                }
                wait(millis);
            }
        }
    }
}
