package io.kookoo.client.calculator;

import java.math.BigInteger;

/**
 * The decimal with the fewest digits that is read back as a given double; of several the one nearest to it. Used for one double after
 * the other.
 *
 * <p>Source: Raffaello Giulietti, "The Schubfach way to render doubles", sections 8 and 9; the names are the paper's. Unlike
 * {@link Double#toString} since Java 19, which is made in the same way, it may give a single digit: 5e-324.
 */
final class ShortestDecimal {
    private static final int FRACTION_BITS = 52;
    private static final long FRACTION = (1L << FRACTION_BITS) - 1;
    /** The exponent of the last bit of the smallest doubles. */
    private static final int MIN_Q = Double.MIN_EXPONENT - FRACTION_BITS;

    private static final int MIN_K = -324;
    private static final int MAX_K = 292;
    private static final long LOW_63_BITS = Long.MAX_VALUE;
    private static final long EIGHT_ZEROS = 100_000_000L;

    /** For each k the 126 bits of 10^-k, rounded up, as two times 63. */
    private static final long[] G = new long[2 * (MAX_K - MIN_K + 1)];

    static {
        for (int k = MIN_K; k <= MAX_K; k++) {
            BigInteger power = BigInteger.TEN.pow(Math.abs(k));
            int shift = 125 - floorLog2Pow10(-k);
            BigInteger g = k > 0 ? BigInteger.ONE.shiftLeft(shift).divide(power) : power.shiftLeft(shift);
            g = g.add(BigInteger.ONE);
            G[2 * (k - MIN_K)] = g.shiftRight(63).longValueExact();
            G[2 * (k - MIN_K) + 1] = g.longValue() & LOW_63_BITS;
        }
    }

    private long digits;
    private int exponent;

    /** The digits as an integer, which does not end with 0. */
    long digits() {
        return digits;
    }

    /** The power of ten by which the digits are multiplied. */
    int exponent() {
        return exponent;
    }

    /** @param value finite and above 0 */
    void set(double value) {
        long bits = Double.doubleToRawLongBits(value);
        int biased = (int) (bits >>> FRACTION_BITS);
        long c = biased == 0 ? bits : bits & FRACTION | FRACTION + 1;
        int q = MIN_Q + Math.max(biased - 1, 0);
        // Halfway to its neighbours a decimal is read as the even one.
        long open = c & 1;
        // Below a power of two doubles are twice as close to each other.
        boolean regular = c != FRACTION + 1 || biased <= 1;
        int k = regular ? floorLog10Pow2(q) : floorLog10ThreeQuartersPow2(q);
        int h = q + floorLog2Pow10(-k) + 2;
        long g1 = G[2 * (k - MIN_K)];
        long g0 = G[2 * (k - MIN_K) + 1];
        // In quarters of 10^k: the value, and the bounds of what is read as it.
        long v = roundToOdd(g1, g0, 4 * c << h);
        long low = roundToOdd(g1, g0, 4 * c - (regular ? 2 : 1) << h) + open;
        long high = roundToOdd(g1, g0, 4 * c + 2 << h) - open;
        long s = v >> 2;
        long shorter = s / 10 * 10;
        boolean shorterIn = low <= shorter << 2;
        boolean shorterAboveIn = shorter + 10 << 2 <= high;
        if (shorterIn != shorterAboveIn) {
            take(shorterIn ? shorter : shorter + 10, k);
            return;
        }
        boolean in = low <= s << 2;
        boolean aboveIn = s + 1 << 2 <= high;
        if (in != aboveIn) {
            take(in ? s : s + 1, k);
            return;
        }
        long toMiddle = v - (2 * s + 1 << 1);
        take(toMiddle < 0 || toMiddle == 0 && (s & 1) == 0 ? s : s + 1, k);
    }

    private void take(long decimal, int power) {
        digits = decimal;
        exponent = power;
        if (digits % EIGHT_ZEROS == 0) {
            digits /= EIGHT_ZEROS;
            exponent += 8;
        }
        while (digits % 10 == 0) {
            digits /= 10;
            exponent++;
        }
    }

    /** g * cp / 2^127, with the last bit set if it is not exact. */
    private static long roundToOdd(long g1, long g0, long cp) {
        long x1 = Math.multiplyHigh(g0, cp);
        long y0 = g1 * cp;
        long y1 = Math.multiplyHigh(g1, cp);
        long z = (y0 >>> 1) + x1;
        long w = y1 + (z >>> 63);
        return w | (z & LOW_63_BITS) + LOW_63_BITS >>> 63;
    }

    // The logarithms of the paper's section 8, by multiplication: exact for all exponents of doubles.

    private static int floorLog10Pow2(int e) {
        return (int) (e * 661_971_961_083L >> 41);
    }

    private static int floorLog10ThreeQuartersPow2(int e) {
        return (int) (e * 661_971_961_083L - 274_743_187_321L >> 41);
    }

    private static int floorLog2Pow10(int e) {
        return (int) (e * 913_124_641_741L >> 38);
    }
}
