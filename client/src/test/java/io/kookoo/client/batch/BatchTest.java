package io.kookoo.client.batch;

import static io.kookoo.client.net.ScriptedServer.req;
import static io.kookoo.client.net.ScriptedServer.res;
import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.Kookoo;
import io.kookoo.client.PlainKookoo;
import io.kookoo.client.net.ScriptedServer;
import io.kookoo.client.net.ScriptedServer.Peer;
import io.kookoo.protocol.FunctionName;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes wrong in a batch itself. */
class BatchTest {
    private final ScriptedServer server = new ScriptedServer();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private Kookoo kookoo;

    @BeforeEach
    void connect() throws IOException, InterruptedException {
        kookoo = PlainKookoo.connect(server);
    }

    @AfterEach
    void close() throws IOException {
        kookoo.close();
        server.close();
    }

    /** Runs it in another thread; when a line has been written, this is thrown. */
    private CompletableFuture<Batch.End> run(InputStream in, Error thrown) {
        Batch.Options options = new Batch.Options(
                FunctionName.of("f"), 1, 32, false, Optional.empty(), Duration.ofSeconds(10), 1024 * 1024);
        Batch.Listener listener = new Batch.Listener() {
            @Override
            public void progress(long lines, long failed, long inputBytes) {
                throw thrown;
            }

            @Override
            public void remark(String text) {
                throw new AssertionError(text);
            }
        };
        return CompletableFuture.supplyAsync(() -> new Batch(kookoo, options, listener).run(in, out));
    }

    private static InputStream lines(String lines) {
        return new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8));
    }

    /** The first of two lines is done, the second is cancelled. */
    private void answer() throws IOException {
        try (Peer peer = server.accept()) {
            peer.expect("show settings\nstatus\n")
                    .send("ERR UNKNOWN_SHOW_ARGUMENTS\r\nf[]\t0\t0\t1\n.\n")
                    .expect(
                            req(OPTION_REQ, "exceptions"),
                            req(SUBMIT_JOB, "f[]", "", "1\n"),
                            req(SUBMIT_JOB, "f[]", "", "2\n"))
                    .send(res(JOB_CREATED, "H:1"), res(JOB_CREATED, "H:2"), res(WORK_COMPLETE, "H:1", "a\n"))
                    .expect("cancel job H:2\n")
                    .send("OK\r\n");
        }
    }

    @Test
    void shouldCancelWhatIsUnderWayWhenItFailsItself() throws Exception {
        Error thrown = new AssertionError("no progress");
        CompletableFuture<Batch.End> end = run(lines("1\n2\n"), thrown);
        answer();
        CompletionException failure = assertThrows(CompletionException.class, end::join);
        assertSame(thrown, failure.getCause());
        assertEquals("a\n", out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void shouldSayWhatToDoWhenThereIsNoMemory() throws Exception {
        CompletableFuture<Batch.End> run = run(lines("1\n2\n"), new OutOfMemoryError("Java heap space"));
        answer();
        Batch.End end = run.get(10, TimeUnit.SECONDS);
        assertEquals(Batch.Reason.MEMORY, end.reason());
        assertEquals(1, end.lines());
        assertEquals(
                "there is not enough memory (Java heap space): give it more (java -Xmx), or have less under way (--chunk, --window)",
                end.message());
    }

    @Test
    void shouldHandOnWhatIsThrownWhereTheInputIsRead() throws Exception {
        RuntimeException thrown = new IllegalStateException("no input");
        CompletableFuture<Batch.End> end = run(
                new InputStream() {
                    @Override
                    public int read() {
                        throw thrown;
                    }
                },
                new AssertionError("not reached"));
        try (Peer peer = server.accept()) {
            peer.expect("show settings\nstatus\n").send("ERR UNKNOWN_SHOW_ARGUMENTS\r\nf[]\t0\t0\t1\n.\n");
            CompletionException failure = assertThrows(CompletionException.class, end::join);
            assertTrue(failure.getCause() == thrown, failure::toString);
        }
    }
}
