package io.kookoo.client.calculator;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;

/** The text of a number, as Python prints it; used for one number after the other, and then without a trace in memory. */
final class NumberText {
    /** The longest, {@code -2.2250738585072014e-308}, has 24; the digits of a double stand at the end before they are laid out. */
    private static final int BYTES = 32;
    /** A decimal with more digits than these before its point, or more than {@link #MAX_ZEROS} zeros behind it, has an exponent. */
    private static final int MAX_BEFORE_POINT = 16;

    private static final int MAX_ZEROS = 3;
    private static final int EIGHT_DIGITS = 100_000_000;
    /** Up to here each integer is a double, and no other double is as near to it. */
    private static final double MAX_EXACT = 1L << 53;

    private static final byte[] INFINITY = {'i', 'n', 'f'};
    private static final byte[] NOT_A_NUMBER = {'n', 'a', 'n'};

    private final ShortestDecimal shortest = new ShortestDecimal();
    private final byte[] buffer = new byte[BYTES];
    /** The text: the buffer, or an array of its own for an integer beyond a long. */
    private byte[] text = buffer;

    private int from;
    private int to;

    void appendTo(ByteArrayOutputStream out) {
        out.write(text, from, to - from);
    }

    void set(BigInteger value) {
        text = value.toString().getBytes(ISO_8859_1);
        from = 0;
        to = text.length;
    }

    void set(long value) {
        if (value == Long.MIN_VALUE) {
            // Has no positive counterpart.
            set(BigInteger.valueOf(value));
            return;
        }
        text = buffer;
        from = digits(Math.abs(value));
        to = BYTES;
        if (value < 0) {
            buffer[--from] = '-';
        }
    }

    void set(double value) {
        text = buffer;
        from = 0;
        to = 0;
        if (Double.doubleToLongBits(value) < 0) {
            put('-');
        }
        double magnitude = Math.abs(value);
        if (magnitude < MAX_EXACT && magnitude == (long) magnitude) {
            layOut((long) magnitude, 0);
        } else if (magnitude <= Double.MAX_VALUE) {
            shortest.set(magnitude);
            layOut(shortest.digits(), shortest.exponent());
        } else {
            put(magnitude == Double.POSITIVE_INFINITY ? INFINITY : NOT_A_NUMBER, 0, 3);
        }
    }

    /** Writes {@code digits} times ten to the power {@code exponent}. */
    private void layOut(long digits, int exponent) {
        int first = digits(digits);
        int count = BYTES - first;
        int beforePoint = count + exponent;
        if (beforePoint > MAX_BEFORE_POINT || beforePoint < -MAX_ZEROS) {
            put(buffer[first]);
            if (count > 1) {
                put('.');
                put(buffer, first + 1, count - 1);
            }
            putExponent(beforePoint - 1);
        } else if (beforePoint <= 0) {
            put('0');
            put('.');
            putZeros(-beforePoint);
            put(buffer, first, count);
        } else if (beforePoint < count) {
            put(buffer, first, beforePoint);
            put('.');
            put(buffer, first + beforePoint, count - beforePoint);
        } else {
            put(buffer, first, count);
            putZeros(beforePoint - count);
            put('.');
            put('0');
        }
    }

    private void putExponent(int exponent) {
        put('e');
        put(exponent < 0 ? '-' : '+');
        int magnitude = Math.abs(exponent);
        if (magnitude >= 100) {
            put('0' + magnitude / 100);
        }
        put('0' + magnitude / 10 % 10);
        put('0' + magnitude % 10);
    }

    private void putZeros(int count) {
        for (int i = 0; i < count; i++) {
            put('0');
        }
    }

    private void put(int character) {
        buffer[to++] = (byte) character;
    }

    private void put(byte[] characters, int at, int count) {
        System.arraycopy(characters, at, buffer, to, count);
        to += count;
    }

    /**
     * Writes the digits of a number that is not negative to the end of the buffer.
     *
     * @return where they begin
     */
    private int digits(long number) {
        int at = BYTES;
        long left = number;
        while (left >= EIGHT_DIGITS) {
            long higher = left / EIGHT_DIGITS;
            // Eight at once: division is much faster for ints.
            int eight = (int) (left - higher * EIGHT_DIGITS);
            for (int i = 0; i < 8; i++) {
                buffer[--at] = (byte) ('0' + eight % 10);
                eight /= 10;
            }
            left = higher;
        }
        int last = (int) left;
        do {
            buffer[--at] = (byte) ('0' + last % 10);
            last /= 10;
        } while (last != 0);
        return at;
    }
}
