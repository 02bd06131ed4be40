package io.kookoo.client.net;

import static io.kookoo.client.net.ScriptedServer.req;
import static io.kookoo.client.net.ScriptedServer.res;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.net.ScriptedServer.Peer;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.MalformedInputException;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ServerConnectionTest extends ScriptedServerTest {
    private static final ConnectionLimits PATIENT = ConnectionLimits.ofSizes(1 << 20, 1 << 10);
    private static final ConnectionLimits IMPATIENT = new ConnectionLimits(
            Duration.ofSeconds(5), Duration.ofMillis(20), Duration.ofMillis(300), 1 << 20, 1 << 10);

    private ServerConnection connect(ConnectionLimits limits) throws IOException {
        return new Connector(server.address(), limits, watch).open();
    }

    @Test
    void shouldNameAddressReasonAndRemedyWhenConnectionIsRefused() {
        ServerAddress nobody = new ServerAddress("127.0.0.1", ScriptedServer.unusedPort());
        CannotConnectException e =
                assertThrows(CannotConnectException.class, () -> new Connector(nobody, PATIENT, watch).open());
        assertEquals(
                "cannot connect to " + nobody + ": Connection refused; is the server running? (java -jar server.jar)",
                e.getMessage());
    }

    @Test
    void shouldSayThatNameIsNotKnown() {
        ServerAddress unknown = new ServerAddress("no-such-host.invalid", 5555);
        CannotConnectException e =
                assertThrows(CannotConnectException.class, () -> new Connector(unknown, PATIENT, watch).open());
        assertEquals("the name no-such-host.invalid is not known", e.reason());
    }

    @Test
    void shouldFailWhenServerClosesInTheMiddleOfAPacket() throws IOException {
        try (ServerConnection connection = connect(PATIENT);
                Peer peer = server.accept()) {
            byte[] half = res(PacketType.JOB_ASSIGN, "H:1", "add", "1,2");
            peer.send(Arrays.copyOf(half, half.length - 2)).hangUp();
            EOFException e = assertThrows(EOFException.class, connection::readPacket);
            assertEquals("the server closed the connection", e.getMessage());
        }
    }

    @Test
    void shouldFailWhenServerResetsTheConnection() throws IOException {
        try (ServerConnection connection = connect(PATIENT)) {
            server.accept().reset();
            assertEquals(
                    "Connection reset",
                    assertThrows(IOException.class, connection::readPacket).getMessage());
        }
    }

    @Test
    void shouldRefuseWhatIsNoPacketForAClient() throws IOException {
        try (ServerConnection connection = connect(PATIENT);
                Peer peer = server.accept()) {
            peer.send("HTTP/1.1 400 Bad Request\r\n");
            IOException line = assertThrows(IOException.class, connection::readPacket);
            assertEquals("expected a packet, the server sent the line \"HTTP/1.1 400 Bad Request\"", line.getMessage());
            peer.send(req(PacketType.GRAB_JOB));
            IOException request = assertThrows(IOException.class, connection::readPacket);
            assertEquals("the server sent what is no answer: Response magic expected", request.getMessage());
        }
    }

    @Test
    void shouldRefusePacketBeyondTheLimit() throws IOException {
        try (ServerConnection connection = connect(PATIENT);
                Peer peer = server.accept()) {
            byte[] header = res(PacketType.ECHO_RES);
            header[8] = 0x7f;
            peer.send(header);
            assertThrows(MalformedInputException.class, connection::readPacket);
        }
    }

    @Test
    void shouldSendAllThatIsWrittenTogether() throws IOException {
        try (ServerConnection connection = connect(PATIENT);
                Peer peer = server.accept()) {
            connection.send(writer -> {
                writer.packet(PacketType.WORK_COMPLETE, Data.of("3"), JobHandle.of("H:1"));
                writer.packet(PacketType.GRAB_JOB);
            });
            connection.send(writer -> {});
            connection.send(writer -> writer.text("status\n"));
            peer.expect(req(PacketType.WORK_COMPLETE, "H:1", "3"), req(PacketType.GRAB_JOB))
                    .expect("status\n");
        }
    }

    @Test
    void shouldTrySilentServerAndKeepTheAnswersToItself() throws IOException {
        try (ServerConnection connection = connect(IMPATIENT);
                Peer peer = server.accept()) {
            CompletableFuture<Packet> read = reading(connection);
            peer.expect(req(PacketType.ECHO_REQ, "kookoo-ping"))
                    .send(res(PacketType.ECHO_RES, "kookoo-ping"))
                    .expect(req(PacketType.ECHO_REQ, "kookoo-ping"))
                    .send(res(PacketType.ECHO_RES, "kookoo-ping"), res(PacketType.ECHO_RES, "mine"));
            assertEquals("mine", read.join().data().text());
        }
    }

    @Test
    void shouldGiveUpServerThatStopsAnswering() throws IOException {
        try (ServerConnection connection = connect(IMPATIENT);
                Peer peer = server.accept()) {
            peer.send(Arrays.copyOf(res(PacketType.NOOP), 5));
            SocketTimeoutException e = assertThrows(SocketTimeoutException.class, connection::readPacket);
            assertEquals("the server has been silent for 0.3 s", e.getMessage());
        }
    }

    @Test
    void shouldGiveUpServerThatTakesNoBytes() throws IOException {
        try (ServerConnection connection = connect(IMPATIENT);
                Peer peer = server.accept()) {
            Data large = new Data(new byte[64 << 20], 0, 64 << 20);
            IOException e = assertThrows(
                    IOException.class, () -> connection.send(writer -> writer.packet(PacketType.ECHO_REQ, large)));
            assertEquals("the server has taken no bytes for 0.3 s", e.getMessage());
            peer.expect(Arrays.copyOf(req(PacketType.ECHO_REQ), 8));
        }
    }

    // ---- kept alive ----

    /** Remembers what it hears. */
    private static final class Heard implements PingListener {
        private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

        @Override
        public void answered(Duration roundTrip) {
            events.add("answered " + (roundTrip.toNanos() > 0));
        }

        @Override
        public void unanswered(Duration since) {
            events.add("unanswered");
        }

        @Override
        public void lost(Duration since) {
            events.add("lost " + (since.toMillis() >= 300));
        }

        String next() throws InterruptedException {
            String event = events.poll(10, TimeUnit.SECONDS);
            assertNotNull(event, "nothing more heard");
            return event;
        }
    }

    @Test
    void shouldPingAndMeasureThoughNobodyReads() throws Exception {
        Heard heard = new Heard();
        try (ServerConnection connection = connect(IMPATIENT);
                Peer peer = server.accept()) {
            connection.keepAlive(heard);
            String first = peer.next();
            assertEquals("ECHO_REQ kookoo-ping", first);
            peer.answerPing(first);
            assertEquals("answered true", heard.next());
            assertTrue(peer.next().startsWith("ECHO_REQ kookoo-ping rtt_us="));
        }
    }

    @Test
    void shouldTellOfMissingAnswersAndThenOfTheLoss() throws Exception {
        Heard heard = new Heard();
        try (ServerConnection connection = connect(IMPATIENT);
                Peer peer = server.accept()) {
            connection.keepAlive(heard);
            assertEquals("unanswered", heard.next());
            String event = heard.next();
            while (event.equals("unanswered")) {
                event = heard.next();
            }
            assertEquals("lost true", event);
            peer.expect(req(PacketType.ECHO_REQ, "kookoo-ping")).expectEnd();
            IOException e = assertThrows(IOException.class, connection::readPacket);
            assertEquals("no answer to a ping within 0.3 s", e.getMessage());
            e = assertThrows(IOException.class, () -> connection.send(writer -> writer.packet(PacketType.PRE_SLEEP)));
            assertEquals("no answer to a ping within 0.3 s", e.getMessage());
        }
    }

    @Test
    void shouldKeepTheOrderOfMessagesThatWereReadAhead() throws IOException {
        try (ServerConnection connection = connect(IMPATIENT);
                Peer peer = server.accept()) {
            connection.keepAlive(PingListener.NONE);
            for (int i = 0; i < 3; i++) {
                String ping = peer.next();
                peer.send(res(PacketType.ECHO_RES, "mine " + i)).answerPing(ping);
            }
            // With this one all that came before is answered, and so read.
            peer.next();
            peer.send(res(PacketType.ECHO_RES, "mine 3"));
            for (int i = 0; i < 4; i++) {
                assertTrue(i == 3 || connection.hasMessage());
                assertEquals("mine " + i, connection.readPacket().data().text());
            }
        }
    }

    @Test
    void shouldBearServerThatIsBusyWithALargePacket() throws Exception {
        Heard heard = new Heard();
        try (ServerConnection connection = connect(IMPATIENT);
                Peer peer = server.accept()) {
            connection.keepAlive(heard);
            CompletableFuture<Packet> read = reading(connection);
            String ping = peer.next();
            byte[] large = res(PacketType.JOB_ASSIGN, "H:1", "f", "x".repeat(1_000_000));
            CountDownLatch never = new CountDownLatch(1);
            for (int from = 0; from < large.length; from += 100_000) {
                peer.send(Arrays.copyOfRange(large, from, Math.min(large.length, from + 100_000)));
                assertFalse(never.await(100, TimeUnit.MILLISECONDS));
            }
            peer.answerPing(ping);
            assertEquals(1_000_000, read.get(10, TimeUnit.SECONDS).data().length());
            String event = heard.next();
            while (event.equals("unanswered")) {
                event = heard.next();
            }
            assertEquals("answered true", event);
        }
    }

    @Test
    void shouldBearServerThatIsSlowToTakeALargeResult() throws Exception {
        int size = 64 << 20;
        try (ServerConnection connection = connect(IMPATIENT);
                Peer peer = server.accept()) {
            connection.keepAlive(PingListener.NONE);
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> connection.sendOrClose(
                    writer -> writer.packet(PacketType.ECHO_REQ, new Data(new byte[size], 0, size))));
            CountDownLatch never = new CountDownLatch(1);
            long left = peer.packetLength();
            while (left < size) {
                // A ping that left before it.
                peer.send(res(PacketType.ECHO_RES, peer.text(left)));
                left = peer.packetLength();
            }
            while (left > 0) {
                left -= peer.skip(Math.min(left, 1 << 20));
                assertFalse(never.await(20, TimeUnit.MILLISECONDS));
            }
            sent.get(10, TimeUnit.SECONDS);
            peer.answerPing(peer.next());
            peer.send(res(PacketType.NOOP));
            assertEquals(PacketType.NOOP, connection.readPacket().type());
        }
    }

    @Test
    @SuppressWarnings("try")
    void shouldEndReadingWhenClosedByAnotherThread() throws Exception {
        try (ServerConnection connection = connect(PATIENT);
                Peer peer = server.accept()) {
            CompletableFuture<Packet> read = reading(connection);
            connection.send(writer -> writer.packet(PacketType.PRE_SLEEP));
            peer.expect(req(PacketType.PRE_SLEEP));
            connection.close();
            ExecutionException e = assertThrows(ExecutionException.class, () -> read.get(10, TimeUnit.SECONDS));
            assertTrue(e.getCause() instanceof IOException, e.toString());
            peer.expectEnd();
        }
    }

    private static CompletableFuture<Packet> reading(ServerConnection connection) {
        CompletableFuture<Packet> packet = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                packet.complete(connection.readPacket());
            } catch (IOException e) {
                packet.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return packet;
    }
}
