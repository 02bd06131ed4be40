package io.kookoo.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Golden bytes: what packets look like on the wire. */
final class PacketWriterTest {
    private final PacketWriter writer = new PacketWriter(Magic.RESPONSE);

    private String written() {
        int size = writer.size();
        return HexFormat.of().formatHex(writer.take(null), 0, size);
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void shouldWriteAPacketWithoutABody() {
        writer.packet(PacketType.NOOP);
        assertEquals("00524553" + "00000006" + "00000000", written());
    }

    @Test
    void shouldWriteOneArgumentWithoutAnEnd() {
        writer.packet(PacketType.JOB_CREATED, JobHandle.of("H:a:1"));
        assertEquals("00524553" + "00000008" + "00000005" + hex("H:a:1"), written());
    }

    @Test
    void shouldSeparateArgumentsByNul() {
        writer.packet(PacketType.ERROR, "CODE", "a text");
        assertEquals("00524553" + "00000013" + "0000000b" + hex("CODE\0a text"), written());
    }

    @Test
    void shouldEndEveryArgumentBeforeDataWithNul() {
        writer.packet(PacketType.JOB_ASSIGN, Data.of("da\0ta"), JobHandle.of("H:a:1"), FunctionName.of("f"));
        assertEquals("00524553" + "0000000b" + "0000000d" + hex("H:a:1\0f\0da\0ta"), written());
        writer.packet(PacketType.WORK_COMPLETE, Data.EMPTY, JobHandle.of("H:a:1"));
        assertEquals("00524553" + "0000000d" + "00000006" + hex("H:a:1\0"), written());
    }

    @Test
    void shouldWriteRequestMagicForAClient() {
        PacketWriter client = new PacketWriter(Magic.REQUEST);
        client.packet(PacketType.GRAB_JOB);
        assertEquals("005245510000000900000000", HexFormat.of().formatHex(client.take(null), 0, 12));
    }

    @Test
    void shouldForwardABodyByteForByte() throws IOException {
        byte[] body = "H:a:1\0x\0\u00ff".getBytes(StandardCharsets.ISO_8859_1);
        Packet packet = Packet.decode(PacketType.WORK_DATA, body);
        writer.forward(PacketType.WORK_DATA, packet);
        assertEquals("00524553" + "0000001c" + "00000009" + HexFormat.of().formatHex(body), written());
    }

    @Test
    void shouldWritePacketsAndTextOneBehindTheOther() throws IOException {
        writer.packet(PacketType.NOOP);
        writer.text("OK \u00e4\n");
        writer.packet(PacketType.ECHO_RES, Data.of("x"));
        int size = writer.size();
        PacketReader reader =
                new PacketReader(new ByteArrayInputStream(writer.take(null), 0, size), Magic.RESPONSE, 1000, 1000);
        assertEquals("NOOP", reader.read().toString());
        assertEquals(new TextLine("OK \u00e4"), reader.read());
        assertEquals("ECHO_RES x", reader.read().toString());
    }

    @Test
    void shouldGoOnWithTheSpareBufferItIsGiven() {
        writer.packet(PacketType.NOOP);
        byte[] first = writer.take(null);
        assertEquals(0, writer.size());
        writer.packet(PacketType.NO_JOB);
        byte[] second = writer.take(first);
        assertNotSame(first, second);
        writer.packet(PacketType.NOOP);
        assertSame(first, writer.take(null));
        assertArrayEquals(HexFormat.of().parseHex("005245530000000600000000"), Arrays.copyOf(first, 12));
    }

    @Test
    void shouldNotKeepALargeBuffer() {
        writer.packet(PacketType.ECHO_RES, Data.of("x".repeat(1_000_000)));
        byte[] large = writer.take(null);
        writer.packet(PacketType.NOOP);
        writer.take(large);
        writer.packet(PacketType.NOOP);
        assertTrue(writer.take(null).length < 1000);
    }
}
