package io.kookoo.call;

import java.util.List;
import java.util.Objects;

/**
 * A call: a function's name and its arguments, as a line of functions.txt has it. The wire carries the two apart: the name is the
 * function of a job, {@link #argumentText()} its workload.
 *
 * <pre>
 *   call      = name [ "(" arguments ")" ]           add(1,2)    hello_world
 *   arguments = [ value { "," value } ]              1,2         (nothing: no arguments)
 *   value     = list | quoted | bare
 *   list      = "[" arguments "]"                    [1, [2, x]]
 *   quoted    = "..." or '...'                       escapes: \n \r \t \b \f \\ \" \' \/ &#92;u0041
 *   bare      = true | false | null | number | text
 *   number    = as in JSON                           -12   3.50   1e-5
 * </pre>
 *
 * <ul>
 *   <li>Blanks (any white space) around names, values and punctuation mean nothing.
 *   <li>A name begins with a letter or {@code _}; letters and digits of any script and {@code _ . - : @} follow; it may end with
 *       {@code []}. It has at most {@value #MAX_NAME_BYTES} bytes in UTF-8. It is kept as written.
 *   <li>Bare text goes up to the next comma or closing bracket, blanks inside included: {@code echo(hello world)} has one
 *       argument, {@code disk_usage(/var/log)} too. Round and square brackets inside it must be balanced, and what stands between
 *       them, commas and quoted texts included, belongs to the text: {@code call@3(add(1,2))} has the one argument
 *       {@code add(1,2)}, {@code calculate((1 + 2) * 3)} the one argument {@code (1 + 2) * 3}. Elsewhere a quote inside bare text is an error. A backslash is nothing special there.
 *   <li>What only resembles a number is text: {@code 007}, {@code +1}, {@code .5}, {@code 1 + 2}.
 *   <li>Bounds: brackets nested {@value #MAX_NESTING} deep, numbers of {@value #MAX_DIGITS} digits, exponents from
 *       -{@value #MAX_EXPONENT} to {@value #MAX_EXPONENT}. What is beyond is an error at its column.
 * </ul>
 *
 * <p>Values are {@link java.math.BigInteger}, {@link java.math.BigDecimal} (always with a scale of at least 1: {@code 1e2} is
 * 100.0), {@link Boolean}, {@link String}, {@code null} and unmodifiable {@link List}s of these.
 *
 * <p>{@link #parse} of {@link #toString} gives an equal call. Two calls are equal if name and argument text are.
 *
 * @param name the function's name as written
 * @param argumentText what stands between the brackets, without the blanks around it; empty for a bare name
 */
public record FunctionCall(String name, String argumentText) {
    /** The longest name, in bytes of UTF-8: the bound of Gearman's function names. */
    public static final int MAX_NAME_BYTES = 512;
    /** How deep brackets may be nested, those of the call itself not counted. */
    public static final int MAX_NESTING = 256;
    /** The most digits a number may have once it is written without an exponent. The JDK needs about 0.2 s for that many, and quadratic time beyond. */
    public static final int MAX_DIGITS = 100_000;
    /** The largest exponent of ten, and the smallest below zero: seven characters must not become megabytes. */
    public static final int MAX_EXPONENT = 1_000;

    /** @throws IllegalArgumentException if the name is no name or the text no argument list */
    public FunctionCall {
        Objects.requireNonNull(name, "name");
        argumentText = argumentText.strip();
        try {
            new CallParser(name).wholeName();
            new CallParser(argumentText).wholeArguments();
        } catch (CallSyntaxException e) {
            throw new IllegalArgumentException("no call: " + name + "(" + argumentText + "): " + e.getMessage(), e);
        }
    }

    /** The call of this name with these values, printed as {@link #print} does. */
    public static FunctionCall of(String name, List<?> arguments) {
        return new FunctionCall(name, CallPrinter.arguments(arguments));
    }

    /** Parses {@code name(arg, ...)} or a bare {@code name}, which is a call without arguments. */
    public static FunctionCall parse(String text) throws CallSyntaxException {
        return new CallParser(text).wholeCall();
    }

    /**
     * Parses an argument list alone, such as {@code 1,2}: the workload of a job.
     *
     * @return the values, unmodifiable; none if the text is blank
     */
    public static List<Object> parseArguments(String text) throws CallSyntaxException {
        return new CallParser(text).wholeArguments();
    }

    /**
     * A value as the grammar writes it: texts in double quotes, lists in square brackets, numbers in full. Java's other number types
     * print as numbers, arrays of objects as lists, anything else as the quoted text of its {@code toString}.
     */
    public static String print(Object value) {
        return CallPrinter.value(value);
    }

    /** The values of {@link #argumentText}, parsed anew at each call; unmodifiable. */
    public List<Object> arguments() {
        try {
            return parseArguments(argumentText);
        } catch (CallSyntaxException e) {
            throw new AssertionError("the constructor let pass: " + this, e);
        }
    }

    /** The call as a line of functions.txt has it; a bare name if there are no arguments. */
    @Override
    public String toString() {
        return argumentText.isEmpty() ? name : name + "(" + argumentText + ")";
    }
}
