package io.kookoo.client.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.LogLines;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.PacketType;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ReconnectLoopTest {
    /** Throws what no signature tells of. */
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }

    /** Connects to each of these, one after the other. */
    private static ConnectionSource inTurn(Queue<Connector> connectors) {
        return new ConnectionSource() {
            @Override
            public ServerConnection open() throws CannotConnectException {
                return connectors.remove().open();
            }

            @Override
            public String place() {
                return "both";
            }
        };
    }

    private static Thread started(ReconnectLoop loop, ReconnectLoop.Session session) {
        Thread thread = new Thread(() -> {
            try {
                loop.run(session);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void assertEnds(Thread thread) throws InterruptedException {
        thread.join(TimeUnit.SECONDS.toMillis(10));
        assertFalse(thread.isAlive(), "the loop has not ended");
    }

    @Test
    void shouldConnectAgainWhateverASessionThrowsAndLogItOnce() throws Exception {
        ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
        CountDownLatch sessions = new CountDownLatch(3);
        try (ScriptedServer server = new ScriptedServer();
                LogLines log = new LogLines()) {
            Connector connector = new Connector(server.address(), ConnectionLimits.ofSizes(1 << 20, 1 << 10), watch);
            ReconnectLoop loop = new ReconnectLoop("test", connector, new Backoff(new Random()));
            Thread thread = started(loop, (connection, answered) -> {
                answered.run();
                sessions.countDown();
                ReconnectLoopTest.<RuntimeException>sneak(new Throwable("odd"));
            });
            assertTrue(sessions.await(10, TimeUnit.SECONDS), "the loop has not gone on");
            loop.stop();
            assertEnds(thread);
            assertEquals(1, log.with("ERROR internal_error connection=test").size());
        } finally {
            watch.shutdownNow();
        }
    }

    @Test
    void shouldGoToABetterServerAtOnceAndTellOfIt() throws Exception {
        ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
        try (ScriptedServer one = new ScriptedServer();
                ScriptedServer other = new ScriptedServer();
                LogLines log = new LogLines()) {
            Connector first = new Connector(one.address(), ConnectionLimits.ofSizes(1 << 20, 1 << 10), watch);
            Connector second = new Connector(other.address(), ConnectionLimits.ofSizes(1 << 20, 1 << 10), watch);
            Queue<ServerAddress> lost = new ConcurrentLinkedQueue<>();
            AtomicReference<ServerConnection> better = new AtomicReference<>();
            ConnectionSource source = new ConnectionSource() {
                @Override
                public ServerConnection open() throws CannotConnectException {
                    return first.open();
                }

                @Override
                public Optional<ServerConnection> better() {
                    return Optional.ofNullable(better.getAndSet(null));
                }

                @Override
                public void lost(ServerAddress server) {
                    lost.add(server);
                }

                @Override
                public String place() {
                    return "both";
                }
            };
            ReconnectLoop loop = new ReconnectLoop("test", source, new Backoff(new Random()));
            Thread thread = started(loop, (connection, answered) -> {
                answered.run();
                while (!loop.isToMove()) {
                    connection.readPacket();
                }
                connection.send(writer -> writer.packet(PacketType.ECHO_REQ, Data.of("last word")));
            });
            ScriptedServer.Peer peer = one.accept();
            ServerConnection offered = second.open();
            ScriptedServer.Peer betterPeer = other.accept();
            better.set(offered);
            peer.send(ScriptedServer.res(PacketType.NOOP));
            peer.expect(ScriptedServer.req(PacketType.ECHO_REQ, "last word")).expectEnd();
            log.await("INFO server_changed connection=test server=" + other.address() + " before=" + one.address());
            assertEquals(List.of(), List.copyOf(lost));
            betterPeer.hangUp();
            ScriptedServer.Peer again = one.accept();
            log.await("INFO server_changed connection=test server=" + one.address() + " before=" + other.address()
                    + " away_s=");
            assertEquals(List.of(other.address()), List.copyOf(lost));
            assertEquals(
                    1,
                    log.with("WARN server_away connection=test server=" + other.address())
                            .size());
            loop.stop();
            again.hangUp();
            assertEnds(thread);
        } finally {
            watch.shutdownNow();
        }
    }

    @Test
    void shouldNotTellOfAServerThatItComesBackToBecauseTheBetterOneDidNotTakeIt() throws Exception {
        ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
        try (ScriptedServer used = new ScriptedServer();
                ScriptedServer taken = new ScriptedServer();
                LogLines log = new LogLines()) {
            ConnectionLimits limits = ConnectionLimits.ofSizes(1 << 20, 1 << 10);
            Connector first = new Connector(used.address(), limits, watch);
            Queue<Connector> connectors =
                    new ConcurrentLinkedQueue<>(List.of(first, new Connector(taken.address(), limits, watch), first));
            ReconnectLoop loop = new ReconnectLoop("test", inTurn(connectors), new Backoff(new Random()));
            Thread thread = started(loop, (connection, answered) -> {
                if (connection.readPacket().type() == PacketType.ERROR) {
                    throw new NotTakenException("taken");
                }
                answered.run();
                if (connectors.isEmpty()) {
                    loop.stop();
                }
            });
            used.accept().send(ScriptedServer.res(PacketType.NOOP)).expectEnd();
            taken.accept()
                    .send(ScriptedServer.res(PacketType.ERROR, "NODE_ID_TAKEN", "taken"))
                    .expectEnd();
            used.accept().send(ScriptedServer.res(PacketType.NOOP)).expectEnd();
            assertEnds(thread);
            assertEquals(1, log.with("INFO connected connection=test").size());
        } finally {
            watch.shutdownNow();
        }
    }

    @Test
    void shouldTellOfAnotherServerWhereTheFirstWasLostBeforeItAnswered() throws Exception {
        ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
        try (ScriptedServer one = new ScriptedServer();
                ScriptedServer other = new ScriptedServer();
                LogLines log = new LogLines()) {
            ConnectionLimits limits = ConnectionLimits.ofSizes(1 << 20, 1 << 10);
            Queue<Connector> connectors = new ConcurrentLinkedQueue<>(List.of(
                    new Connector(one.address(), limits, watch), new Connector(other.address(), limits, watch)));
            ReconnectLoop loop = new ReconnectLoop("test", inTurn(connectors), new Backoff(new Random()));
            Thread thread = started(loop, (connection, answered) -> {
                connection.readPacket();
                answered.run();
                loop.stop();
            });
            one.accept().hangUp();
            other.accept().send(ScriptedServer.res(PacketType.NOOP));
            log.await("INFO server_changed connection=test server=" + other.address() + " before=" + one.address());
            assertEnds(thread);
        } finally {
            watch.shutdownNow();
        }
    }
}
