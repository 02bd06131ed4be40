package io.kookoo.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Cuts a stream of bytes into messages: the one door through which bytes come in, at the server and at the client. Magic,
 * type, size and the number of arguments are settled here, before anybody else sees the packet.
 *
 * <p>The first byte of each message decides: 0 begins a packet, anything else a line of text up to LF. Memory grows as bytes
 * arrive, never by what a header announces. Confined to one thread, the connection's reading thread.
 */
public final class PacketReader {
    private static final int HEADER_BYTES = 12;
    /** What a connection at rest holds. Ten thousand idle workers must not cost memory. */
    private static final int SMALLEST_BUFFER = 512;

    private static final int LARGEST_BUFFER = 64 * 1024;
    /** After so many reads that left three quarters of the buffer unused it is halved. */
    private static final int READS_BEFORE_SHRINKING = 64;

    private final InputStream in;
    private final Magic magic;
    private int maxPacketBytes;
    private int maxLineBytes;

    private byte[] buffer = new byte[SMALLEST_BUFFER];
    private int from;
    private int to;
    private int smallReads;

    /**
     * @param in read by blocking; the caller closes it
     * @param magic what packets must begin with: {@link Magic#REQUEST} at the server, {@link Magic#RESPONSE} at a client
     * @param maxPacketBytes the largest body of a packet
     * @param maxLineBytes the longest line of text, its end not counted
     */
    public PacketReader(InputStream in, Magic magic, int maxPacketBytes, int maxLineBytes) {
        this.in = in;
        this.magic = magic;
        this.maxPacketBytes = maxPacketBytes;
        this.maxLineBytes = maxLineBytes;
    }

    /** From the next message on the body of a packet, and a line, may have so many bytes. */
    public void limit(int packetBytes, int lineBytes) {
        maxPacketBytes = packetBytes;
        maxLineBytes = lineBytes;
    }

    /** Blocks until the next message has begun, or the stream has ended. */
    public void await() throws IOException {
        if (from == to) {
            fill();
        }
    }

    /**
     * The next message; blocks until it is there whole.
     *
     * @return null when the stream has ended, also in the middle of a message
     * @throws MalformedInputException when the connection has to be closed; see there
     * @throws IOException when reading fails
     */
    public Message read() throws IOException {
        if (from == to && !fill()) {
            return null;
        }
        return buffer[from] == 0 ? readPacket() : readLine();
    }

    /**
     * Whether {@link #read()} will return without reading from the stream. While it is so, answers may be held back and sent
     * together.
     */
    public boolean hasMessage() {
        int available = to - from;
        if (available == 0) {
            return false;
        }
        if (buffer[from] != 0) {
            return indexOfLineFeed(from) >= 0;
        }
        return available >= HEADER_BYTES && available - HEADER_BYTES >= Integer.toUnsignedLong(intAt(from + 8));
    }

    private Message readPacket() throws IOException {
        while (to - from < HEADER_BYTES) {
            if (!fill()) {
                return null;
            }
        }
        int first = intAt(from);
        PacketType type = PacketType.ofCode(intAt(from + 4));
        long length = Integer.toUnsignedLong(intAt(from + 8));
        if (first != Magic.REQUEST.value() && first != Magic.RESPONSE.value()) {
            throw new MalformedInputException(
                    String.format("a packet begins with %08x, not with \\0REQ or \\0RES", first), null);
        }
        if (type == null) {
            throw new MalformedInputException(
                    "a packet of type " + Integer.toUnsignedString(intAt(from + 4)) + ", expected 1 to 42", null);
        }
        if (length > maxPacketBytes) {
            String reason = type + " of " + length + " bytes; at most " + maxPacketBytes + " are accepted";
            throw new MalformedInputException(reason, new Refusal(ErrorCode.PACKET_TOO_LARGE, reason));
        }
        from += HEADER_BYTES;
        byte[] body = readBody((int) length);
        if (body == null) {
            return null;
        }
        if (first != magic.value()) {
            return new Refusal(
                    ErrorCode.INVALID_MAGIC,
                    magic == Magic.REQUEST ? "Request magic expected" : "Response magic expected");
        }
        if (!magic.allows(type)) {
            return new Refusal(ErrorCode.INVALID_COMMAND, "Command not expected");
        }
        Packet packet = Packet.decode(type, body);
        return packet != null
                ? packet
                : new Refusal(
                        ErrorCode.INVALID_ARGUMENTS,
                        type + " takes " + String.join(", ", type.arguments()) + (type.hasData() ? " and data" : "")
                                + ", separated by NUL; some are missing");
    }

    private byte[] readBody(int length) throws IOException {
        int buffered = Math.min(length, to - from);
        byte[] body = new byte[Math.min(length, Math.max(buffered, LARGEST_BUFFER))];
        System.arraycopy(buffer, from, body, 0, buffered);
        from += buffered;
        int read = buffered;
        while (read < length) {
            if (read == body.length) {
                body = Arrays.copyOf(body, (int) Math.min(length, 2L * body.length));
            }
            int n = in.read(body, read, body.length - read);
            if (n < 0) {
                return null;
            }
            read += n;
        }
        return body;
    }

    private Message readLine() throws IOException {
        int searchFrom = from;
        int end;
        while ((end = indexOfLineFeed(searchFrom)) < 0) {
            int length = to - from;
            // One more: it may be the CR of the line's end.
            if (length > maxLineBytes + 1L) {
                break;
            }
            if (!fill()) {
                return null;
            }
            searchFrom = from + length;
        }
        int last = end > from && buffer[end - 1] == '\r' ? end - 1 : end;
        if (end < 0 || last - from > maxLineBytes) {
            throw new MalformedInputException("a line of more than " + maxLineBytes + " bytes", null);
        }
        String text = WireName.decode(buffer, from, last);
        from = end + 1;
        return new TextLine(text);
    }

    private int indexOfLineFeed(int start) {
        for (int i = start; i < to; i++) {
            if (buffer[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private int intAt(int i) {
        return (buffer[i] & 0xff) << 24
                | (buffer[i + 1] & 0xff) << 16
                | (buffer[i + 2] & 0xff) << 8
                | (buffer[i + 3] & 0xff);
    }

    /** Reads once, behind what is there; grows a buffer that is full and shrinks one that has long been too large. */
    private boolean fill() throws IOException {
        if (from == to) {
            from = 0;
            to = 0;
            if (smallReads >= READS_BEFORE_SHRINKING) {
                buffer = new byte[Math.max(SMALLEST_BUFFER, buffer.length / 2)];
                smallReads = 0;
            }
        } else if (from > 0) {
            System.arraycopy(buffer, from, buffer, 0, to - from);
            to -= from;
            from = 0;
        }
        if (to == buffer.length) {
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
        int room = buffer.length - to;
        int n = in.read(buffer, to, room);
        if (n < 0) {
            return false;
        }
        to += n;
        if (n == room && buffer.length < LARGEST_BUFFER) {
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
        smallReads = to < buffer.length / 4 && buffer.length > SMALLEST_BUFFER ? smallReads + 1 : 0;
        return true;
    }
}
