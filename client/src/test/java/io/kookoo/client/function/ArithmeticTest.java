package io.kookoo.client.function;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.call.FunctionCall;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArithmeticTest {
    private final FunctionExecutor executor =
            new FunctionExecutor(FunctionExecutor.builtIns(), Path.of("no such folder"));

    private String call(String name, Object... arguments) throws FunctionFailedException {
        StringBuilder text = new StringBuilder();
        for (Object argument : arguments) {
            text.append(text.isEmpty() ? "" : ",").append(argument);
        }
        return executor.execute(name, text.toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "add      | 1,2        | 3",
                "add      | 1.5,1.5    | 3.0",
                "add      | 1,0.1      | 1.1",
                "subtract | 10,6       | 4",
                "multiply | -3,2.50    | -7.50",
                "divide   | 15,5       | 3",
                "divide   | 10,4       | 2.5",
                "divide   | -1,8       | -0.125",
                "divide   | 1,3        | 0.3333333333333333333333333333333333",
                "divide   | 2,3        | 0.6666666666666666666666666666666667",
                "divide   | 20000,3    | 6666.6666666666666666666666666666666667",
                "divide   | 7.5,2.5    | 3",
                "divide   | 0,5        | 0",
                "divide   | 0.0,5      | 0",
                "divide   | 1e3,1e-3   | 1000000",
                "pow_2    | 7          | 49",
                "pow_2    | -0.5       | 0.25",
                "fibonacci| 0          | 0",
                "fibonacci| 1          | 1",
                "fibonacci| 2          | 1",
                "fibonacci| 10         | 55",
                "fibonacci| 100        | 354224848179261915075",
            })
    void shouldCalculate(String name, String arguments, String result) throws FunctionFailedException {
        assertEquals(result, executor.execute(name, arguments));
    }

    @Test
    void shouldBeExactForIntegersOfAnySize() throws FunctionFailedException {
        Random random = new Random(1982);
        for (int i = 0; i < 1_000; i++) {
            BigInteger a = signed(random);
            BigInteger b = signed(random);
            assertEquals(a.add(b).toString(), call("add", a, b));
            assertEquals(a.subtract(b).toString(), call("subtract", a, b));
            assertEquals(a.multiply(b).toString(), call("multiply", a, b));
            assertEquals(a.multiply(a).toString(), call("pow_2", a));
            if (b.signum() != 0) {
                assertEquals(a.toString(), call("divide", a.multiply(b), b));
            }
        }
    }

    @Test
    void shouldRoundOnlyAQuotientThatDoesNotEnd() throws FunctionFailedException {
        Random random = new Random(7);
        for (int i = 0; i < 1_000; i++) {
            BigInteger a = signed(random);
            BigInteger b = signed(random).setBit(0);
            BigDecimal quotient = new BigDecimal(call("divide", a, b));
            BigInteger truncated = a.divide(b);
            if (a.mod(b.abs()).signum() == 0) {
                assertEquals(truncated, quotient.toBigIntegerExact());
                continue;
            }
            // Half of the last of 34 digits after the integer part; below 1, of 34 significant digits.
            BigDecimal exact = new BigDecimal(a).divide(new BigDecimal(b), new MathContext(400));
            BigDecimal bound = exact.abs().min(BigDecimal.ONE).movePointLeft(33);
            assertTrue(quotient.subtract(exact).abs().compareTo(bound) < 0, () -> a + " / " + b);
        }
        assertThrows(FunctionFailedException.class, () -> call("divide", 1, 0));
    }

    @Test
    void shouldKeepDecimalsExact() throws FunctionFailedException {
        Random random = new Random(11);
        for (int i = 0; i < 1_000; i++) {
            BigDecimal a = new BigDecimal(signed(random), 1 + random.nextInt(30));
            BigDecimal b = new BigDecimal(signed(random), 1 + random.nextInt(30));
            assertEquals(a.add(b).toPlainString(), call("add", a.toPlainString(), b.toPlainString()));
            assertEquals(a.subtract(b).toPlainString(), call("subtract", a.toPlainString(), b.toPlainString()));
            assertEquals(a.multiply(b).toPlainString(), call("multiply", a.toPlainString(), b.toPlainString()));
        }
    }

    @Test
    void shouldFollowTheRecurrenceOfFibonacci() throws FunctionFailedException {
        BigInteger before = BigInteger.ONE;
        BigInteger current = BigInteger.ZERO;
        for (int n = 0; n <= 10_000; n++) {
            if (n < 300 || n % 997 == 0 || n == 10_000) {
                assertEquals(current.toString(), call("fibonacci", n));
            }
            BigInteger next = before.add(current);
            before = current;
            current = next;
        }
    }

    @Test
    void shouldReachTheBoundOfFibonacci() throws FunctionFailedException {
        assertEquals(208_988, call("fibonacci", 1_000_000).length());
    }

    @Test
    void shouldRunTheShippedCatalog() throws Exception {
        List<String> results = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("..", "functions.txt"))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                FunctionCall call = FunctionCall.parse(line);
                try {
                    results.add(executor.execute(call.name(), call.argumentText()));
                } catch (FunctionFailedException e) {
                    results.add(e.getMessage());
                }
            }
        }
        assertEquals(List.of("Hello World", "55", "3", "3", "49", "4", "pow_2 takes 1 argument, got 2"), results);
    }

    private static BigInteger signed(Random random) {
        BigInteger magnitude = new BigInteger(random.nextInt(300), random);
        return random.nextBoolean() ? magnitude : magnitude.negate();
    }
}
