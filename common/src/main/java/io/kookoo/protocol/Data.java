package io.kookoo.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * Opaque data of a packet, such as a workload or a result: a part of an array that nobody changes any more. Compared by
 * content.
 */
public final class Data {
    public static final Data EMPTY = new Data(new byte[0], 0, 0);

    /** No character has more bytes in UTF-8. */
    private static final int MAX_CHARACTER_BYTES = 4;

    private final byte[] bytes;
    private final int from;
    private final int to;

    /** The bytes {@code from} to {@code to} (exclusive) of an array, which is taken over and not copied. */
    public Data(byte[] bytes, int from, int to) {
        Objects.checkFromToIndex(from, to, bytes.length);
        this.bytes = bytes;
        this.from = from;
        this.to = to;
    }

    /** The text in UTF-8. */
    public static Data of(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return new Data(utf8, 0, utf8.length);
    }

    /** The number of bytes. */
    public int length() {
        return to - from;
    }

    public boolean isEmpty() {
        return to == from;
    }

    /** A copy of the bytes. */
    public byte[] toBytes() {
        return Arrays.copyOfRange(bytes, from, to);
    }

    /** What the bytes say in UTF-8, or in ISO 8859-1 where they are not UTF-8. */
    public String text() {
        return WireName.decode(bytes, from, to);
    }

    /**
     * The beginning of {@link #text()}: at most {@code length} characters, without decoding the rest, however long it is.
     * A character that is cut at the bound is left out.
     */
    public String text(int length) {
        return beginning(beginning((long) MAX_CHARACTER_BYTES * length).text(), length);
    }

    /** The beginning of a text: at most {@code length} characters, and never half of a pair that stands for one. */
    public static String beginning(String text, int length) {
        if (text.length() <= length) {
            return text;
        }
        boolean halves = length > 0 && Character.isHighSurrogate(text.charAt(length - 1));
        return text.substring(0, halves ? length - 1 : length);
    }

    /** At most the first {@code length} bytes; a character in UTF-8 that is cut at the bound is left out. */
    Data beginning(long length) {
        int end = (int) Math.min(to, from + length);
        int whole = end;
        while (whole < to && whole > from && end - whole < MAX_CHARACTER_BYTES && continues(bytes[whole])) {
            whole--;
        }
        // More bytes that continue a character than one can have: they are no text, and there is nothing to be cut in
        // two.
        return new Data(bytes, from, end - whole < MAX_CHARACTER_BYTES ? whole : end);
    }

    /** Whether a byte of UTF-8 is one behind the first of its character. */
    private static boolean continues(byte utf8) {
        return (utf8 & 0xC0) == 0x80;
    }

    /** A copy of at most the first {@code length} bytes, which keeps no other in memory; otherwise as {@link #text(int)}. */
    public Data copy(int length) {
        Data beginning = beginning(length);
        return beginning.isEmpty() ? EMPTY : new Data(beginning.toBytes(), 0, beginning.length());
    }

    void copyTo(byte[] target, int at) {
        System.arraycopy(bytes, from, target, at, to - from);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Data data && Arrays.equals(bytes, from, to, data.bytes, data.from, data.to);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + bytes[i];
        }
        return hash;
    }

    @Override
    public String toString() {
        return text(200);
    }
}
