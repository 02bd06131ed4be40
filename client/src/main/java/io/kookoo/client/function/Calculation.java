package io.kookoo.client.function;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kookoo.client.calculator.Calculator;
import io.kookoo.client.calculator.ExpressionException;
import java.io.ByteArrayOutputStream;

/** Built in: arithmetic expressions. */
final class Calculation extends ByteLibrary {
    private static final String NAME = "calculate";

    private final ThreadLocal<Calculator> calculators = ThreadLocal.withInitial(Calculator::new);

    @Function(
            name = NAME,
            raw = true,
            description =
                    "an expression of numbers, + - * / and parentheses, as Python calculates it; calculate(6 / 4) is 1.5")
    public String calculate(String expression) throws FunctionFailedException {
        byte[] bytes = expression.getBytes(UTF_8);
        ByteArrayOutputStream result = new ByteArrayOutputStream();
        calculate(bytes, 0, bytes.length, result);
        return result.toString(UTF_8);
    }

    @Override
    void runLine(byte[] bytes, int from, int to, ByteArrayOutputStream results) throws FunctionFailedException {
        calculate(bytes, from, to, results);
        // Digits, signs, points and letters: there is nothing to escape.
        results.write('\n');
    }

    private void calculate(byte[] bytes, int from, int to, ByteArrayOutputStream result)
            throws FunctionFailedException {
        try {
            calculators.get().calculate(bytes, from, to, result);
        } catch (ExpressionException e) {
            throw new FunctionFailedException(NAME + ": " + e.getMessage());
        }
    }
}
