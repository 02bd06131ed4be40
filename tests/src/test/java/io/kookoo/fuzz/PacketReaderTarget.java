package io.kookoo.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.kookoo.protocol.Magic;
import io.kookoo.protocol.MalformedInputException;
import io.kookoo.protocol.Message;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketReader;
import io.kookoo.protocol.PacketWriter;
import io.kookoo.protocol.TextLine;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The bytes of a connection. However they are cut, the same messages come out of them, and then an end: null, or that they are malformed.
 * A message that is said to be there is read without waiting, a packet can be passed on, and no header makes memory be taken.
 */
public final class PacketReaderTarget {
    /** More than the heap of a fuzzer has. */
    private static final int NO_LIMIT = 1 << 30;

    /** Small ones, which inputs exceed. */
    private static final int PACKET_LIMIT = 64;

    private static final int LINE_LIMIT = 32;

    private PacketReaderTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        for (Magic magic : Magic.values()) {
            read(input, magic, NO_LIMIT, NO_LIMIT);
            read(input, magic, PACKET_LIMIT, LINE_LIMIT);
        }
    }

    private static void read(byte[] input, Magic magic, int packetLimit, int lineLimit) {
        List<String> whole = messages(new ByteArrayInputStream(input), magic, packetLimit, lineLimit);
        List<String> cut = messages(new Pieces(input), magic, packetLimit, lineLimit);
        assertEquals(whole, cut, "read at once, and in pieces");
    }

    /** All messages, and how the stream ends. */
    private static List<String> messages(InputStream in, Magic magic, int packetLimit, int lineLimit) {
        Watched watched = new Watched(in);
        PacketReader reader = new PacketReader(watched, magic, packetLimit, lineLimit);
        List<String> messages = new ArrayList<>();
        try {
            while (true) {
                boolean there = reader.hasMessage();
                int reads = watched.reads;
                Message message = reader.read();
                assertFalse(
                        there && (message == null || watched.reads > reads),
                        () -> "a message that was there had to be waited for, after " + messages);
                if (message == null) {
                    messages.add("end");
                    return messages;
                }
                messages.add(described(message, magic));
            }
        } catch (MalformedInputException e) {
            messages.add("malformed: " + e.getMessage() + ", answer " + e.answer());
            return messages;
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory alone
        }
    }

    private static String described(Message message, Magic magic) throws IOException {
        if (!(message instanceof Packet packet)) {
            return message instanceof TextLine line ? "line " + line.text() : message.toString();
        }
        String description = described(packet);
        PacketWriter writer = new PacketWriter(magic);
        writer.forward(packet.type(), packet);
        int size = writer.size();
        PacketReader reader =
                new PacketReader(new ByteArrayInputStream(writer.take(null), 0, size), magic, NO_LIMIT, NO_LIMIT);
        assertEquals(description, described((Packet) reader.read()), "passed on");
        return description;
    }

    private static String described(Packet packet) {
        StringBuilder text = new StringBuilder(packet.type().name());
        for (int i = 0; i < packet.type().arguments().size(); i++) {
            text.append(" [")
                    .append(Arrays.toString(packet.handle(i).toBytes()))
                    .append(packet.length(i))
                    .append(packet.text(i))
                    .append(packet.number(i))
                    .append(packet.function(i).equals(packet.function(i, packet.function(0))))
                    .append(packet.unique(i))
                    .append(']');
        }
        return text.append(Arrays.toString(packet.data().toBytes())).toString();
    }

    /** Counts the reads. */
    private static final class Watched extends InputStream {
        private final InputStream in;
        private int reads;

        Watched(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            reads++;
            return in.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            reads++;
            return in.read(bytes, offset, length);
        }
    }

    /** Gives the bytes out in pieces whose sizes follow from them: the same input has the same pieces. */
    private static final class Pieces extends InputStream {
        private final byte[] bytes;
        private final Random sizes;
        private int position;

        Pieces(byte[] bytes) {
            this.bytes = bytes;
            this.sizes = new Random(Arrays.hashCode(bytes));
        }

        @Override
        public int read() {
            return position == bytes.length ? -1 : bytes[position++] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            if (position == bytes.length) {
                return -1;
            }
            int count = Math.min(length, Math.min(1 + sizes.nextInt(16), bytes.length - position));
            System.arraycopy(bytes, position, into, offset, count);
            position += count;
            return count;
        }
    }
}
