package io.kookoo.protocol;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * A name as it stands on the wire: bytes, compared as bytes. Gearman says nothing of an encoding; people are shown the bytes
 * as UTF-8, or as ISO 8859-1 where they are not UTF-8. Immutable. A name of one kind never equals one of another.
 */
public abstract sealed class WireName permits FunctionName, JobHandle, UniqueId {
    private final byte[] bytes;
    /** 0 until somebody asks for it, which for most handles nobody does. */
    private int hash;

    /** Takes the array over: nobody may write to it afterwards. */
    WireName(byte[] bytes) {
        this.bytes = Objects.requireNonNull(bytes);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The number of bytes on the wire. */
    public final int length() {
        return bytes.length;
    }

    public final boolean isEmpty() {
        return bytes.length == 0;
    }

    /** The bytes themselves, for writing to the wire; not to be changed. */
    byte[] wireBytes() {
        return bytes;
    }

    /** Whether it is spelt by the bytes {@code from} to {@code to} (exclusive) of an array. */
    final boolean isAt(byte[] array, int from, int to) {
        return Arrays.equals(bytes, 0, bytes.length, array, from, to);
    }

    /** A copy of the bytes. */
    public final byte[] toBytes() {
        return bytes.clone();
    }

    /**
     * The number that follows these bytes up to the end, in decimal digits and as short as it can be written; -1 where the name is not
     * that. At most 18 digits.
     */
    public final long decimalAfter(byte[] prefix) {
        int digits = bytes.length - prefix.length;
        if (digits < 1
                || digits > 18
                || digits > 1 && bytes[prefix.length] == '0'
                || !Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length)) {
            return -1;
        }
        long number = 0;
        for (int i = prefix.length; i < bytes.length; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return -1;
            }
            number = 10 * number + bytes[i] - '0';
        }
        return number;
    }

    /** The name for people, raw: what the bytes say in UTF-8. May hold control characters. */
    public final String text() {
        return decode(bytes, 0, bytes.length);
    }

    /**
     * The bytes {@code from} to {@code to} (exclusive) as people are shown them: as UTF-8, or as ISO 8859-1 where they are
     * not valid UTF-8, so that nothing is lost.
     */
    public static String decode(byte[] bytes, int from, int to) {
        // Not String's own decoding, which cannot tell a malformed byte from a sent U+FFFD. And without an exception:
        // payloads are bytes as often as text, and a stack trace costs more than all else that is done for a job.
        CharBuffer text = CharBuffer.allocate(to - from);
        boolean malformed = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes, from, to - from), text, true)
                .isError();
        return malformed
                ? new String(bytes, from, to - from, StandardCharsets.ISO_8859_1)
                : text.flip().toString();
    }

    @Override
    public final boolean equals(Object other) {
        return this == other
                || other instanceof WireName name && name.getClass() == getClass() && Arrays.equals(name.bytes, bytes);
    }

    @Override
    public final int hashCode() {
        if (hash == 0) {
            hash = Arrays.hashCode(bytes);
        }
        return hash;
    }

    /**
     * The name as one column of a list: control characters are written {@code %09}, {@code %0A} and so
     * on, so that nothing a peer sends can break a line or a column ({@code docs/protocol.md}, Text commands).
     */
    @Override
    public final String toString() {
        String text = text();
        StringBuilder escaped = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean harmless = c >= ' ' && c != 0x7f;
            if (!harmless && escaped == null) {
                escaped = new StringBuilder(text.length() + 8).append(text, 0, i);
            }
            if (escaped != null) {
                if (harmless) {
                    escaped.append(c);
                } else {
                    escaped.append('%')
                            .append(Character.toUpperCase(Character.forDigit(c >> 4, 16)))
                            .append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
                }
            }
        }
        return escaped == null ? text : escaped.toString();
    }
}
