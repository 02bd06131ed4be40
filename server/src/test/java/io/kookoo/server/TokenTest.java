package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.protocol.PacketType;
import io.kookoo.server.access.Need;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that wants a token of everybody, this machine included. */
final class TokenTest {
    private static final String TOKEN = "tEnLetters-and-more";
    private static final String REQUIRED = "ERR AUTH_REQUIRED this server wants a token first: auth TOKEN\n";

    @RegisterExtension
    final RunningServer server = new RunningServer().withEnvironment("KOOKOO_TOKEN", TOKEN);

    // ---- before the token ----

    @ParameterizedTest
    @EnumSource(PacketType.class)
    void shouldAnswerNoPacketButEchoBeforeTheToken(PacketType type) {
        if (!type.isRequest()) {
            return;
        }
        WireClient client = server.connect();
        // As many parts as any packet has.
        client.send(type, "f", "u", "0", "0", "data");
        if (type == ECHO_REQ) {
            client.expect(ECHO_RES, "f", "u", "0", "0", "data");
        } else {
            client.expect(ERROR, "AUTH_REQUIRED", "This server wants a token first: OPTION_REQ token=...");
        }
        assertNothingHasChanged();
    }

    @Test
    void shouldAnswerNoTextCommandThatNeedsARoleBeforeTheToken() {
        for (String verb : Need.ofVerbs().keySet()) {
            if (List.of("version", "help", "quit", "exit", "auth").contains(verb)) {
                continue;
            }
            server.connect().sendText(verb + " x y").expectText(REQUIRED);
        }
        server.connect().sendText("").expectText(REQUIRED).sendText("nonsense").expectText(REQUIRED);
        assertNothingHasChanged();
    }

    private void assertNothingHasChanged() {
        WireClient known = server.connect().sendText("auth " + TOKEN).expectText("OK\r\n");
        known.sendText("status").expectText(".\n");
        known.sendText("show jobs").expectText(".\n");
        known.sendText("channels");
        for (String channel : List.of("main_channel", "results", "jobs", "clients")) {
            assertEquals(channel + "\t0", known.receiveLine());
        }
        known.expectText(".\n");
        assertTrue(server.shutdowns().isEmpty());
    }

    @Test
    void shouldAnswerVersionHelpAndQuitBeforeTheToken() {
        WireClient client = server.connect();
        assertTrue(client.sendText("version").receiveLine().startsWith("OK "));
        assertTrue(client.sendText("help").receiveLine().startsWith("version\t"));
        client.awaitLine(".");
        client.sendText("quit").expectClosed();
    }

    @Test
    void shouldCloseAWebPageBeforeTheToken() {
        server.connect().sendText("GET / HTTP/1.1").expectClosed();
    }

    @Test
    void shouldReadNoLargePacketBeforeTheToken() {
        WireClient client = server.connect();
        client.sendBytes(ByteBuffer.allocate(12)
                .putInt(0x00524551)
                .putInt(SUBMIT_JOB.code())
                .putInt(16 * 1024 + 1)
                .array());
        client.expect(ERROR, "PACKET_TOO_LARGE", "SUBMIT_JOB of 16385 bytes; at most 16384 are accepted")
                .expectClosed();
    }

    @Test
    void shouldReadNoLongLineBeforeTheToken() {
        server.connect().sendText("x".repeat(16 * 1024 + 1)).expectGone();
        String longest = "x".repeat(64 * 1024 - 100);
        server.connect()
                .sendText("auth " + TOKEN)
                .expectText("OK\r\n")
                .sendText(longest)
                .expectText("ERR UNKNOWN_COMMAND Unknown+server+command" + longest + "\r\n");
    }

    @Test
    void shouldReadALargePacketRightBehindTheToken() {
        String data = "x".repeat(100_000);
        WireClient client = server.connect();
        client.sendBytes(WireClient.together(
                WireClient.packet(OPTION_REQ, "token=" + TOKEN), WireClient.packet(ECHO_REQ, data)));
        client.expect(OPTION_RES, "token").expect(ECHO_RES, data);
    }

    // ---- a wrong token ----

    @ParameterizedTest
    @ValueSource(strings = {"", "t", "tEnLetters-and-mor", "tEnLetters-and-more ", "tenletters-and-more", "\u00ff"})
    void shouldRefuseAWrongTokenAndClose(String wrong) {
        WireClient client = server.connect().send(OPTION_REQ, "token=" + wrong);
        WireClient.Received answer = client.receive();
        assertEquals(ERROR, answer.type());
        assertEquals("AUTH_FAILED", answer.part(0));
        client.expectClosed();
        server.log().await("WARN auth_failed conn=1 address=127.0.0.1 reason=");
    }

    @Test
    void shouldRefuseAWrongTokenAsText() {
        WireClient client = server.connect().sendText("AUTH wrong");
        assertTrue(client.receiveLine().startsWith("ERR AUTH_FAILED "));
        client.expectClosed();
    }

    @Test
    void shouldLetAnAddressWaitAfterFiveWrongTokensAlsoWithARightOne() {
        WireClient before = server.connect().sendText("auth " + TOKEN).expectText("OK\r\n");
        for (int i = 1; i <= 5; i++) {
            assertTrue(server.connect().sendText("auth wrong" + i).receiveLine().startsWith("ERR AUTH_FAILED this is"));
        }
        String answer = server.connect().sendText("auth " + TOKEN).receiveLine();
        assertTrue(
                answer.matches("ERR AUTH_FAILED after 5 wrong tokens 127.0.0.1 has to wait for [0-9]+ s before .*"),
                answer);
        WireClient.Received packet =
                server.connect().send(OPTION_REQ, "token=" + TOKEN).receive();
        assertEquals("AUTH_FAILED", packet.part(0));
        // Who was let in before is in.
        before.expectNothingBeforeEcho();
    }

    // ---- with the token ----

    @Test
    void shouldServeWhoHasShownTheToken() {
        WireClient worker = server.connect()
                .send(OPTION_REQ, "token=" + TOKEN)
                .expect(OPTION_RES, "token")
                .send(CAN_DO, "f")
                .expectNothingBeforeEcho();
        WireClient client = server.connect().sendText("auth  " + TOKEN + " ").expectText("OK\r\n");
        String handle = client.send(SUBMIT_JOB, "f", "", "data").expectHandle();
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "data").send(WORK_COMPLETE, handle, "result");
        client.expect(WORK_COMPLETE, handle, "result");
        client.sendText("shutdown").expectText("OK\r\n");
        assertEquals(1, server.shutdowns().size());
    }

    @Test
    void shouldTakeTheTokenAgainFromWhoHasShownIt() {
        server.connect()
                .sendText("auth " + TOKEN)
                .expectText("OK\r\n")
                .sendText("auth " + TOKEN)
                .expectText("OK\r\n")
                .send(OPTION_REQ, "token=" + TOKEN)
                .expect(OPTION_RES, "token");
    }

    @Test
    void shouldShowTheTokenToNobody() {
        WireClient client = server.connect().send(OPTION_REQ, "token=" + TOKEN).expect(OPTION_RES, "token");
        server.connect().sendText(TOKEN).expectText(REQUIRED);
        server.connect().sendText("show " + TOKEN).expectText(REQUIRED);
        server.connect().send(OPTION_REQ, TOKEN).receive();
        server.connect().send(OPTION_REQ, "token=" + TOKEN + TOKEN).receive();
        String shown = "";
        for (String line = client.sendText("show settings").receiveLine(); !line.equals("."); ) {
            shown += line + "\n";
            line = client.receiveLine();
        }
        assertTrue(shown.contains("Security\ttoken\t***\tenvironment KOOKOO_TOKEN\n"), shown);
        assertFalse(shown.contains(TOKEN));
        server.log().await("auth_failed");
        server.log().await("auth_required conn=", "what=OPTION_REQ");
        server.log().await("auth_required conn=", "what=-");
        assertEquals(List.of(), server.log().with(TOKEN));
    }

    @Test
    void shouldTakeAnyTokenWhereNoneIsWanted() {
        try (RunningServer open = new RunningServer().start()) {
            open.connect()
                    .send(OPTION_REQ, "token=" + TOKEN)
                    .expect(OPTION_RES, "token")
                    .sendText("auth " + TOKEN)
                    .expectText("OK\r\n")
                    .sendText("auth")
                    .expectText(
                            "ERR INVALID_ARGUMENTS An+incomplete+set+of+arguments+was+sent+to+this+command+auth\r\n");
            assertEquals(List.of(), open.log().with(TOKEN));
        }
    }

    @Test
    void shouldLogFewLinesOfManyRefusals() {
        WireClient client = server.connect();
        for (int i = 0; i < 200; i++) {
            client.sendText("status").expectText(REQUIRED);
        }
        String more = server.log().await("WARN refused_more count=");
        int lines = server.log().with("WARN auth_required").size();
        assertTrue(lines >= 20 && lines <= 100, lines + " lines, and " + more);
    }
}
