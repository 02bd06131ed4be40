package io.kookoo.client.calculator;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumberTextTest {
    private final NumberText text = new NumberText();

    private String text() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        text.appendTo(out);
        return out.toString(US_ASCII);
    }

    private String text(double value) {
        text.set(value);
        return text();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0",
                "-0.0",
                "1.0",
                "-1.0",
                "0.1",
                "123.456",
                "0.0001",
                "0.00012",
                "1e-05",
                "1.2e-05",
                "-9.5e-07",
                "9.99999999999e-13",
                "1000000000000000.0",
                "9999999999999998.0",
                "1234567890123456.0",
                "1e+16",
                "1.2345678901234568e+16",
                "9007199254740992.0",
                "9007199254740994.0",
                "9007199254740991.0",
                "1e+22",
                "1e+23",
                "1.2e+100",
                "1e-100",
                "5e-324",
                "1e-323",
                "1.5e-323",
                "2e-323",
                "4e-323",
                "5e-323",
                "1e-322",
                "2.225073858507201e-308",
                "2.2250738585072014e-308",
                "1.7976931348623157e+308",
                "-2.2250738585072014e-308",
                "5.684341886080802e-14",
                "9.5367431640625e-07",
                "2.98023223876953125e-8",
                "inf",
                "-inf",
                "nan",
            })
    void shouldWriteDoublesAsPythonDoes(String expected) {
        double value = expected.endsWith("inf")
                ? Double.parseDouble(expected.replace("inf", "Infinity"))
                : Double.parseDouble(expected.replace("nan", "NaN"));
        assertEquals(expected.equals("2.98023223876953125e-8") ? "2.9802322387695312e-08" : expected, text(value));
    }

    @ParameterizedTest
    @CsvSource({
        "0",
        "7",
        "10",
        "-10",
        "99999999",
        "100000000",
        "2147483647",
        "2147483648",
        "-9007199254740993",
        "1000000000000000000",
        "9223372036854775807",
        "-9223372036854775807",
        "-9223372036854775808"
    })
    void shouldWriteLongs(long value) {
        text.set(value);
        assertEquals(Long.toString(value), text());
        text.set(BigInteger.valueOf(value));
        assertEquals(Long.toString(value), text());
    }

    @Test
    void shouldForgetTheLongerTextBefore() {
        text.set(BigInteger.TEN.pow(1_000));
        assertEquals(1_001, text().length());
        assertEquals("5e-324", text(5e-324));
        text.set(-7);
        assertEquals("-7", text());
    }

    @Test
    void shouldWriteTheShortestTextFromWhichADoubleIsReadBack() {
        Random random = new Random(20261125);
        for (int i = 0; i < 100_000; i++) {
            assertShortest(
                    switch (i % 4) {
                        case 0 -> Double.longBitsToDouble(random.nextLong() & Long.MAX_VALUE);
                        case 1 -> random.nextInt(1_000_000) / 1_000.0;
                        case 2 -> Double.longBitsToDouble(random.nextLong() >>> 12 + random.nextInt(52));
                        default -> random.nextDouble() * Math.pow(10, random.nextInt(40) - 20);
                    });
        }
    }

    @Test
    void shouldWriteTheShortestTextOfPowersAndTheirNeighbours() {
        for (int power = -1074; power < 1024; power++) {
            assertShortestAround(Math.scalb(1.0, power));
        }
        for (int power = -323; power <= 308; power++) {
            assertShortestAround(Double.parseDouble("1e" + power));
        }
        for (int mantissa = 1; mantissa < 2_000; mantissa++) {
            assertShortest(mantissa * Double.MIN_VALUE);
        }
    }

    private void assertShortestAround(double value) {
        assertShortest(value);
        assertShortest(Math.nextUp(value));
        assertShortest(Math.nextDown(value));
    }

    /** No decimal of fewer digits, and none of as many that is nearer, is read as the same double. */
    private void assertShortest(double value) {
        if (!Double.isFinite(value) || value == 0) {
            return;
        }
        String written = text(value);
        assertEquals(value, Double.parseDouble(written), written);
        BigDecimal exact = new BigDecimal(value);
        BigDecimal decimal = new BigDecimal(written).stripTrailingZeros();
        int digits = decimal.precision();
        BigDecimal error = decimal.subtract(exact).abs();
        for (RoundingMode mode : new RoundingMode[] {RoundingMode.DOWN, RoundingMode.UP}) {
            if (digits > 1) {
                assertFalse(isReadAs(value, exact.round(new MathContext(digits - 1, mode))), written);
            }
            BigDecimal rival = exact.round(new MathContext(digits, mode));
            assertTrue(
                    !isReadAs(value, rival)
                            || error.compareTo(rival.subtract(exact).abs()) <= 0,
                    () -> written + " and not " + rival);
        }
    }

    private static boolean isReadAs(double value, BigDecimal decimal) {
        return Double.parseDouble(decimal.toString()) == value;
    }
}
