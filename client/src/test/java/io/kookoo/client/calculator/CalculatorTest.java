package io.kookoo.client.calculator;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CalculatorTest {
    private static final int MAX_BYTES = Calculator.MAX_BYTES;
    private static final int MAX_NESTING = Calculator.MAX_NESTING;

    private final Calculator calculator = new Calculator();

    private String calculate(String expression) throws ExpressionException {
        return calculate(expression.getBytes(UTF_8));
    }

    private String calculate(byte[] expression) throws ExpressionException {
        ByteArrayOutputStream result = new ByteArrayOutputStream();
        calculator.calculate(expression, 0, expression.length, result);
        return result.toString(UTF_8);
    }

    private ExpressionException failure(String expression) {
        return assertThrows(ExpressionException.class, () -> calculate(expression));
    }

    // What is no expression

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "import sys;sys.exit()         |  1 | expected a number, a sign or '(', found \"import\"",
                "import time;time.sleep(3600)  |  1 | expected a number, a sign or '(', found \"import\"",
                "1 + x_1                       |  5 | expected a number, a sign or '(', found \"x\"",
                "1 + __import__('os')          |  5 | expected a number, a sign or '(', found \"_\"",
                "1 + abcdefghijklmnopqrstuvwxyz|  5 | expected a number, a sign or '(', found \"abcdefghijklmnopqrst\"",
                "1 +                           |  4 | expected a number, a sign or '(', found the end",
                "-                             |  2 | expected a number, a sign or '(', found the end",
                "*1                            |  1 | expected a number, a sign or '(', found \"*\"",
                "2 ** 3                        |  4 | expected a number, a sign or '(', found \"*\"",
                "7 // 2                        |  4 | expected a number, a sign or '(', found \"/\"",
                ".                             |  1 | expected a number, a sign or '(', found \".\"",
                ".e5                           |  1 | expected a number, a sign or '(', found \".\"",
                "()                            |  2 | expected a number, a sign or '(', found \")\"",
                "(                             |  2 | expected a number, a sign or '(', found the end",
                "1 2                           |  3 | expected an operator or the end, found \"2\"",
                "1.2.3                         |  4 | expected an operator or the end, found \".\"",
                "1e                            |  2 | expected an operator or the end, found \"e\"",
                "1e+                           |  2 | expected an operator or the end, found \"e\"",
                "1 e5                          |  3 | expected an operator or the end, found \"e5\"",
                "1_000                         |  2 | expected an operator or the end, found \"_\"",
                "0x10                          |  2 | expected an operator or the end, found \"x10\"",
                "5 % 2                         |  3 | expected an operator or the end, found \"%\"",
                "1, 2                          |  2 | expected an operator or the end, found \",\"",
                "(1)(2)                        |  4 | expected an operator or the end, found \"(\"",
                "(1 2)                         |  4 | expected an operator or ')', found \"2\"",
                "(1, 2)                        |  3 | expected an operator or ')', found \",\"",
                "1)                            |  2 | a ')' that closes nothing",
                "(1))                          |  4 | a ')' that closes nothing",
                "(1                            |  1 | the '(' is not closed",
                "((1) + (2                     |  8 | the '(' is not closed",
                "007                           |  1 | an integer that begins with 0",
                "1 + 0000000000000000000000001 |  5 | an integer that begins with 0",
                "1 / 0                         |  3 | division by zero",
                "1 + 2 / (3 - 3) + 4           |  7 | division by zero",
                "2 * 3.0 / -0.0                |  9 | division by zero",
                "2 * 1e400 / 0                 | 11 | division by zero",
            })
    void shouldNameColumnAndReasonOfWhatHasNoResult(String expression, int column, String reason) {
        ExpressionException e = failure(expression);
        assertEquals(reason, e.reason());
        assertEquals(column, e.column());
        assertEquals("column " + column + ": " + reason, e.getMessage());
        assertEquals(0, e.getStackTrace().length, "many lines may fail: no stack trace");
    }

    @Test
    void shouldShowTheCharacterThatIsOutsideOfAscii() {
        assertEquals(
                "expected an operator or the end, found \"\u00d7\"",
                failure("6 \u00d7 3").reason());
        assertEquals(
                "expected an operator or the end, found \"\uD83D\uDE00\"",
                failure("6 \uD83D\uDE00 3").reason());
        assertEquals(
                "expected a number, a sign or '(', found \"\u0661\u0662\"",
                failure("\u0661\u0662").reason());
        assertEquals(
                "expected an operator or the end, found \"\\u0000\"",
                failure("6\0").reason());
        assertEquals(
                "expected an operator or the end, found \"\\n\"",
                failure("6\n+ 1").reason());
        assertEquals(
                "expected an operator or the end, found \"\\r\"",
                failure("6\r+ 1").reason());
        ExpressionException e =
                assertThrows(ExpressionException.class, () -> calculate("6 \u00d7 3".getBytes(ISO_8859_1)));
        assertEquals("column 3: expected an operator or the end, found \"\u00d7\"", e.getMessage());
        byte[] noText = new byte[200];
        Arrays.fill(noText, (byte) 0xa5);
        noText[0] = '6';
        e = assertThrows(ExpressionException.class, () -> calculate(noText));
        assertEquals("column 2: expected an operator or the end, found \"\u00a5\"", e.getMessage());
    }

    @Test
    void shouldBoundTheNestingOfParentheses() throws ExpressionException {
        for (int depth : new int[] {200, MAX_NESTING}) {
            assertEquals("1", calculate("(".repeat(depth) + "1" + ")".repeat(depth)));
            assertEquals("1", calculate("(-".repeat(depth) + "1" + ")".repeat(depth)));
        }
        ExpressionException e = failure("1+" + "(".repeat(10_000) + "1" + ")".repeat(10_000));
        assertEquals("parentheses nested deeper than 256", e.reason());
        assertEquals(2 + MAX_NESTING + 1, e.column());
        assertEquals(MAX_NESTING, failure("(".repeat(MAX_NESTING)).column() - 1);
    }

    @Test
    void shouldBoundTheLengthAndSoTheDigits() throws ExpressionException {
        String longest = "9".repeat(MAX_BYTES);
        assertEquals(longest, calculate(longest + "  \r\n"));
        for (int bytes : new int[] {MAX_BYTES + 1, 1_000_000}) {
            ExpressionException e = failure("9".repeat(bytes));
            assertEquals("an expression of " + bytes + " bytes; at most 100000", e.reason());
            assertEquals(MAX_BYTES + 1, e.column());
        }
    }

    @Test
    void shouldRefuseIntegersTooLargeForADecimal() {
        String tooLarge = "1" + "0".repeat(400);
        for (String operator : List.of("+", "-", "*", "/")) {
            for (String expression : List.of(tooLarge + operator + "1.0", "01.0" + operator + tooLarge)) {
                ExpressionException e = failure(expression);
                assertEquals("an integer beside a decimal, and too large for one (1.8e308 at most)", e.reason());
                assertEquals(expression.indexOf(operator) + 1, e.column());
            }
        }
        assertEquals(
                "column 402: the quotient is a decimal, and too large for one (1.8e308 at most)",
                failure(tooLarge + "/3").getMessage());
    }

    /** The dearest lines that the bounds allow. */
    @Test
    void shouldTakeAMomentForAnyLine() {
        String number = "7".repeat(MAX_BYTES / 2 - 1);
        List<String> lines = List.of(
                "9".repeat(MAX_BYTES),
                number + "*" + number,
                number + "+1".repeat(MAX_BYTES / 4),
                number + "*9".repeat(MAX_BYTES / 4),
                "9*".repeat(MAX_BYTES / 2 - 1) + "9",
                "7".repeat(1_000) + ("*" + "3".repeat(999)).repeat(99),
                number + "/" + "3".repeat(MAX_BYTES / 2 - 300),
                "0." + "0".repeat(MAX_BYTES - 20) + "1e99999",
                "5".repeat(MAX_BYTES - 10) + "e-99999",
                ("1" + "0".repeat(307) + "/3.0+").repeat(MAX_BYTES / 320) + "1",
                "-".repeat(MAX_BYTES - 1) + "1",
                "(1.7/" + "(2)+".repeat(MAX_BYTES / 4 - 3) + "1)");
        for (String line : lines) {
            // Half a second at the very most; the rest is for a machine that does something else.
            assertTimeoutPreemptively(Duration.ofSeconds(10), () -> calculate(line), () -> line.substring(0, 40));
        }
    }

    @Test
    void shouldAppendNothingOnAnErrorAndGoOn() throws ExpressionException {
        ByteArrayOutputStream result = new ByteArrayOutputStream();
        String[] expressions = {"((1 + 2", "1 - (2 *", "-(-", "1/0", "7 * (8 - 1"};
        for (String wrong : expressions) {
            byte[] bytes = wrong.getBytes(UTF_8);
            assertThrows(ExpressionException.class, () -> calculator.calculate(bytes, 0, bytes.length, result));
            calculator.calculate("(3)-1".getBytes(UTF_8), 0, 5, result);
        }
        assertEquals("2".repeat(expressions.length), result.toString(UTF_8));
    }

    // Results

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "49 / 3                        | 16.333333333333332",
                "2 - 62472 / 2                 | -31234.0",
                "6 / 3                         | 2.0",
                "0 * 7                         | 0",
                "9.99999999999e-13             | 9.99999999999e-13",
                "100 * 1e14                    | 1e+16",
                "2+3*4-6/2                     | 11.0",
                "2 - 3 - 4                     | -5",
                "16 / 4 / 2                    | 2.0",
                "(2 + 3) * (4 - 6)             | -10",
                "((((7))))                     | 7",
                "2 - -3                        | 5",
                "2 * - + - 3                   | 6",
                "---3                          | -3",
                "-(2 - 5)                      | 3",
                "-0                            | 0",
                "-0.0                          | -0.0",
                "0 / -5                        | -0.0",
                "-0 * 5.0                      | 0.0",
                "0.0 * -1                      | -0.0",
                "1.5 + .5 + 5.                 | 7.0",
                "1e5                           | 100000.0",
                "1E+5 - 1.e5 + .1e-1           | 0.01",
                "007.5 + 00 + 0e9              | 7.5",
                "0.1 + 0.2                     | 0.30000000000000004",
                "1e400                         | inf",
                "-1e200 * 1e200                | -inf",
                "1e400 - 1e400                 | nan",
                "-(1e400 * 0)                  | nan",
                "1 / 1e400                     | 0.0",
                "5e-324                        | 5e-324",
                "1e-400                        | 0.0",
                "9223372036854775807 + 1       | 9223372036854775808",
                "9223372036854775808 - 1       | 9223372036854775807",
                "-9223372036854775808 - 1      | -9223372036854775809",
                "-(-9223372036854775808)       | 9223372036854775808",
                "0 - -9223372036854775808      | 9223372036854775808",
                "-9223372036854775808 * -1     | 9223372036854775808",
                "4294967296 * -2147483648      | -9223372036854775808",
                "4294967296 * 4294967296 / 4294967296 | 4294967296.0",
                "9007199254740993 / 1          | 9007199254740992.0",
                "9007199254740993 * 3 / 3      | 9007199254740992.0",
                "99999999999999999999 * 99999999999999999999 | 9999999999999999999800000000000000000001",
            })
    void shouldCalculateAsPythonDoes(String expression, String result) throws ExpressionException {
        assertEquals(result, calculate(expression));
        assertEquals(result, calculate("\t" + expression.replace(" ", " \t ") + " \t\r\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t \r", "\r\n"})
    void shouldHaveAnEmptyResultForABlankText(String blank) throws ExpressionException {
        assertEquals("", calculate(blank));
    }

    @Test
    void shouldReadItsRegionOfTheArrayAlone() throws ExpressionException {
        byte[] bytes = "9 12 + 34 ) 5".getBytes(UTF_8);
        ByteArrayOutputStream result = new ByteArrayOutputStream();
        calculator.calculate(bytes, 2, 9, result);
        calculator.calculate(bytes, 3, 4, result);
        assertEquals("462", result.toString(UTF_8));
        ExpressionException e =
                assertThrows(ExpressionException.class, () -> calculator.calculate(bytes, 2, bytes.length, result));
        assertEquals("column 9: a ')' that closes nothing", e.getMessage());
        assertThrows(IndexOutOfBoundsException.class, () -> calculator.calculate(bytes, 2, 99, result));
        assertEquals("462", result.toString(UTF_8));
    }

    /** What Python itself computed: see make-expressions.py. */
    @Test
    void shouldAgreeWithPython() throws IOException {
        int results = 0;
        int errors = 0;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(getClass().getResourceAsStream("expressions.txt"), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String expression = line.substring(0, line.indexOf('\t'));
                String expected = line.substring(line.indexOf('\t') + 1);
                String actual;
                try {
                    actual = calculate(expression);
                    results++;
                } catch (ExpressionException e) {
                    actual = "ERROR";
                    errors++;
                }
                assertEquals(expected, actual, expression);
            }
        }
        assertTrue(results > 4_000 && errors > 300, results + " results, " + errors + " errors");
    }

    // Properties

    /** What is too large for a decimal. */
    private static final class TooLargeException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** A random expression and, calculated beside it, its result: a BigInteger or a Double. */
    private static final class RandomExpression {
        private final Random random;
        private final boolean decimals;

        String text;
        /** How tightly its outermost operator binds: 1 for a sum, 2 for a product, 3 for all else. */
        int binding;

        Number value;

        RandomExpression(Random random, boolean decimals, int depth) throws TooLargeException {
            this.random = random;
            this.decimals = decimals;
            switch (depth == 0 ? 0 : random.nextInt(8)) {
                case 0 -> number();
                case 1 -> {
                    RandomExpression operand = new RandomExpression(random, decimals, depth - 1);
                    text = "-" + blank() + operand.bound(3);
                    binding = 3;
                    value = operand.value instanceof BigInteger i ? i.negate() : (Number) (-(double) operand.value);
                }
                default -> {
                    RandomExpression left = new RandomExpression(random, decimals, depth - 1);
                    RandomExpression right = new RandomExpression(random, decimals, depth - 1);
                    char operator = "+-*/".charAt(random.nextInt(decimals ? 4 : 3));
                    if (operator == '/' && right.value.doubleValue() == 0) {
                        operator = '*';
                    }
                    binding = operator == '+' || operator == '-' ? 1 : 2;
                    text = left.bound(binding) + blank() + operator + blank() + right.bound(binding + 1);
                    value = operator == '/'
                            ? quotient(left.value, right.value)
                            : left.value instanceof BigInteger a && right.value instanceof BigInteger b
                                    ? exact(operator, a, b)
                                    : (Number) inexact(operator, decimal(left.value), decimal(right.value));
                }
            }
        }

        private void number() {
            if (decimals && random.nextInt(3) == 0) {
                double decimal = random.nextBoolean()
                        ? random.nextInt(10_000) / 100.0
                        : Double.longBitsToDouble(random.nextLong() & Long.MAX_VALUE);
                value = Double.isFinite(decimal) ? decimal : 0.5;
                text = value.toString();
            } else {
                value = new BigInteger(random.nextInt(random.nextBoolean() ? 10 : 200), random);
                text = value.toString();
            }
            binding = 3;
        }

        private String bound(int least) {
            return binding >= least && random.nextInt(10) > 0 ? text : "(" + blank() + text + blank() + ")";
        }

        private String blank() {
            return " ".repeat(Math.max(0, random.nextInt(5) - 2));
        }

        private static BigInteger exact(char operator, BigInteger a, BigInteger b) {
            return switch (operator) {
                case '+' -> a.add(b);
                case '-' -> a.subtract(b);
                default -> a.multiply(b);
            };
        }

        private static double inexact(char operator, double a, double b) {
            return switch (operator) {
                case '+' -> a + b;
                case '-' -> a - b;
                default -> a * b;
            };
        }

        private static double quotient(Number a, Number b) throws TooLargeException {
            if (a instanceof BigInteger dividend && b instanceof BigInteger divisor) {
                double quotient = nearest(dividend, divisor);
                if (Double.isInfinite(quotient)) {
                    throw new TooLargeException();
                }
                return quotient;
            }
            return decimal(a) / decimal(b);
        }

        private static double decimal(Number number) throws TooLargeException {
            if (number instanceof BigInteger && Double.isInfinite(number.doubleValue())) {
                throw new TooLargeException();
            }
            return number.doubleValue();
        }
    }

    /** By way of a decimal with so many digits that what is cut off does not matter. */
    private static double nearest(BigInteger dividend, BigInteger divisor) {
        if (dividend.signum() == 0) {
            return divisor.signum() < 0 ? -0.0 : 0.0;
        }
        BigDecimal quotient = new BigDecimal(dividend).divide(new BigDecimal(divisor), new MathContext(1_500));
        return Double.parseDouble(quotient.toString());
    }

    @Test
    void shouldBeExactForIntegers() throws Exception {
        Random random = new Random(20261125);
        for (int i = 0; i < 5_000; i++) {
            RandomExpression expression = new RandomExpression(random, false, random.nextInt(7));
            assertEquals(expression.value.toString(), calculate(expression.text), expression.text);
        }
    }

    @Test
    void shouldCalculateWithDecimalsAsDoublesDo() {
        Random random = new Random(1982);
        int results = 0;
        for (int i = 0; i < 20_000; i++) {
            RandomExpression expression;
            try {
                expression = new RandomExpression(random, true, random.nextInt(6));
            } catch (TooLargeException e) {
                continue;
            }
            String result;
            try {
                result = calculate(expression.text);
            } catch (ExpressionException e) {
                throw new AssertionError(expression.text, e);
            }
            Number read = expression.value instanceof BigInteger ? new BigInteger(result) : (Number) read(result);
            assertEquals(expression.value, read, expression.text);
            results++;
        }
        assertTrue(results > 15_000, "results: " + results);
    }

    private static double read(String result) {
        return switch (result) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            case "nan" -> Double.NaN;
            default -> {
                assertTrue(result.matches("-?\\d+\\.\\d+|-?\\d(\\.\\d+)?e[+-]\\d\\d+"), result);
                yield Double.parseDouble(result);
            }
        };
    }

    @Test
    void shouldRoundTheQuotientOfIntegersToTheNearestDouble() throws ExpressionException {
        Random random = new Random(53);
        for (int i = 0; i < 10_000; i++) {
            BigInteger divisor = new BigInteger(1 + random.nextInt(i % 10 == 0 ? 1_300 : 130), random).setBit(0);
            BigInteger dividend = new BigInteger(1 + random.nextInt(130), random);
            if (i % 3 == 0) {
                // Halfway between two doubles, or beside it.
                dividend = new BigInteger(53, random)
                        .setBit(52)
                        .shiftLeft(1)
                        .setBit(0)
                        .multiply(divisor)
                        .add(BigInteger.valueOf(random.nextInt(3) - 1));
            }
            double expected = nearest(dividend, divisor);
            String expression = dividend + "/" + (random.nextBoolean() ? divisor : "-" + divisor);
            assertEquals(
                    expression.contains("-") ? -expected : expected,
                    Double.parseDouble(calculate(expression)),
                    expression);
        }
    }

    @Test
    void shouldReadDecimalsAsTheJdkDoes() throws ExpressionException {
        Random random = new Random(22);
        for (int i = 0; i < 50_000; i++) {
            String digits = new BigInteger(1 + random.nextInt(i % 2 == 0 ? 56 : 200), random).toString();
            int point = random.nextInt(digits.length() + 1);
            String number = digits.substring(0, point) + "." + digits.substring(point)
                    + (random.nextBoolean() ? "" : "e" + (random.nextInt(60) - 30));
            assertEquals(Double.parseDouble(number), Double.parseDouble(calculate(number)), number);
        }
    }
}
