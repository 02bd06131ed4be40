package io.kookoo.client.net;

import static io.kookoo.client.net.ScriptedServer.req;
import static io.kookoo.client.net.ScriptedServer.res;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServerConnectionTest {
    private static final ConnectionLimits PATIENT = ConnectionLimits.ofSizes(1 << 20, 1 << 10);
    private static final ConnectionLimits IMPATIENT = new ConnectionLimits(
            Duration.ofSeconds(5), Duration.ofMillis(20), Duration.ofMillis(300), 1 << 20, 1 << 10);

    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
    private final ScriptedServer server = new ScriptedServer();

    @AfterEach
    void close() throws IOException {
        watch.shutdownNow();
        server.close();
    }

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
