package io.kookoo.client.calculator;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.math.BigInteger;

/**
 * A number of an expression, which is calculated with in place: used for one expression after the other, so that nothing is allocated
 * for a number. An integer is in a long where one holds it, and only else a BigInteger; a decimal is a double.
 *
 * <p>Operators are given their column for the error they may end in.
 */
final class Value {
    private enum Kind {
        LONG,
        BIG,
        DOUBLE
    }

    /** Up to here each integer is a double. */
    private static final long MAX_EXACT = 1L << 53;
    /** So many digits are less than a long holds. */
    private static final int LONG_DIGITS = 18;
    /** So many digits are converted at once: beyond, the JDK's time grows with their square. */
    private static final int DIGITS_AT_ONCE = 400;

    /** The powers of ten that are doubles. */
    private static final double[] POWERS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22
    };

    private Kind kind = Kind.LONG;
    private long integer;
    /** Only where {@link #kind} is BIG, and then no long holds it. */
    private BigInteger big;

    private double decimal;

    void set(Value other) {
        kind = other.kind;
        integer = other.integer;
        big = other.big;
        decimal = other.decimal;
    }

    private void set(long value) {
        kind = Kind.LONG;
        integer = value;
        big = null;
    }

    private void set(BigInteger value) {
        if (value.bitLength() < Long.SIZE) {
            set(value.longValue());
        } else {
            kind = Kind.BIG;
            big = value;
        }
    }

    private void set(double value) {
        kind = Kind.DOUBLE;
        decimal = value;
        big = null;
    }

    /**
     * Takes the value of the number that begins at {@code from}.
     *
     * @return where it ends; {@code from} if no number begins there
     */
    int read(byte[] text, int from, int to, int column) throws ExpressionException {
        // Beyond 18 digits it overflows, and is not used.
        long digits = 0;
        int at = from;
        while (at < to && isDigit(text[at])) {
            digits = digits * 10 + (text[at++] - '0');
        }
        int count = at - from;
        boolean integral = true;
        int exponent = 0;
        if (at < to && text[at] == '.') {
            int point = at++;
            while (at < to && isDigit(text[at])) {
                digits = digits * 10 + (text[at++] - '0');
            }
            exponent = point + 1 - at;
            count -= exponent;
            integral = false;
        }
        if (count == 0) {
            return from;
        }
        int sign = at + 1 < to && (text[at] == 'e' || text[at] == 'E') ? at + 1 : to;
        int exponentAt = sign < to && (text[sign] == '+' || text[sign] == '-') ? sign + 1 : sign;
        if (exponentAt < to && isDigit(text[exponentAt])) {
            int written = 0;
            for (at = exponentAt; at < to && isDigit(text[at]); at++) {
                // Far beyond what a double holds it does not matter how far.
                written = Math.min(written * 10 + (text[at] - '0'), 1_000_000);
            }
            exponent += text[sign] == '-' ? -written : written;
            integral = false;
        }
        if (!integral) {
            set(
                    count <= LONG_DIGITS && digits <= MAX_EXACT && Math.abs(exponent) < POWERS.length
                            ? scaled(digits, exponent)
                            : Double.parseDouble(string(text, from, at)));
            return at;
        }
        if (count <= LONG_DIGITS) {
            set(digits);
        } else {
            set(integer(text, from, at));
        }
        if (text[from] == '0' && count > 1 && !(kind == Kind.LONG && integer == 0)) {
            throw new ExpressionException(column, "an integer that begins with 0");
        }
        return at;
    }

    /** Correctly rounded, since both operands are exact. */
    private static double scaled(double digits, int exponent) {
        return exponent < 0 ? digits / POWERS[-exponent] : digits * POWERS[exponent];
    }

    private static BigInteger integer(byte[] text, int from, int to) {
        int digits = to - from;
        if (digits <= DIGITS_AT_ONCE) {
            return new BigInteger(string(text, from, to));
        }
        int low = digits / 2;
        return integer(text, from, to - low).multiply(BigInteger.TEN.pow(low)).add(integer(text, to - low, to));
    }

    private static String string(byte[] text, int from, int to) {
        return new String(text, from, to - from, ISO_8859_1);
    }

    private static boolean isDigit(byte character) {
        return character >= '0' && character <= '9';
    }

    void negate() {
        switch (kind) {
            case LONG -> {
                if (integer == Long.MIN_VALUE) {
                    set(big().negate());
                } else {
                    integer = -integer;
                }
            }
            case BIG -> set(big.negate());
            case DOUBLE -> decimal = -decimal;
        }
    }

    void add(Value other, int column) throws ExpressionException {
        if (kind == Kind.LONG && other.kind == Kind.LONG) {
            long sum = integer + other.integer;
            if (((integer ^ sum) & (other.integer ^ sum)) >= 0) {
                integer = sum;
                return;
            }
        }
        if (isInteger() && other.isInteger()) {
            set(big().add(other.big()));
        } else {
            set(decimal(column) + other.decimal(column));
        }
    }

    void subtract(Value other, int column) throws ExpressionException {
        if (kind == Kind.LONG && other.kind == Kind.LONG) {
            long difference = integer - other.integer;
            if (((integer ^ other.integer) & (integer ^ difference)) >= 0) {
                integer = difference;
                return;
            }
        }
        if (isInteger() && other.isInteger()) {
            set(big().subtract(other.big()));
        } else {
            set(decimal(column) - other.decimal(column));
        }
    }

    void multiply(Value other, int column) throws ExpressionException {
        if (kind == Kind.LONG && other.kind == Kind.LONG) {
            long product = integer * other.integer;
            if (Math.multiplyHigh(integer, other.integer) == product >> Long.SIZE - 1) {
                integer = product;
                return;
            }
        }
        if (isInteger() && other.isInteger()) {
            set(big().multiply(other.big()));
        } else {
            set(decimal(column) * other.decimal(column));
        }
    }

    void divide(Value divisor, int column) throws ExpressionException {
        if (divisor.isZero()) {
            throw new ExpressionException(column, "division by zero");
        }
        if (isInteger() && divisor.isInteger() && !(isExact() && divisor.isExact())) {
            set(IntegerQuotient.of(big(), divisor.big()));
            if (Double.isInfinite(decimal)) {
                throw new ExpressionException(
                        column, "the quotient is a decimal, and too large for one (1.8e308 at most)");
            }
        } else {
            set(decimal(column) / divisor.decimal(column));
        }
    }

    private boolean isZero() {
        return kind == Kind.LONG && integer == 0 || kind == Kind.DOUBLE && decimal == 0;
    }

    private boolean isInteger() {
        return kind != Kind.DOUBLE;
    }

    /** Whether an integer is the same as a double. */
    private boolean isExact() {
        return kind == Kind.LONG && integer >= -MAX_EXACT && integer <= MAX_EXACT;
    }

    private BigInteger big() {
        return kind == Kind.BIG ? big : BigInteger.valueOf(integer);
    }

    private double decimal(int column) throws ExpressionException {
        return switch (kind) {
            case LONG -> integer;
            case DOUBLE -> decimal;
            case BIG -> {
                double nearest = big.doubleValue();
                if (Double.isInfinite(nearest)) {
                    throw new ExpressionException(
                            column, "an integer beside a decimal, and too large for one (1.8e308 at most)");
                }
                yield nearest;
            }
        };
    }

    void print(NumberText text) {
        switch (kind) {
            case LONG -> text.set(integer);
            case BIG -> text.set(big);
            case DOUBLE -> text.set(decimal);
        }
    }
}
