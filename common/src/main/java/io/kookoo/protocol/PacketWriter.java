package io.kookoo.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Puts packets and lines one behind the other into a buffer that grows, and gives the bytes out. Not thread-safe: its owner
 * guards it. Never blocks; the owner bounds {@link #size()}.
 */
public final class PacketWriter {
    private static final int HEADER_BYTES = 12;
    /** A buffer larger than this is not kept when it has been emptied. */
    private static final int KEPT_BYTES = 64 * 1024;

    private static final byte[] NONE = new byte[0];

    private final Magic magic;
    private byte[] bytes = NONE;
    private int size;

    public PacketWriter(Magic magic) {
        this.magic = magic;
    }

    /** The number of bytes written and not yet taken. */
    public int size() {
        return size;
    }

    /** A packet without a body. */
    public void packet(PacketType type) {
        header(type, 0);
    }

    /** A packet of arguments alone, separated by NUL. */
    public void packet(PacketType type, WireName argument) {
        header(type, argument.length());
        put(argument.wireBytes());
    }

    /** A packet of arguments alone, separated by NUL; each is written in UTF-8. */
    public void packet(PacketType type, String... arguments) {
        byte[] body = String.join("\0", arguments).getBytes(StandardCharsets.UTF_8);
        header(type, body.length);
        put(body);
    }

    /** A packet whose arguments, each ended by NUL, are followed by data. */
    public void packet(PacketType type, Data data, WireName... arguments) {
        int length = data.length() + arguments.length;
        for (WireName argument : arguments) {
            length = Math.addExact(length, argument.length());
        }
        header(type, length);
        for (WireName argument : arguments) {
            put(argument.wireBytes());
            bytes[size++] = 0;
        }
        data.copyTo(bytes, size);
        size += data.length();
    }

    /** A packet with the body of another, byte for byte: what a worker sends about a job is passed on so. */
    public void forward(PacketType type, Packet packet) {
        header(type, packet.body().length);
        put(packet.body());
    }

    /** Text as it is, in UTF-8; the caller ends its lines. */
    public void text(String text) {
        line(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A line of text that is in UTF-8 already, its end included. */
    public void line(byte[] utf8) {
        reserve(utf8.length);
        put(utf8);
    }

    /**
     * Gives out the buffer with everything written so far in its first {@link #size()} bytes, and goes on with
     * {@code spare}, which may be null. Read the size first.
     */
    public byte[] take(byte[] spare) {
        byte[] taken = bytes;
        bytes = spare == null || spare.length > KEPT_BYTES ? NONE : spare;
        size = 0;
        return taken;
    }

    private void header(PacketType type, int length) {
        reserve(HEADER_BYTES + (long) length);
        putInt(magic.value());
        putInt(type.code());
        putInt(length);
    }

    private void reserve(long more) {
        long needed = size + more;
        if (needed > bytes.length) {
            if (needed > Integer.MAX_VALUE - 8) {
                throw new OutOfMemoryError("An outbox of " + needed + " bytes cannot be held");
            }
            bytes = Arrays.copyOf(bytes, (int)
                    Math.min(Integer.MAX_VALUE - 8, Math.max(needed, Math.max(256, 2L * bytes.length))));
        }
    }

    private void putInt(int value) {
        bytes[size++] = (byte) (value >>> 24);
        bytes[size++] = (byte) (value >>> 16);
        bytes[size++] = (byte) (value >>> 8);
        bytes[size++] = (byte) value;
    }

    private void put(byte[] source) {
        System.arraycopy(source, 0, bytes, size, source.length);
        size += source.length;
    }
}
