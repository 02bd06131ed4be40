package io.kookoo.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From bytes to messages, however the bytes arrive. */
final class PacketReaderTest {
    private static final int MAX_PACKET = 64 * 1024 * 1024;
    private static final int MAX_LINE = 1000;

    private static PacketReader reader(InputStream in) {
        return new PacketReader(in, Magic.REQUEST, MAX_PACKET, MAX_LINE);
    }

    private static PacketReader reader(byte[] bytes) {
        return reader(new ByteArrayInputStream(bytes));
    }

    private static byte[] header(int magic, int type, long size) {
        return ByteBuffer.allocate(12)
                .putInt(magic)
                .putInt(type)
                .putInt((int) size)
                .array();
    }

    private static byte[] request(PacketType type, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.ISO_8859_1);
        return together(header(Magic.REQUEST.value(), type.code(), bytes.length), bytes);
    }

    private static byte[] together(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** Delivers at most so many bytes at a time, as a network may. */
    private static InputStream cut(byte[] bytes, java.util.function.IntSupplier lengths) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] target, int from, int length) {
                return super.read(target, from, Math.min(length, lengths.getAsInt()));
            }
        };
    }

    private static List<String> all(PacketReader reader) throws IOException {
        List<String> messages = new ArrayList<>();
        for (Message message = reader.read(); message != null; message = reader.read()) {
            messages.add(message.toString());
        }
        return messages;
    }

    // ---- what ends the connection ----

    @ParameterizedTest
    @CsvSource({
        "00524550, a packet begins with 00524550",
        "00000000, a packet begins with 00000000",
        "00726571, a packet begins with 00726571"
    })
    void shouldRefuseOtherMagicWithoutAnAnswer(String magic, String reason) {
        byte[] bytes = header(Integer.parseInt(magic, 16), 16, 0);
        MalformedInputException e =
                assertThrows(MalformedInputException.class, () -> reader(bytes).read());
        assertTrue(e.getMessage().startsWith(reason), e.getMessage());
        assertTrue(e.answer().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 43, -1, Integer.MIN_VALUE})
    void shouldRefuseUnknownTypesWithoutAnAnswer(int type) {
        MalformedInputException e = assertThrows(
                MalformedInputException.class,
                () -> reader(header(Magic.REQUEST.value(), type, 0)).read());
        assertTrue(e.answer().isEmpty());
        assertTrue(e.getMessage().contains(Integer.toUnsignedString(type)), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(longs = {MAX_PACKET + 1L, Integer.MAX_VALUE, 1L << 31, (1L << 32) - 1})
    void shouldRefuseAnnouncedSizesAboveTheMaximum(long size) {
        MalformedInputException e = assertThrows(
                MalformedInputException.class,
                () -> reader(header(Magic.REQUEST.value(), 16, size)).read());
        Refusal answer = e.answer().orElseThrow();
        assertEquals(ErrorCode.PACKET_TOO_LARGE, answer.code());
        assertEquals("ECHO_REQ of " + size + " bytes; at most " + MAX_PACKET + " are accepted", answer.text());
    }

    @Test
    void shouldRefuseALineAboveTheMaximum() throws IOException {
        String longest = "x".repeat(MAX_LINE);
        assertEquals(
                new TextLine(longest),
                reader((longest + "\r\n").getBytes(StandardCharsets.UTF_8)).read());
        for (String tooLong : List.of(longest + "x\n", longest + "xx", longest + "x".repeat(100_000))) {
            byte[] bytes = tooLong.getBytes(StandardCharsets.UTF_8);
            assertTrue(assertThrows(
                            MalformedInputException.class, () -> reader(bytes).read())
                    .answer()
                    .isEmpty());
        }
    }

    @Test
    void shouldEndInTheMiddleOfAMessageWithoutOne() throws IOException {
        byte[] packet = request(PacketType.SUBMIT_JOB, "f\0u\0data");
        for (int length = 0; length < packet.length; length++) {
            assertNull(reader(java.util.Arrays.copyOf(packet, length)).read());
        }
        assertNull(reader("no end".getBytes(StandardCharsets.UTF_8)).read());
    }

    // ---- memory ----

    /** Allocations of this thread, which the JVM counts exactly. */
    private static long allocatedBy(Runnable body) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        long before = threads.getThreadAllocatedBytes(id);
        body.run();
        return threads.getThreadAllocatedBytes(id) - before;
    }

    private static void readToEnd(byte[] bytes) {
        try {
            all(reader(bytes));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void shouldNotAllocateWhatAHeaderAnnounces() {
        byte[] bytes = together(header(Magic.REQUEST.value(), 16, 60_000_000), new byte[10]);
        readToEnd(bytes);
        long allocated = allocatedBy(() -> readToEnd(bytes));
        assertTrue(allocated < 1_000_000, allocated + " bytes");
    }

    @Test
    void shouldAllocateInProportionToWhatArrives() {
        byte[] bytes = together(header(Magic.REQUEST.value(), 16, 60_000_000), new byte[1_000_000]);
        long allocated = allocatedBy(() -> readToEnd(bytes));
        assertTrue(allocated < 6_000_000, allocated + " bytes");
    }

    @Test
    void shouldHoldLittleAtRest() {
        // Ten thousand idle workers: the reader alone, after its first packets.
        byte[] bytes = request(PacketType.CAN_DO, "f");
        readToEnd(bytes);
        long allocated = allocatedBy(() -> readToEnd(bytes));
        assertTrue(allocated < 5_000, allocated + " bytes");
    }

    @Test
    void shouldShrinkABufferThatHasLongBeenTooLarge() throws IOException {
        // What the reader asks for at most is the room in its buffer.
        byte[] flood = new byte[200_000];
        java.util.Arrays.fill(flood, (byte) '\n');
        int[] asked = new int[1];
        byte[] echo = request(PacketType.ECHO_REQ, "x");
        InputStream in = new InputStream() {
            private int position;
            private int small;

            @Override
            public int read() {
                throw new AssertionError("read one by one");
            }

            @Override
            public int read(byte[] target, int from, int length) {
                asked[0] = length;
                if (position < flood.length) {
                    int n = Math.min(length, flood.length - position);
                    System.arraycopy(flood, position, target, from, n);
                    position += n;
                    return n;
                }
                if (small++ == 2000) {
                    return -1;
                }
                System.arraycopy(echo, 0, target, from, echo.length);
                return echo.length;
            }
        };
        PacketReader reader = reader(in);
        for (int i = 0; i < flood.length; i++) {
            reader.read();
        }
        assertTrue(asked[0] > 10_000, "asked for " + asked[0]);
        for (int i = 0; i < 2000; i++) {
            assertEquals("ECHO_REQ x", reader.read().toString());
        }
        assertNull(reader.read());
        assertTrue(asked[0] <= 1024, "asked for " + asked[0]);
    }

    // ---- what is refused, and read on ----

    @ParameterizedTest
    @CsvSource({
        "SUBMIT_JOB, 'SUBMIT_JOB takes function, unique and data, separated by NUL; some are missing'",
        "WORK_STATUS, 'WORK_STATUS takes handle, numerator, denominator, separated by NUL; some are missing'"
    })
    void shouldRefuseTooFewArgumentsAndReadOn(PacketType type, String text) throws IOException {
        PacketReader reader = reader(together(request(type, "one"), request(PacketType.ECHO_REQ, "next")));
        assertEquals(new Refusal(ErrorCode.INVALID_ARGUMENTS, text), reader.read());
        assertEquals("ECHO_REQ next", reader.read().toString());
    }

    @Test
    void shouldRefuseTheOtherSidesMagicAndReadOn() throws IOException {
        PacketReader reader = reader(
                together(header(Magic.RESPONSE.value(), 16, 2), new byte[2], request(PacketType.ECHO_REQ, "next")));
        assertEquals(new Refusal(ErrorCode.INVALID_MAGIC, "Request magic expected"), reader.read());
        assertEquals("ECHO_REQ next", reader.read().toString());
        PacketReader atClient =
                new PacketReader(new ByteArrayInputStream(request(PacketType.ECHO_REQ, "")), Magic.RESPONSE, 100, 100);
        assertEquals(new Refusal(ErrorCode.INVALID_MAGIC, "Response magic expected"), atClient.read());
    }

    @Test
    void shouldRefuseTypesOfTheOtherSideAndReadOn() throws IOException {
        PacketReader reader = reader(together(
                header(Magic.REQUEST.value(), PacketType.JOB_ASSIGN.code(), 2),
                new byte[2],
                request(PacketType.ECHO_REQ, "next")));
        assertEquals(new Refusal(ErrorCode.INVALID_COMMAND, "Command not expected"), reader.read());
        assertEquals("ECHO_REQ next", reader.read().toString());
    }

    // ---- every cut ----

    private static final byte[] SAMPLE = together(
            request(PacketType.CAN_DO, "f"),
            "status\r\n".getBytes(StandardCharsets.UTF_8),
            request(PacketType.SUBMIT_JOB, "f\0unique\0da\0ta"),
            request(PacketType.GRAB_JOB, ""),
            "\n".getBytes(StandardCharsets.UTF_8),
            request(PacketType.PRE_SLEEP, "an ignored body"),
            request(PacketType.SUBMIT_JOB, "too few"),
            request(PacketType.ECHO_REQ, "e".repeat(700)),
            ("w".repeat(900) + "\n").getBytes(StandardCharsets.UTF_8),
            request(PacketType.OPTION_REQ, "exceptions\0"));

    private static final List<String> SAMPLE_MESSAGES = List.of(
            "CAN_DO(f)",
            "TextLine[text=status]",
            "SUBMIT_JOB(f,unique) da\0ta",
            "GRAB_JOB",
            "TextLine[text=]",
            "PRE_SLEEP",
            "Refusal[code=INVALID_ARGUMENTS, text=SUBMIT_JOB takes function, unique and data, separated by NUL;"
                    + " some are missing]",
            "ECHO_REQ " + "e".repeat(200),
            "TextLine[text=" + "w".repeat(900) + "]",
            "OPTION_REQ(exceptions)");

    @Test
    void shouldReadTheSameMessagesFromEveryCut() throws IOException {
        assertEquals(SAMPLE_MESSAGES, all(reader(SAMPLE)));
        for (int first = 1; first < SAMPLE.length; first++) {
            int cut = first;
            boolean[] done = new boolean[1];
            InputStream in = cut(SAMPLE, () -> {
                int length = done[0] ? Integer.MAX_VALUE : cut;
                done[0] = true;
                return length;
            });
            assertEquals(SAMPLE_MESSAGES, all(reader(in)), "first " + first + " bytes");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 11, 12, 13, 511, 512, 513})
    void shouldReadTheSameMessagesFromPiecesOfASize(int size) throws IOException {
        assertEquals(SAMPLE_MESSAGES, all(reader(cut(SAMPLE, () -> size))));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldReadTheSameMessagesFromRandomCuts(long seed) throws IOException {
        Random random = new Random(seed);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            int length = 1 << random.nextInt(17);
            if (random.nextInt(4) == 0) {
                bytes.writeBytes("a line\n".getBytes(StandardCharsets.UTF_8));
                expected.add("a line");
            } else {
                bytes.writeBytes(request(PacketType.ECHO_REQ, "y".repeat(length)));
                expected.add("y" + length);
            }
        }
        PacketReader reader = reader(cut(bytes.toByteArray(), () -> 1 + random.nextInt(1 << random.nextInt(18))));
        for (String message : expected) {
            Message read = reader.read();
            assertEquals(
                    message,
                    read instanceof TextLine line
                            ? line.text()
                            : "y" + ((Packet) read).data().length());
        }
        assertNull(reader.read());
    }

    @Test
    void shouldSayThatAMessageIsThereOnlyWhenItIsThereWhole() throws IOException {
        byte[] echo = request(PacketType.ECHO_REQ, "data");
        int[] lengths = {echo.length + 5, 3, echo.length - 8 + 2, 1000};
        int[] turn = new int[1];
        PacketReader reader = reader(cut(
                together(echo, echo, "ab".getBytes(StandardCharsets.UTF_8), "c\nd\n".getBytes(StandardCharsets.UTF_8)),
                () -> lengths[turn[0]++]));
        assertFalse(reader.hasMessage());
        reader.read();
        assertFalse(reader.hasMessage(), "five bytes of a header");
        reader.read();
        assertFalse(reader.hasMessage(), "part of a line");
        assertEquals(new TextLine("abc"), reader.read());
        assertTrue(reader.hasMessage());
        assertEquals(new TextLine("d"), reader.read());
        assertFalse(reader.hasMessage());
    }

    // ---- packets ----

    private static Packet packet(PacketType type, String body) throws IOException {
        return (Packet) reader(request(type, body)).read();
    }

    @Test
    void shouldCutArgumentsAndData() throws IOException {
        Packet packet = packet(PacketType.SUBMIT_JOB, "function\0unique\0da\0ta\0");
        assertEquals(FunctionName.of("function"), packet.function(0));
        assertEquals(UniqueId.of("unique"), packet.unique(1));
        assertEquals(Data.of("da\0ta\0"), packet.data());
        assertEquals(8, packet.length(0));
        assertEquals(Data.EMPTY, packet(PacketType.SUBMIT_JOB, "f\0\0").data());
        assertTrue(packet(PacketType.SUBMIT_JOB, "f\0\0").unique(1).isEmpty());
    }

    @ParameterizedTest
    @CsvSource({"7, 7", "'', 0", "12x, 12", "x, 0", "-1, 0", "999999999999999999999, 999999999999999999", "007, 7"})
    void shouldReadNumbersByTheirLeadingDigits(String text, long number) throws IOException {
        assertEquals(
                number,
                packet(PacketType.WORK_STATUS, "H:a:1\0" + text + "\0" + "9").number(1));
    }

    @Test
    void shouldReadOldEncodingsAsIsoLatin() throws IOException {
        assertEquals("\u00e4", packet(PacketType.SET_CLIENT_ID, "\u00e4").text(0));
        assertEquals("\u00e4", packet(PacketType.SET_CLIENT_ID, "\u00c3\u00a4").text(0));
        assertFalse(packet(PacketType.CAN_DO, "\u00e4")
                .function(0)
                .equals(packet(PacketType.CAN_DO, "\u00c3\u00a4").function(0)));
    }
}
