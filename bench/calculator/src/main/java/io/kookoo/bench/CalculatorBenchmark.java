package io.kookoo.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.ezylang.evalex.EvaluationException;
import com.ezylang.evalex.Expression;
import com.ezylang.evalex.config.ExpressionConfiguration;
import com.ezylang.evalex.parser.ParseException;
import io.kookoo.client.calculator.Calculator;
import io.kookoo.client.calculator.ExpressionException;
import java.io.ByteArrayOutputStream;
import java.math.MathContext;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One expression, from its text to the text of its result, by {@link Calculator} and by EvalEx, which calculates with decimals, here of as
 * many digits as doubles have. {@code make bench-calculator} prints nanoseconds and, as {@code gc.alloc.rate.norm}, bytes of memory an expression.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class CalculatorBenchmark {
    /** So many different expressions, in turn: more than a branch predictor learns by heart. */
    private static final int EXPRESSIONS = 4096;

    /**
     * {@code operations}: 3 to 11 integers below 100, of which {@code /} makes decimals; {@code integers}: the same without {@code /};
     * {@code decimals}: of two places, in parentheses.
     */
    @Param({"operations", "integers", "decimals"})
    public String kind;

    private final ExpressionConfiguration configuration =
            ExpressionConfiguration.builder().mathContext(MathContext.DECIMAL64).build();
    private final Calculator calculator = new Calculator();
    private final ByteArrayOutputStream result = new ByteArrayOutputStream();
    private String[] texts;
    private byte[][] bytes;
    private int next;

    @Setup
    public void makeExpressions() {
        Random random = new Random(1982);
        texts = new String[EXPRESSIONS];
        bytes = new byte[EXPRESSIONS][];
        for (int i = 0; i < EXPRESSIONS; i++) {
            texts[i] =
                    kind.equals("decimals") ? decimals(random) : operations(random, kind.equals("operations") ? 4 : 3);
            bytes[i] = texts[i].getBytes(US_ASCII);
        }
    }

    private static String operations(Random random, int operators) {
        StringBuilder text = new StringBuilder().append(1 + random.nextInt(99));
        for (int n = 2 + random.nextInt(9); n > 0; n--) {
            text.append(' ').append("+-*/".charAt(random.nextInt(operators)));
            text.append(' ').append(1 + random.nextInt(99));
        }
        return text.toString();
    }

    private static String decimals(Random random) {
        StringBuilder text = new StringBuilder().append(decimal(random));
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            text.append(' ').append("+-*/".charAt(random.nextInt(4)));
            text.append(" (")
                    .append(decimal(random))
                    .append(" + ")
                    .append(decimal(random))
                    .append(')');
        }
        return text.toString();
    }

    private static String decimal(Random random) {
        return (1 + random.nextInt(9_999)) / 100.0 + "";
    }

    @Benchmark
    public int calculator() throws ExpressionException {
        byte[] expression = bytes[next++ & EXPRESSIONS - 1];
        result.reset();
        calculator.calculate(expression, 0, expression.length, result);
        return result.size();
    }

    @Benchmark
    public String evalEx() throws EvaluationException, ParseException {
        return new Expression(texts[next++ & EXPRESSIONS - 1], configuration)
                .evaluate()
                .getStringValue();
    }
}
