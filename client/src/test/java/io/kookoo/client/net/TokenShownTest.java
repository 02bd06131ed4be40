package io.kookoo.client.net;

import static io.kookoo.client.net.ScriptedServer.req;
import static io.kookoo.client.net.ScriptedServer.res;
import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.Secret;
import io.kookoo.client.net.ScriptedServer.Peer;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.TextLine;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The token is the first thing that a connection says, and its answer goes to nobody else. */
class TokenShownTest extends ScriptedServerTest {
    private static final ConnectionLimits LIMITS = ConnectionLimits.ofSizes(1 << 20, 1 << 10);
    private static final ConnectionLimits WITH_TOKEN = LIMITS.with(Credentials.of(new Secret("secret")));

    private ServerConnection connect(ConnectionLimits limits) throws IOException {
        return new Connector(server.address(), limits, watch).open();
    }

    private static void sendStatus(ServerConnection connection) throws IOException {
        connection.send(writer -> writer.text("status\n"));
    }

    @Test
    void shouldSayThatTheTokenIsNotTaken() throws IOException {
        try (ServerConnection connection = connect(WITH_TOKEN);
                Peer peer = server.accept()) {
            peer.expect(req(OPTION_REQ, "token=secret")).send(res(ERROR, "AUTH_FAILED", "this is no token"));
            TokenException e = assertThrows(TokenException.class, connection::read);
            assertEquals(
                    "the server does not take the token of this client (KOOKOO_TOKEN, PASSWORD, or [Security] token_file):"
                            + " this is no token",
                    e.getMessage());
            assertFalse(e.getMessage().contains("secret"));
        }
    }

    @Test
    void shouldNotShowATokenAtOnceToAServerThatHasRefusedIt() throws IOException {
        AtomicLong nanoTime = new AtomicLong();
        Token token = new Token(new Secret("secret"), nanoTime::get);
        ConnectionLimits limits = LIMITS.with(new Credentials(Optional.empty(), Optional.of(token)));
        refusedConnection(limits);
        // By another connection that was opened before.
        token.refusedBy(server.address(), new TokenException("a second time", false));
        nanoTime.addAndGet(Duration.ofMinutes(1).toNanos() - 1);
        CannotConnectException e = assertThrows(CannotConnectException.class, () -> connect(limits));
        assertEquals(
                "cannot connect to " + server.address()
                        + ": the server does not take the token of this client (KOOKOO_TOKEN,"
                        + " PASSWORD, or [Security] token_file): this is no token",
                e.getMessage());
        assertFalse(server.isWaitedFor());
        nanoTime.addAndGet(1);
        refusedConnection(limits);
        // From then on so seldom that the server has forgotten the last one.
        nanoTime.addAndGet(Duration.ofMinutes(11).toNanos() - 1);
        assertThrows(CannotConnectException.class, () -> connect(limits));
        assertFalse(server.isWaitedFor());
        nanoTime.addAndGet(1);
        try (ServerConnection connection = connect(limits);
                Peer peer = server.accept()) {
            sendStatus(connection);
            peer.send(res(OPTION_RES, "token")).send(".\n");
            connection.read();
        }
        refusedConnection(limits);
        nanoTime.addAndGet(Duration.ofMinutes(1).toNanos());
        refusedConnection(limits);
    }

    private void refusedConnection(ConnectionLimits limits) throws IOException {
        try (ServerConnection connection = connect(limits);
                Peer peer = server.accept()) {
            peer.expect(req(OPTION_REQ, "token=secret")).send(res(ERROR, "AUTH_FAILED", "this is no token"));
            assertThrows(TokenException.class, connection::read);
        }
    }

    @Test
    void shouldSayThatATokenIsWanted() throws IOException {
        String wanted = "the server wants a token: give it in the environment as KOOKOO_TOKEN, or in the file of"
                + " [Security] token_file";
        try (ServerConnection connection = connect(LIMITS);
                Peer peer = server.accept()) {
            peer.send(res(ERROR, "AUTH_REQUIRED", "first"));
            assertEquals(
                    wanted, assertThrows(TokenException.class, connection::read).getMessage());
        }
        try (ServerConnection connection = connect(LIMITS);
                Peer peer = server.accept()) {
            peer.send("ERR AUTH_REQUIRED this server wants a token first: auth TOKEN\n");
            assertEquals(
                    wanted, assertThrows(TokenException.class, connection::read).getMessage());
        }
    }

    @Test
    void shouldShowTheTokenBeforeAnythingElse() throws IOException {
        try (ServerConnection connection = connect(WITH_TOKEN);
                Peer peer = server.accept()) {
            sendStatus(connection);
            peer.expect(req(OPTION_REQ, "token=secret")).expect("status\n");
            peer.send(res(OPTION_RES, "token")).send(".\n");
            assertEquals(".", ((TextLine) connection.read()).text());
        }
    }

    @Test
    void shouldGoOnWithAServerThatKnowsNoTokens() throws IOException {
        try (ServerConnection connection = connect(WITH_TOKEN);
                Peer peer = server.accept()) {
            peer.send(res(ERROR, "UNKNOWN_OPTION", "Server does not recognize given option"));
            peer.send(res(ERROR, "UNKNOWN_OPTION", "another"));
            Packet second = connection.readPacket();
            assertEquals("another", second.text(1), "that one is the answer to something else");
        }
    }

    @Test
    void shouldPassOnAnswersToOtherOptions() throws IOException {
        try (ServerConnection connection = connect(LIMITS);
                Peer peer = server.accept()) {
            peer.send(
                    res(OPTION_RES, "token"), res(ERROR, "UNKNOWN_OPTION", "x"), res(ERROR, "PERMISSION_DENIED", "y"));
            assertEquals("token", connection.readPacket().text(0));
            assertEquals("UNKNOWN_OPTION", connection.readPacket().text(0));
            assertEquals("PERMISSION_DENIED", connection.readPacket().text(0));
        }
    }

    @Test
    void shouldPrintNoToken() {
        assertFalse(WITH_TOKEN.toString().contains("secret"));
        assertTrue(WITH_TOKEN.toString().contains("***"));
    }
}
