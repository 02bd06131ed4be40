package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.kookoo.protocol.PacketType;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code docs/protocol.md}, "Framing": how bytes become packets and lines, and what becomes of bytes that do not. */
final class FramingTest {
    private static final int REQUEST = 0x00524551;
    private static final int RESPONSE = 0x00524553;

    @RegisterExtension
    final RunningServer server = new RunningServer()
            .with("max-packet", "1K")
            .with("outbox-limit", "1M")
            .with("max-line", "256");

    // ---- closed at once ----

    @ParameterizedTest
    @ValueSource(ints = {0x00524550, 0x00000000, 0x00726571, 0x00514552})
    void shouldCloseWithoutErrorWhenMagicIsBad(int magic) {
        server.connect()
                .sendBytes(WireClient.packet(magic, ECHO_REQ.code(), new byte[0]))
                .expectClosed();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 43, 44, 255, 0x01000010, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
    void shouldCloseWithoutErrorWhenTypeIsUnknown(int type) {
        server.connect()
                .sendBytes(WireClient.packet(REQUEST, type, new byte[0]))
                .expectClosed();
    }

    @Test
    void shouldAnswerWhatCameBeforeBadBytes() {
        server.connect()
                .sendBytes(WireClient.together(
                        WireClient.packet(ECHO_REQ, "before"), WireClient.packet(0x00524550, 16, new byte[3])))
                .expect(ECHO_RES, "before")
                .expectClosed();
    }

    @ParameterizedTest
    @ValueSource(longs = {1025, 64L * 1024 * 1024, Integer.MAX_VALUE, 1L << 31, (1L << 32) - 1})
    void shouldRefuseAndCloseWhenAPacketIsAboveTheMaximum(long size) {
        WireClient client = server.connect();
        client.sendBytes(ByteBuffer.allocate(12)
                .putInt(REQUEST)
                .putInt(ECHO_REQ.code())
                .putInt((int) size)
                .array());
        client.expect(ERROR, "PACKET_TOO_LARGE", "ECHO_REQ of " + size + " bytes; at most 1024 are accepted")
                .expectClosed();
    }

    @Test
    void shouldTakeAPacketOfExactlyTheMaximum() {
        String data = "x".repeat(1024);
        server.connect().send(ECHO_REQ, data).expect(ECHO_RES, data);
    }

    @Test
    void shouldCloseWhenALineIsTooLong() {
        WireClient client = server.connect();
        client.sendText("x".repeat(257)).expectClosed();
    }

    @Test
    void shouldCloseWhenALineWithoutEndIsTooLong() {
        server.connect().sendBytes("x".repeat(300).getBytes(US_ASCII)).expectClosed();
    }

    // ---- ERROR, and the connection stays ----

    @Test
    void shouldRefuseResponseMagicAndStay() {
        server.connect()
                .sendBytes(WireClient.packet(RESPONSE, ECHO_REQ.code(), new byte[] {1, 2}))
                .expect(ERROR, "INVALID_MAGIC", "Request magic expected")
                .expectNothingBeforeEcho();
    }

    static Stream<PacketType> typesNoPeerMaySend() {
        return Arrays.stream(PacketType.values()).filter(type -> !type.isRequest());
    }

    @ParameterizedTest
    @MethodSource("typesNoPeerMaySend")
    void shouldRefuseTypesThatOnlyServersSendOrNobody(PacketType type) {
        server.connect()
                .sendBytes(WireClient.packet(REQUEST, type.code(), new byte[5]))
                .expect(ERROR, "INVALID_COMMAND", "Command not expected")
                .expectNothingBeforeEcho();
    }

    @Test
    void shouldCountTheTypesNoPeerMaySend() {
        // NOOP 6, JOB_CREATED 8, NO_JOB 10, JOB_ASSIGN 11, ECHO_RES 17, ERROR 19, STATUS_RES 20, OPTION_RES 27,
        // JOB_ASSIGN_UNIQ 31, JOB_ASSIGN_ALL 40, STATUS_RES_UNIQUE 42; and 5, ALL_YOURS 24, SUBMIT_JOB_SCHED 35.
        assertEquals(14, typesNoPeerMaySend().count());
    }

    @ParameterizedTest
    @EnumSource(
            value = PacketType.class,
            names = {
                "SUBMIT_JOB",
                "SUBMIT_JOB_BG",
                "SUBMIT_JOB_HIGH",
                "SUBMIT_JOB_HIGH_BG",
                "SUBMIT_JOB_LOW",
                "SUBMIT_JOB_LOW_BG",
                "WORK_COMPLETE",
                "WORK_DATA",
                "WORK_WARNING",
                "WORK_EXCEPTION",
                "WORK_STATUS"
            })
    void shouldRefuseTooFewArgumentsAndStay(PacketType type) {
        WireClient client = server.connect();
        client.send(type, "only one").expectAny(ERROR);
        client.send(type, "only one").receive();
        client.expectNothingBeforeEcho();
    }

    @Test
    void shouldSayWhichArgumentsAreMissing() {
        server.connect()
                .send(SUBMIT_JOB, "f", "no data")
                .expect(
                        ERROR,
                        "INVALID_ARGUMENTS",
                        "SUBMIT_JOB takes function, unique and data, separated by NUL; some are missing");
    }

    @Test
    void shouldRefuseAnEmptyFunctionName() {
        String refused = "A function name has 1 to 512 bytes, this one has 0";
        server.connect()
                .send(CAN_DO)
                .expect(ERROR, "INVALID_ARGUMENTS", refused)
                .send(SUBMIT_JOB, "", "", "")
                .expect(ERROR, "INVALID_ARGUMENTS", refused)
                .expectNothingBeforeEcho();
    }

    @Test
    void shouldTakeFunctionNamesOf512BytesAndRefuse513() {
        WireClient worker = server.worker("f".repeat(512));
        server.connect().send(SUBMIT_JOB, "f".repeat(512), "", "data").expectHandle();
        worker.send(GRAB_JOB).expectAny(JOB_ASSIGN);
        String refused = "A function name has 1 to 512 bytes, this one has 513";
        worker.send(CAN_DO, "f".repeat(513)).expect(ERROR, "ARGUMENT_TOO_LARGE", refused);
        worker.send(SUBMIT_JOB, "f".repeat(513), "", "").expect(ERROR, "ARGUMENT_TOO_LARGE", refused);
    }

    // ---- what is taken as it comes ----

    @ParameterizedTest
    @EnumSource(
            value = PacketType.class,
            names = {"GRAB_JOB", "GRAB_JOB_UNIQ", "GRAB_JOB_ALL"})
    void shouldIgnoreABodyWhereNoArgumentsBelong(PacketType type) {
        server.connect().send(type, "a body", "", "more").expect(NO_JOB).expectNothingBeforeEcho();
        server.connect().send(PRE_SLEEP, "x").send(RESET_ABILITIES, "x").expectNothingBeforeEcho();
    }

    @Test
    void shouldIgnoreOneNulAtTheEndOfTheLastArgument() {
        WireClient worker = server.connect().send(CAN_DO, "f", "").expectNothingBeforeEcho();
        server.connect().send(SUBMIT_JOB, "f", "", "").expectHandle();
        worker.send(GRAB_JOB).expectAny(JOB_ASSIGN);
    }

    @Test
    void shouldKeepNulsInData() {
        server.connect().send(ECHO_REQ, "", "a", "", "").expect(ECHO_RES, "", "a", "", "");
    }

    @Test
    void shouldAlternateTextAndPacketsInOneRead() {
        WireClient client = server.connect();
        client.sendBytes(WireClient.together(
                        "status\r\n".getBytes(US_ASCII),
                        WireClient.packet(ECHO_REQ, "1"),
                        "version\n".getBytes(US_ASCII),
                        "nonsense\n".getBytes(US_ASCII),
                        WireClient.packet(ECHO_REQ, "2")))
                .expectText(".\n")
                .expect(ECHO_RES, "1")
                .expectText("OK " + io.kookoo.Version.TEXT + "\n")
                .expectText("ERR UNKNOWN_COMMAND Unknown+server+commandnonsense\r\n")
                .expect(ECHO_RES, "2");
    }

    @Test
    void shouldServeAPeerThatSendsByteByByte() {
        WireClient client = server.connect();
        byte[] bytes = WireClient.together(
                WireClient.packet(SUBMIT_JOB, "f", "u", "data"),
                "version\n".getBytes(US_ASCII),
                WireClient.packet(ECHO_REQ, "end"));
        for (byte b : bytes) {
            client.sendBytes(b);
        }
        client.expectHandle();
        client.expectText("OK " + io.kookoo.Version.TEXT + "\n").expect(ECHO_RES, "end");
    }

    @Test
    void shouldAnswerAPeerThatHasSaidItsLastWord() {
        server.connect().sendText("status").endOutput().expectText(".\n").expectClosed();
    }

    @Test
    void shouldForgetAPacketThatNeverEnds() {
        server.connect()
                .sendBytes(Arrays.copyOf(WireClient.packet(SUBMIT_JOB, "f", "", "data"), 15))
                .endOutput()
                .expectClosed();
        server.connect().sendText("status").expectText(".\n");
    }

    @Test
    void shouldNotKeepAClosedPeerThatTrickles() {
        WireClient worker = server.worker("f");
        String handle = server.connect().send(SUBMIT_JOB, "f", "", "data").expectHandle();
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "data");
        WireClient other = server.worker("f").send(PRE_SLEEP).expectNothingBeforeEcho();
        worker.sendBytes(WireClient.packet(0x00524550, 1, new byte[0])).expectClosed();
        WireClient pace = server.connect();
        // It does not close its own side, and goes on, a byte now and then, until the server has had enough.
        assertThrows(UncheckedIOException.class, () -> {
            long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (System.nanoTime() < end) {
                worker.sendBytes((byte) 0);
                pace.expectNothingBeforeEcho();
            }
        });
        other.expect(NOOP).send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "data");
    }

    @Test
    void shouldNotKeepAClosedPeerThatNeverCloses() {
        WireClient worker = server.worker("f");
        WireClient client = server.connect();
        String handle = client.send(SUBMIT_JOB, "f", "", "data").expectHandle();
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "data");
        WireClient other = server.worker("f").send(PRE_SLEEP).expectNothingBeforeEcho();
        worker.sendBytes(WireClient.packet(0x00524550, 1, new byte[0]));
        // It never closes its side, but its job goes back.
        other.expect(NOOP).send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "data");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n"})
    void shouldTakeALineOfExactlyTheMaximum(String end) {
        String line = "x".repeat(256);
        server.connect()
                .sendBytes((line + end).getBytes(US_ASCII))
                .expectText("ERR UNKNOWN_COMMAND Unknown+server+command" + line + "\r\n");
    }

    @Test
    void shouldWriteAsItGoesWhenManyRequestsArriveTogether() {
        // The answers of one read exceed what may wait for a peer by far; the peer reads them, so it is not slow.
        String function = "f".repeat(512);
        WireClient client = server.connect();
        for (int i = 0; i < 100; i++) {
            client.send(CAN_DO, i + function.substring(10));
        }
        client.expectNothingBeforeEcho();
        client.sendBytes("status\n".repeat(500).getBytes(US_ASCII));
        String list = IntStream.range(0, 100)
                        .mapToObj(i -> i + function.substring(10) + "\t0\t0\t1\n")
                        .collect(Collectors.joining())
                + ".\n";
        client.expectText(list.repeat(500));
        client.expectNothingBeforeEcho();
    }

    private static final java.nio.charset.Charset US_ASCII = java.nio.charset.StandardCharsets.US_ASCII;
}
