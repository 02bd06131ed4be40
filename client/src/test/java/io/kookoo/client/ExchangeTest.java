package io.kookoo.client;

import static io.kookoo.client.net.ScriptedServer.req;
import static io.kookoo.client.net.ScriptedServer.res;
import static io.kookoo.protocol.PacketType.ECHO_REQ;
import static io.kookoo.protocol.PacketType.ECHO_RES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.Connector;
import io.kookoo.client.net.ScriptedServer;
import io.kookoo.client.net.ScriptedServer.Peer;
import io.kookoo.protocol.JobHandle;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of requests for a connection that is retired just then; the rest is tried with a whole {@link Kookoo}. */
class ExchangeTest {
    private static final int ROUNDS = 300;

    private final ScriptedServer server = new ScriptedServer();
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService others = Executors.newCachedThreadPool();
    private final Connector connector =
            new Connector(server.address(), ConnectionLimits.ofSizes(1 << 20, 1 << 10), watch);
    private final Told told = new Told();

    @AfterEach
    void close() throws IOException {
        server.close();
        watch.shutdownNow();
        others.shutdownNow();
    }

    /** It changes something: once it may have been sent it may not be sent again. */
    private static Question publish(CompletableFuture<List<String>> answer) {
        return new Question("publish c text", false, answer);
    }

    private Exchange exchange() throws IOException {
        Exchange exchange = new Exchange(told, connector.open(), others);
        exchange.start();
        return exchange;
    }

    @Test
    void shouldGiveBackUnsentWhatIsForARetiredConnectionOnWhichNothingIsUnderWay() throws Exception {
        Exchange exchange = exchange();
        Peer peer = server.accept();
        exchange.retire();
        peer.expect(req(ECHO_REQ, "")).send(res(ECHO_RES, "")).expectEnd();
        Question question = publish(new CompletableFuture<>());
        exchange.send(List.of(question));
        assertEquals(List.of(question), told.unsent.poll(10, TimeUnit.SECONDS));
        assertTrue(exchange.isDone());
    }

    @Test
    void shouldFailWhatConcernsAJobOfThatConnectionAlone() throws Exception {
        Exchange exchange = exchange();
        Peer peer = server.accept();
        peer.close();
        while (exchange.lost() == null) {
            Thread.onSpinWait();
        }
        CompletableFuture<List<String>> answer = new CompletableFuture<>();
        exchange.send(List.of(Question.cancelling(JobHandle.of("H:a:1"), answer)));
        ExecutionException failure = assertThrows(ExecutionException.class, () -> answer.get(10, TimeUnit.SECONDS));
        assertEquals(exchange.lost(), failure.getCause());
        assertTrue(told.unsent.isEmpty());
    }

    @Test
    void shouldAnswerOrGiveBackUnsentWhatComesWhileItIsRetired() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Exchange exchange = exchange();
            Peer peer = server.accept();
            exchange.retire();
            peer.expect(req(ECHO_REQ, ""));
            CompletableFuture<List<String>> answer = new CompletableFuture<>();
            CyclicBarrier together = new CyclicBarrier(2);
            Future<?> sending = others.submit(() -> {
                together.await();
                exchange.send(List.of(publish(answer)));
                return null;
            });
            together.await();
            peer.send(res(ECHO_RES, ""));
            String line = peer.line();
            if (line != null) {
                assertEquals("publish c text", line);
                peer.send("OK 1\n").expectEnd();
                assertEquals(List.of("OK 1"), answer.get(10, TimeUnit.SECONDS));
            } else {
                assertEquals(1, told.unsent.poll(10, TimeUnit.SECONDS).size());
            }
            sending.get(10, TimeUnit.SECONDS);
            peer.close();
        }
        assertTrue(told.unsent.isEmpty());
        assertTrue(told.returned.isEmpty(), told.returned::toString);
    }

    /** A connection's owner that keeps what it is told. */
    private static final class Told implements Exchange.Owner {
        final BlockingQueue<List<? extends Request>> unsent = new LinkedBlockingQueue<>();
        final BlockingQueue<Request> returned = new LinkedBlockingQueue<>();

        @Override
        public void pushed(Pushed pushed) {
            throw new AssertionError(pushed);
        }

        @Override
        public boolean stopping(Exchange exchange, Job<?> refused) {
            return false;
        }

        @Override
        public void unsent(List<? extends Request> requests) {
            unsent.add(requests);
        }

        @Override
        public void ended(Exchange exchange, List<Request> underWay, ConnectionLostException reason) {
            returned.addAll(underWay);
        }

        @Override
        public void returned(List<? extends Request> requests, ConnectionLostException reason) {
            returned.addAll(requests);
        }

        @Override
        public boolean isClosed() {
            return false;
        }
    }
}
