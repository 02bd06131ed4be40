package io.kookoo.client.calculator;

import io.kookoo.call.FunctionCall;
import io.kookoo.protocol.Data;
import java.io.ByteArrayOutputStream;
import java.util.Objects;

/**
 * Calculates arithmetic expressions, and prints their results, exactly as Python does.
 *
 * <pre>
 *   expression = term { ( "+" | "-" ) term }
 *   term       = factor { ( "*" | "/" ) factor }
 *   factor     = { "+" | "-" } ( number | "(" expression ")" )
 *   integer    = digits                                        12  0  00     but not 007
 *   decimal    = ( digits "." [ digits ] | "." digits ) [ exponent ] | digits exponent
 *                                                              1.5  5.  .5  1e5  2.5E-3  007.5
 * </pre>
 *
 * <ul>
 *   <li>Blanks and tabs may stand anywhere but inside a number, and CR and LF at the end. A blank text has an empty result.
 *   <li>Integers are exact at any size. A decimal is a double.
 *   <li>{@code /} makes a decimal, {@code 6 / 3} too: of two integers, whatever their size, the double that is nearest to the quotient.
 *       An integer that meets a decimal becomes one.
 *   <li>Decimals that grow too large are {@code inf}, as in {@code 1e200 * 1e200}; {@code nan} and {@code -0.0} are there as well. To divide
 *       by zero is an error, and so is an integer, or a quotient of integers, that is too large for a decimal.
 *   <li>An integer is printed in full, a decimal with the fewest digits from which it can be read back: {@code 16.333333333333332},
 *       {@code 2.0}, {@code 1e+16}, {@code 9.99999999999e-13}.
 *   <li>Bounds: {@value #MAX_BYTES} bytes, parentheses nested {@value #MAX_NESTING} deep. What is beyond is an error at its column.
 * </ul>
 *
 * <p>A calculator is used again and again, by one thread at a time, and then allocates nothing for integers that a long holds, doubles,
 * and decimals written with up to 15 digits.
 */
public final class Calculator {
    /**
     * The longest expression. That bounds the digits of each number as well, since no integer gets more digits than were written, and with
     * both the time: some tenths of a second for the worst that can be written.
     */
    public static final int MAX_BYTES = 100_000;
    /** How deep parentheses may be nested: as deep as in a call. */
    public static final int MAX_NESTING = FunctionCall.MAX_NESTING;

    private static final int SHOWN_CHARACTERS = 20;

    /** What has been read of one pair of parentheses, or of the whole: {@code sum} operator {@code term} operator, signs. */
    private static final class Level {
        private static final byte NONE = 0;

        private final Value sum = new Value();
        private final Value term = new Value();
        private int openedAt;
        private byte additive;
        private int additiveColumn;
        private byte multiplicative;
        private int multiplicativeColumn;
        private boolean negative;

        void open(int column) {
            openedAt = column;
            additive = NONE;
            multiplicative = NONE;
            negative = false;
        }

        /** The next factor, without the signs before it. */
        void factor(Value value) throws ExpressionException {
            if (negative) {
                value.negate();
                negative = false;
            }
            switch (multiplicative) {
                case '*' -> term.multiply(value, multiplicativeColumn);
                case '/' -> term.divide(value, multiplicativeColumn);
                default -> term.set(value);
            }
            multiplicative = NONE;
        }

        void multiplicative(byte operator, int column) {
            multiplicative = operator;
            multiplicativeColumn = column;
        }

        void additive(byte operator, int column) throws ExpressionException {
            endTerm();
            additive = operator;
            additiveColumn = column;
        }

        Value end() throws ExpressionException {
            endTerm();
            return sum;
        }

        private void endTerm() throws ExpressionException {
            switch (additive) {
                case '+' -> sum.add(term, additiveColumn);
                case '-' -> sum.subtract(term, additiveColumn);
                default -> sum.set(term);
            }
        }
    }

    private final Level[] levels = new Level[MAX_NESTING + 1];
    private final Value number = new Value();
    private final NumberText text = new NumberText();

    /**
     * Calculates the expression in the bytes {@code from} to {@code to} (exclusive) and appends the text of its result, in ASCII. On an error
     * nothing is appended.
     */
    public void calculate(byte[] bytes, int from, int to, ByteArrayOutputStream result) throws ExpressionException {
        Objects.checkFromToIndex(from, to, bytes.length);
        int end = to;
        while (end > from && isWhiteSpace(bytes[end - 1])) {
            end--;
        }
        if (end == from) {
            return;
        }
        if (end - from > MAX_BYTES) {
            throw new ExpressionException(
                    MAX_BYTES + 1, "an expression of " + (end - from) + " bytes; at most " + MAX_BYTES);
        }
        evaluate(bytes, from, end).print(text);
        text.appendTo(result);
    }

    private Value evaluate(byte[] bytes, int from, int to) throws ExpressionException {
        // What is added to an index to make it a column.
        int first = 1 - from;
        int depth = 0;
        Level level = level(0);
        level.open(first + from);
        int at = from;
        while (true) {
            at = skipBlanks(bytes, at, to);
            byte next = at < to ? bytes[at] : 0;
            if (next == '-') {
                level.negative = !level.negative;
                at++;
                continue;
            }
            if (next == '+') {
                at++;
                continue;
            }
            if (next == '(') {
                if (depth == MAX_NESTING) {
                    throw new ExpressionException(first + at, "parentheses nested deeper than " + MAX_NESTING);
                }
                level = level(++depth);
                level.open(first + at);
                at++;
                continue;
            }
            int numberEnd = number.read(bytes, at, to, first + at);
            if (numberEnd == at) {
                throw unexpected("a number, a sign or '('", bytes, at, to, first + at);
            }
            level.factor(number);
            at = skipBlanks(bytes, numberEnd, to);
            while (at < to && bytes[at] == ')' && depth > 0) {
                Value inner = level.end();
                level = levels[--depth];
                level.factor(inner);
                at = skipBlanks(bytes, at + 1, to);
            }
            if (at == to) {
                if (depth > 0) {
                    throw new ExpressionException(level.openedAt, "the '(' is not closed");
                }
                return level.end();
            }
            byte operator = bytes[at];
            switch (operator) {
                case '+', '-' -> level.additive(operator, first + at);
                case '*', '/' -> level.multiplicative(operator, first + at);
                case ')' -> throw new ExpressionException(first + at, "a ')' that closes nothing");
                default ->
                    throw unexpected(
                            depth > 0 ? "an operator or ')'" : "an operator or the end", bytes, at, to, first + at);
            }
            at++;
        }
    }

    private Level level(int depth) {
        if (levels[depth] == null) {
            levels[depth] = new Level();
        }
        return levels[depth];
    }

    private static int skipBlanks(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && (bytes[at] == ' ' || bytes[at] == '\t')) {
            at++;
        }
        return at;
    }

    private static boolean isWhiteSpace(byte character) {
        return character == ' ' || character == '\t' || character == '\r' || character == '\n';
    }

    private static ExpressionException unexpected(String expected, byte[] bytes, int at, int to, int column) {
        return new ExpressionException(
                column, "expected " + expected + ", found " + (at == to ? "the end" : found(bytes, at, to)));
    }

    /** The beginning of the word there, or a single character. */
    private static String found(byte[] bytes, int at, int to) {
        String rest = new Data(bytes, at, to).text(SHOWN_CHARACTERS);
        int length = 0;
        while (length < rest.length() && Character.isLetterOrDigit(rest.charAt(length))) {
            length++;
        }
        return FunctionCall.print(rest.substring(0, length > 0 ? length : rest.offsetByCodePoints(0, 1)));
    }
}
