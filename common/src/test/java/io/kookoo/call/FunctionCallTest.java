package io.kookoo.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FunctionCallTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``             |  1 | expected a function's name",
                "`   `          |  4 | expected a function's name",
                "1,2            |  1 | a function's name begins with a letter or '_', found \"1\"",
                "(1)            |  1 | a function's name begins with a letter or '_', found \"(\"",
                "hello world    |  7 | expected '(' after the name hello, found \"w\"",
                "f[](1)]        |  7 | expected nothing after the call, found \"]\"",
                "f[1](1)        |  2 | expected '(' after the name f, found \"[\"",
                "add(1,2        |  8 | ')' is missing",
                "add(           |  5 | ')' is missing",
                "add(1,         |  7 | ')' is missing",
                "add(1,2) 3     | 10 | expected nothing after the call, found \"3\"",
                "add(1,)        |  7 | an argument is missing before ')' (an empty text is \"\")",
                "add(,1)        |  5 | an argument is missing before ',' (an empty text is \"\")",
                "add(1,,2)      |  7 | an argument is missing before ',' (an empty text is \"\")",
                "add([1,],2)    |  8 | an argument is missing before ']' (an empty text is \"\")",
                "add([1,2)      |  9 | a ')' that closes nothing; text with odd brackets needs quotes",
                "add(1])        |  6 | a ']' that closes nothing; text with odd brackets needs quotes",
                "add((1])       |  7 | a ']' that closes nothing; text with odd brackets needs quotes",
                "add([1] 2)     |  9 | expected ',' or ')', found \"2\"",
                "echo(\"a\" b)  | 10 | expected ',' or ')', found \"b\"",
                "echo(\"a)      |  6 | the text in quotes does not end",
                "echo('a\\      |  6 | the text in quotes does not end",
                "echo('a\\q')   |  8 | unknown escape; the escapes are \\n \\r \\t \\b \\f \\\\ \\\" \\' \\/ and \\u0041",
                "echo('a\\u12g4')| 8 | \\u needs four hexadecimal digits",
                "echo('\\u12    |  7 | \\u needs four hexadecimal digits",
                "echo(it's)     |  8 | a quote inside text without quotes; put the whole argument in quotes",
                "echo(a (b      |  8 | the '(' is not closed",
                "f(1e1001)      |  3 | the exponent of a number is at most 1000",
                "f(-1e-99999999999999999999) | 3 | the exponent of a number is at most 1000",
            })
    void shouldNameColumnAndReasonOfWhatIsNoCall(String text, int column, String reason) {
        CallSyntaxException e = assertThrows(CallSyntaxException.class, () -> FunctionCall.parse(text));
        assertEquals(reason, e.reason());
        assertEquals(column, e.column());
        assertEquals("column " + column + ": " + reason, e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "1,    | 4 | an argument is missing before the end (an empty text is \"\")",
                "1,2)  | 4 | a ')' that closes nothing; text with odd brackets needs quotes",
                "[1    | 4 | ']' is missing",
                "\"a\" b | 5 | expected ',' or the end, found \"b\"",
            })
    void shouldNameColumnAndReasonOfWhatIsNoArgumentList(String text, int column, String reason) {
        CallSyntaxException e = assertThrows(CallSyntaxException.class, () -> FunctionCall.parseArguments(text + " "));
        assertEquals(reason, e.reason());
        assertEquals(column, e.column());
    }

    @Test
    void shouldCountACharacterOutsideTheBmpAsOneColumn() {
        CallSyntaxException e = assertThrows(CallSyntaxException.class, () -> FunctionCall.parse("f(\uD83D\uDE00,,)"));
        assertEquals(5, e.column());
    }

    @Test
    void shouldRefuseDeepNestingAtItsColumn() throws CallSyntaxException {
        int max = FunctionCall.MAX_NESTING;
        for (String text : List.of("[".repeat(10_000), "(".repeat(10_000), "[(".repeat(10_000))) {
            CallSyntaxException e = assertThrows(CallSyntaxException.class, () -> FunctionCall.parseArguments(text));
            assertEquals("brackets nested deeper than " + max, e.reason());
            assertEquals(max + 1, e.column());
        }
        List<Object> deepest = FunctionCall.parseArguments("[".repeat(max) + "]".repeat(max));
        assertEquals("[".repeat(max) + "]".repeat(max), FunctionCall.print(deepest.get(0)));
    }

    /** What is parsed can be printed and parsed again: with its exponent, a number has fewer digits than it is printed with. */
    @ParameterizedTest
    @CsvSource({"e1000, 1001", "e-1000, 1001", ".5e1000, 1001", "e0, 1", ".0, 1"})
    void shouldBoundTheDigitsOfANumberAsItIsPrinted(String end, int more) throws CallSyntaxException {
        String most = "9".repeat(FunctionCall.MAX_DIGITS - more) + end;
        List<Object> values = FunctionCall.parseArguments(most);
        assertEquals(values, FunctionCall.of("f", values).arguments());
        CallSyntaxException e = assertThrows(CallSyntaxException.class, () -> FunctionCall.parseArguments("9" + most));
        assertTrue(e.reason().startsWith("a number of 100001 digits"), e.reason());
    }

    @Test
    void shouldBoundTheDigitsOfANumber() throws CallSyntaxException {
        String longest = "9".repeat(FunctionCall.MAX_DIGITS);
        assertEquals(List.of(new BigInteger(longest)), FunctionCall.parseArguments(longest));
        for (String number : List.of("-9" + longest, "0." + longest)) {
            CallSyntaxException e =
                    assertThrows(CallSyntaxException.class, () -> FunctionCall.parseArguments("1, " + number));
            assertEquals("a number of 100001 digits; at most 100000", e.reason());
            assertEquals(4, e.column());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "-a", ".a", "a b", "a[", "[]", "a[]b", "a[][]", "a(", "a/b", "a\n", "\u0661"})
    void shouldRefuseNamesOutsideTheGrammar(String name) {
        assertThrows(IllegalArgumentException.class, () -> FunctionCall.of(name, List.of()));
    }

    @Test
    void shouldBoundTheBytesOfAName() throws CallSyntaxException {
        assertEquals(
                "\u00e9".repeat(256), FunctionCall.parse("\u00e9".repeat(256)).name());
        CallSyntaxException e =
                assertThrows(CallSyntaxException.class, () -> FunctionCall.parse(" " + "\u00e9".repeat(257)));
        assertEquals("a name of 514 bytes; at most 512", e.reason());
        assertEquals(2, e.column());
    }

    @Test
    void shouldRefuseAnArgumentTextThatWouldEndTheCall() {
        assertThrows(IllegalArgumentException.class, () -> new FunctionCall("f", "1) (2"));
        assertThrows(IllegalArgumentException.class, () -> new FunctionCall("f", "1,"));
        assertThrows(NullPointerException.class, () -> new FunctionCall(null, ""));
    }

    @ParameterizedTest
    @CsvSource({
        "pow_2, pow_2",
        "Foo::bar, Foo::bar",
        "call@3, call@3",
        "call@db-1.example, call@db-1.example",
        "f[], f[]",
        "_x, _x",
        "grüße, grüße",
        "' f ( ) ', f",
        "f(), f"
    })
    void shouldTakeNamesAsWritten(String text, String name) throws CallSyntaxException {
        assertEquals(new FunctionCall(name, ""), FunctionCall.parse(text));
        assertEquals(name, FunctionCall.parse(text).toString());
    }

    @Test
    void shouldKeepTheArgumentTextAsWritten() throws CallSyntaxException {
        FunctionCall call = FunctionCall.parse("  add ( 1,  \"a)\\u0041\" )  ");
        assertEquals("add", call.name());
        assertEquals("1,  \"a)\\u0041\"", call.argumentText());
        assertEquals(List.of(BigInteger.ONE, "a)A"), call.arguments());
        assertEquals("add(1,  \"a)\\u0041\")", call.toString());
    }

    @Test
    void shouldReadEveryKindOfValue() throws CallSyntaxException {
        assertEquals(List.of(), FunctionCall.parseArguments(" \n"));
        assertEquals(List.of(BigInteger.ONE, BigInteger.TWO), FunctionCall.parseArguments("1,2\n"));
        assertEquals(
                Arrays.asList(true, false, null, "True", "nulls"),
                FunctionCall.parseArguments("true, false, null, True, nulls"));
        assertEquals(
                List.of(new BigInteger("-123456789012345678901234567890"), BigInteger.ZERO),
                FunctionCall.parseArguments("-123456789012345678901234567890, -0"));
        assertEquals(
                List.of(
                        new BigDecimal("3.50"),
                        new BigDecimal("100.0"),
                        new BigDecimal("0.01"),
                        new BigDecimal("-0.5"),
                        new BigDecimal("1.0")),
                FunctionCall.parseArguments("3.50, 1e2, 1E-2, -5e-1, 1e0"));
        assertEquals(
                List.of(List.of(), List.of(BigInteger.ONE, List.of("a b", "c,]"))),
                FunctionCall.parseArguments("[], [1, [a b, 'c,]']]"));
        assertEquals(
                List.of("", "a\"b'c\\\n\r\t\u00e9\uD83D\uDE00", "it's"),
                FunctionCall.parseArguments("'', \"a\\\"b\\'c\\\\\\n\\r\\t\\u00e9\\uD83D\\uDE00\", \"it's\""));
    }

    @Test
    void shouldReadBareTextUpToTheNextCommaOrBracket() throws CallSyntaxException {
        assertEquals(List.of("/var/log", "hello  world"), FunctionCall.parseArguments(" /var/log , hello  world "));
        assertEquals(List.of("C:\\new", "a=b;c"), FunctionCall.parseArguments("C:\\new,a=b;c"));
        assertEquals(List.of("a\nb"), FunctionCall.parseArguments("a\nb\n"));
        assertEquals(List.of("(1 + 2) * 3", "max(1, 2)[0]"), FunctionCall.parseArguments("(1 + 2) * 3,max(1, 2)[0]"));
        assertEquals(
                List.of("echo(\")\", 'it\\'s')"),
                FunctionCall.parse("call@3(echo(\")\", 'it\\'s'))").arguments());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"6 / 3", "(1+2)*3", "((1 + 2) * (3 - 4)) / -5", "-(2)", ".5", "5. + 1e5", "2 ** 3", "3 % 2"})
    void shouldTakeAnExpressionForOneText(String expression) throws CallSyntaxException {
        FunctionCall call = FunctionCall.parse("calculate( " + expression + " )");
        assertEquals(expression, call.argumentText());
        assertEquals(List.of(expression), call.arguments());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "007", "-01", "+1", ".5", "5.", "1e", "1e+", "-", "--1", "1 2", "1_000", "0x10", "\u0661", "1.2.3"
            })
    void shouldTakeWhatOnlyResemblesANumberForText(String text) throws CallSyntaxException {
        assertEquals(List.of(text), FunctionCall.parseArguments(text));
    }

    @Test
    void shouldGiveUnmodifiableLists() throws CallSyntaxException {
        List<Object> values = FunctionCall.parseArguments("1, [2]");
        assertThrows(UnsupportedOperationException.class, () -> values.remove(0));
        assertThrows(UnsupportedOperationException.class, () -> ((List<?>) values.get(1)).remove(0));
        assertThrows(
                UnsupportedOperationException.class,
                () -> FunctionCall.parseArguments("").add(1));
    }

    @Test
    void shouldPrintJavaValuesAsTheGrammarWritesThem() {
        assertEquals("null", FunctionCall.print(null));
        assertEquals("\"null\"", FunctionCall.print("null"));
        assertEquals("\"\\u0000\\u007f\\ud800\u00e9\"", FunctionCall.print("\0\u007f\ud800\u00e9"));
        assertEquals(
                "[1, 2.5, true, \"NaN\", \"a\"]", FunctionCall.print(new Object[] {1, 2.5, true, Double.NaN, 'a'}));
        assertEquals("100.0", FunctionCall.print(new BigDecimal("1E+2")));
        assertEquals(
                "add(1, \"a b\")",
                FunctionCall.of("add", Arrays.asList(1L, "a b")).toString());
    }

    @Test
    void shouldReadTheEscapesOfJsonAndPrintThoseThatAreNeeded() throws CallSyntaxException {
        List<Object> values = FunctionCall.parseArguments("\"\\b\\f\\/\\n\\r\\t\\\"\\\\\\u00e9\", '\\b\\f\\/'");
        assertEquals(List.of("\b\f/\n\r\t\"\\\u00e9", "\b\f/"), values);
        String printed = FunctionCall.of("echo", values).argumentText();
        assertEquals("\"\\b\\f/\\n\\r\\t\\\"\\\\\u00e9\", \"\\b\\f/\"", printed);
        assertEquals(values, FunctionCall.parseArguments(printed));
    }

    @Test
    void shouldReadBackWhateverItPrints() throws CallSyntaxException {
        Random random = new Random(20261122);
        for (int i = 0; i < 5_000; i++) {
            List<Object> values = randomList(random, 0);
            FunctionCall call = FunctionCall.of("f" + i % 10, values);
            assertEquals(values, call.arguments(), call::toString);
            assertEquals(call, FunctionCall.parse(call.toString()));
            assertEquals(values, FunctionCall.parseArguments(call.argumentText()));
        }
    }

    @Test
    void shouldEitherRefuseOrReadBackAnyText() {
        Random random = new Random(42);
        String letters = "()[],'\"\\ abf10-.eE\nu\uD83D";
        int calls = 0;
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "f(" : "");
            for (int n = random.nextInt(12); n > 0; n--) {
                text.append(letters.charAt(random.nextInt(letters.length())));
            }
            text.append(text.indexOf("f(") == 0 ? ")" : "");
            try {
                FunctionCall call = FunctionCall.parse(text.toString());
                calls++;
                assertEquals(call, FunctionCall.parse(call.toString()));
                assertEquals(
                        call.arguments(),
                        FunctionCall.of(call.name(), call.arguments()).arguments());
            } catch (CallSyntaxException e) {
                assertTrue(e.column() >= 1 && e.column() <= text.length() + 1, text::toString);
            }
        }
        assertTrue(calls > 2_500, "calls among the random texts: " + calls);
    }

    @Test
    void shouldReadTheShippedCatalog() throws Exception {
        List<String> calls = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("..", "functions.txt"))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                calls.add(FunctionCall.parse(line).toString());
            }
        }
        assertEquals(
                List.of(
                        "hello_world",
                        "fibonacci(10)",
                        "add(1,2)",
                        "divide(15,5)",
                        "pow_2(7)",
                        "subtract(10,6)",
                        "pow_2(7,9)"),
                calls);
    }

    private static List<Object> randomList(Random random, int depth) {
        List<Object> values = new ArrayList<>();
        for (int n = random.nextInt(5); n > 0; n--) {
            values.add(randomValue(random, depth));
        }
        return Collections.unmodifiableList(values);
    }

    private static Object randomValue(Random random, int depth) {
        return switch (random.nextInt(depth < 4 ? 6 : 5)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> new BigInteger(random.nextInt(200), random).multiply(BigInteger.valueOf(random.nextInt(3) - 1));
            case 3 -> new BigDecimal(new BigInteger(random.nextInt(100), random), 1 + random.nextInt(40)).negate();
            case 4 -> randomText(random);
            default -> randomList(random, depth + 1);
        };
    }

    private static String randomText(Random random) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(8); n > 0; n--) {
            switch (random.nextInt(3)) {
                case 0 -> text.append((char) random.nextInt(128));
                case 1 -> text.append((char) random.nextInt(65536));
                default -> text.appendCodePoint(random.nextInt(Character.MAX_CODE_POINT + 1));
            }
        }
        return text.toString();
    }
}
