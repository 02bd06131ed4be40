package io.kookoo.client.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.net.ScriptedServer.Peer;
import io.kookoo.tls.Tls;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A server that takes connections and says nothing keeps no thread, whatever becomes of the program that has asked. */
class SilentTlsServerTest extends ScriptedServerTest {
    private static final String SILENT = "no answer within 0.7 s";

    private static String reason(CompletableFuture<Throwable> end) throws Exception {
        return ((CannotConnectException) end.get(10, TimeUnit.SECONDS)).reason();
    }

    private Connector connector() throws IOException {
        Credentials tls = Credentials.of(Tls.ofClient(Optional.empty(), Optional.empty()));
        ConnectionLimits limits = new ConnectionLimits(
                Duration.ofMillis(700),
                Duration.ofMillis(300),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                1 << 20,
                1 << 10,
                tls);
        return new Connector(server.address(), limits, watch);
    }

    private static CompletableFuture<Throwable> opening(Connector connector) {
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                connector.open().close();
                end.complete(null);
            } catch (IOException | RuntimeException e) {
                end.complete(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return end;
    }

    @Test
    void shouldGiveUpAHandshakeInTime() throws Exception {
        CompletableFuture<Throwable> end = opening(connector());
        try (Peer silent = server.accept()) {
            silent.skip(1);
            assertEquals(SILENT, reason(end));
        }
    }

    @Test
    void shouldGiveUpAHandshakeInTimeThoughTheWatchHasEnded() throws Exception {
        CompletableFuture<Throwable> end = opening(connector());
        try (Peer silent = server.accept()) {
            // The hello is there: the handshake has begun.
            silent.skip(1);
            watch.shutdownNow();
            assertEquals(SILENT, reason(end));
        }
    }

    @Test
    void shouldCloseTheSocketWhereTheWatchHadEndedBefore() throws Exception {
        Connector connector = connector();
        watch.shutdownNow();
        Throwable reason = opening(connector).get(10, TimeUnit.SECONDS);
        assertTrue(reason instanceof RejectedExecutionException, String.valueOf(reason));
        try (Peer closed = server.accept()) {
            closed.expectEnd();
        }
    }
}
