package io.kookoo.client.calculator;

import java.math.BigInteger;

/** The quotient of two integers of any size as a double. */
final class IntegerQuotient {
    private static final int PRECISION = 53;
    /** The exponent of the smallest double's only bit. */
    private static final int LAST_BIT = Double.MIN_EXPONENT - PRECISION + 1;
    /** Bits that are calculated of a quotient, at least: its double's, the one that halves, and one for all that follow. */
    private static final int BITS = PRECISION + 2;

    private IntegerQuotient() {}

    /**
     * The double that is nearest to the quotient, the even one of two; infinite where it is too large. A zero has the sign that the
     * operands give it.
     *
     * @param divisor not zero
     */
    static double of(BigInteger dividend, BigInteger divisor) {
        double magnitude = magnitude(dividend.abs(), divisor.abs());
        return dividend.signum() < 0 == divisor.signum() < 0 ? magnitude : -magnitude;
    }

    private static double magnitude(BigInteger dividend, BigInteger divisor) {
        // The quotient lies between 2^(size - 1) and 2^(size + 1).
        int size = dividend.bitLength() - divisor.bitLength();
        if (size > Double.MAX_EXPONENT + 1) {
            return Double.POSITIVE_INFINITY;
        }
        if (dividend.signum() == 0 || size < LAST_BIT - 2) {
            return 0;
        }
        int shift = Math.max(size, Double.MIN_EXPONENT) - BITS;
        BigInteger[] quotient = shift > 0
                ? dividend.divideAndRemainder(divisor.shiftLeft(shift))
                : dividend.shiftLeft(-shift).divideAndRemainder(divisor);
        long bits = quotient[0].longValueExact() | quotient[1].signum();
        int length = Long.SIZE - Long.numberOfLeadingZeros(bits);
        int dropped = Math.max(length - PRECISION, LAST_BIT - shift);
        long half = 1L << dropped - 1;
        long rest = bits & (half << 1) - 1;
        long kept = bits >>> dropped;
        if (rest > half || rest == half && (kept & 1) == 1) {
            kept++;
        }
        return Math.scalb((double) kept, shift + dropped);
    }
}
