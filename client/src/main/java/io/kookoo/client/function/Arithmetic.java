package io.kookoo.client.function;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/** Built in: arithmetic, exact for integers and decimals of any size; only a division that does not end is rounded. */
final class Arithmetic implements FunctionLibrary {
    /** Significant digits of a quotient after its integer part: as many as IEEE 754's decimal128 has. */
    private static final int QUOTIENT_DIGITS = 34;

    /** Some 209,000 digits, and well under a second. */
    private static final int MAX_FIBONACCI = 1_000_000;

    private static final String ADD = "the sum of two numbers, exact";
    private static final String SUBTRACT = "the first number less the second, exact";
    private static final String MULTIPLY = "the product of two numbers, exact";
    private static final String DIVIDE = "the first number by the second: exact if it ends, else " + QUOTIENT_DIGITS
            + " digits after the integer part";
    private static final String POW_2 = "the square of a number, exact";

    @Function(description = ADD)
    public BigInteger add(BigInteger a, BigInteger b) {
        return a.add(b);
    }

    @Function(description = ADD)
    public BigDecimal add(BigDecimal a, BigDecimal b) {
        return a.add(b);
    }

    @Function(description = SUBTRACT)
    public BigInteger subtract(BigInteger a, BigInteger b) {
        return a.subtract(b);
    }

    @Function(description = SUBTRACT)
    public BigDecimal subtract(BigDecimal a, BigDecimal b) {
        return a.subtract(b);
    }

    @Function(description = MULTIPLY)
    public BigInteger multiply(BigInteger a, BigInteger b) {
        return a.multiply(b);
    }

    @Function(description = MULTIPLY)
    public BigDecimal multiply(BigDecimal a, BigDecimal b) {
        return a.multiply(b);
    }

    @Function(description = DIVIDE)
    public Number divide(BigInteger dividend, BigInteger divisor) {
        if (divisor.signum() == 0) {
            throw new ArithmeticException("division by zero");
        }
        BigInteger[] quotient = dividend.divideAndRemainder(divisor);
        return quotient[1].signum() == 0 ? quotient[0] : divide(new BigDecimal(dividend), new BigDecimal(divisor));
    }

    @Function(description = DIVIDE)
    public BigDecimal divide(BigDecimal dividend, BigDecimal divisor) {
        if (divisor.signum() == 0) {
            throw new ArithmeticException("division by zero");
        }
        BigDecimal integerPart = dividend.divideToIntegralValue(divisor);
        int integerDigits = integerPart.signum() == 0 ? 0 : integerPart.precision() - integerPart.scale();
        int digits = integerDigits + QUOTIENT_DIGITS;
        return dividend.divide(divisor, new MathContext(digits, RoundingMode.HALF_EVEN))
                .stripTrailingZeros();
    }

    @Function(name = "pow_2", description = POW_2)
    public BigInteger pow2(BigInteger number) {
        return number.multiply(number);
    }

    @Function(name = "pow_2", description = POW_2)
    public BigDecimal pow2(BigDecimal number) {
        return number.multiply(number);
    }

    @Function(description = "the n-th Fibonacci number, n from 0 to " + MAX_FIBONACCI + "; fibonacci(10) is 55")
    public BigInteger fibonacci(BigInteger n) {
        if (n.signum() < 0 || n.compareTo(BigInteger.valueOf(MAX_FIBONACCI)) > 0) {
            throw new IllegalArgumentException(
                    "n must be from 0 to " + MAX_FIBONACCI + ", not " + ParameterType.show(n));
        }
        // F(2k) = F(k) (2 F(k+1) - F(k)), F(2k+1) = F(k)^2 + F(k+1)^2, over the bits of n from the highest.
        BigInteger current = BigInteger.ZERO;
        BigInteger next = BigInteger.ONE;
        for (int bit = n.bitLength() - 1; bit >= 0; bit--) {
            BigInteger doubled = current.multiply(next.shiftLeft(1).subtract(current));
            BigInteger afterDoubled = current.multiply(current).add(next.multiply(next));
            current = n.testBit(bit) ? afterDoubled : doubled;
            next = n.testBit(bit) ? doubled.add(afterDoubled) : afterDoubled;
        }
        return current;
    }
}
