package io.kookoo.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.calculator.Calculator;
import io.kookoo.client.calculator.ExpressionException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * An expression: a result in ASCII, or an error at a place in it and no result. A calculator that has been used before says the same as a new
 * one, and where the bytes stand makes no difference. A number that it prints is read back as itself.
 */
public final class CalculatorTarget {
    private static final Calculator USED = new Calculator();

    private CalculatorTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String result = calculated(USED, input, 0, input.length);
        assertEquals(result, calculated(new Calculator(), input, 0, input.length));
        byte[] moved = new byte[input.length + 2];
        moved[0] = '1';
        moved[moved.length - 1] = '1';
        System.arraycopy(input, 0, moved, 1, input.length);
        assertEquals(result, calculated(USED, moved, 1, moved.length - 1));
        if (result.matches("[-0-9].*") && !result.equals("-inf")) {
            byte[] printed = result.getBytes(StandardCharsets.US_ASCII);
            assertEquals(result, calculated(USED, printed, 0, printed.length));
        }
    }

    /** The result, or the error, which begins with a letter. */
    private static String calculated(Calculator calculator, byte[] bytes, int from, int to) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            calculator.calculate(bytes, from, to, out);
        } catch (ExpressionException e) {
            assertEquals(0, out.size());
            int end = to - from + 1;
            assertTrue(e.column() >= 1 && e.column() <= end, () -> "an error outside of the text: " + e.getMessage());
            return "error: " + e.getMessage();
        }
        for (byte b : out.toByteArray()) {
            assertTrue(b > ' ' && b <= '~', () -> "a result with the byte " + b);
        }
        return out.toString(StandardCharsets.US_ASCII);
    }
}
