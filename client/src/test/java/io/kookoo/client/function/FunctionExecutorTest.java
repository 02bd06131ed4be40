package io.kookoo.client.function;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.HostName;
import io.kookoo.call.FunctionCall;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FunctionExecutorTest {
    @TempDir
    Path home;

    private FunctionExecutor executor(FunctionLibrary... libraries) {
        return new FunctionExecutor(List.of(libraries), home.resolve("functions"));
    }

    private FunctionExecutor builtIn() {
        return executor(FunctionExecutor.builtIns().toArray(FunctionLibrary[]::new));
    }

    private static FunctionFailedException failure(FunctionExecutor executor, String name, String arguments) {
        return assertThrows(FunctionFailedException.class, () -> executor.execute(name, arguments));
    }

    /** Everything that can go wrong in a function. */
    public static class Failing implements FunctionLibrary {
        public void illegal() {
            throw new IllegalArgumentException("the moon is full");
        }

        public void silent() throws IOException {
            throw new IOException();
        }

        public void anonymous() {
            throw new RuntimeException("hidden") {
                @Override
                public String getMessage() {
                    throw new IllegalStateException("not even a message");
                }
            };
        }

        public int recurse(int n) {
            return recurse(n + 1) + 1;
        }

        public int allocate() {
            List<long[]> hoard = new ArrayList<>();
            while (true) {
                hoard.add(new long[Integer.MAX_VALUE - 8]);
            }
        }

        public void internal() {
            throw new InternalError("the virtual machine is ill");
        }

        public void missing() {
            throw new NoClassDefFoundError("com/acme/Gone");
        }

        public Object unprintable() {
            return new Object() {
                @Override
                public String toString() {
                    throw new IllegalStateException("no text");
                }
            };
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "pow_2     | 7,9       | pow_2 takes 1 argument, got 2",
                "pow_2     | ``        | pow_2 takes 1 argument, got 0",
                "add       | 1         | add takes 2 arguments, got 1",
                "hello_world | 1       | hello_world takes no arguments, got 1",
                "add       | 1,x       | add: argument 2 is \"x\", expected BigDecimal or BigInteger",
                "add       | null,[1]  | add: argument 2 is [1], expected BigDecimal or BigInteger",
                "echo      | a,[1]     | echo: argument 2 is [1], expected String",
                "add       | 1,        | add: arguments not understood at column 3: an argument is missing before the end (an empty text is \"\")",
                "divide    | 1,0       | divide failed: division by zero (ArithmeticException)",
                "divide    | 1.5,0.0   | divide failed: division by zero (ArithmeticException)",
                "fibonacci | -1        | fibonacci failed: n must be from 0 to 1000000, not -1 (IllegalArgumentException)",
                "fibonacci | 1000001   | fibonacci failed: n must be from 0 to 1000000, not 1000001 (IllegalArgumentException)",
                "fibonacci | 1.5       | fibonacci: argument 1 is 1.5, expected BigInteger",
                "sleep     | -0.1      | sleep failed: seconds must be from 0 to 86400, not -0.1 (IllegalArgumentException)",
                "sleep     | 1e9       | sleep failed: seconds must be from 0 to 86400, not 1000000000.0 (IllegalArgumentException)",
                "sha256    | /         | sha256 failed: / is not a regular file (IOException)",
                "calculate | 1 / 0     | calculate: column 3: division by zero",
                "calculate | 1, 2      | calculate: column 2: expected an operator or the end, found \",\"",
                "calculate | \"1 + 2\" | calculate: column 1: expected a number, a sign or '(', found \"\\\"\"",
            })
    void shouldTellAPersonWhyACallFailed(String name, String arguments, String message) {
        assertEquals(message, failure(builtIn(), name, arguments).getMessage());
    }

    @Test
    void shouldNameTheFunctionThatDoesNotExist() {
        assertEquals(
                "no such function: fibonaci, at the worker "
                        + HostName.withPid(ProcessHandle.current().pid())
                        + "; `client.jar functions` lists those it has",
                failure(builtIn(), "fibonaci", "1").getMessage());
        for (String inherited : List.of("getClass", "wait", "notify", "toString", "hashCode", "equals")) {
            assertTrue(failure(builtIn(), inherited, "").getMessage().startsWith("no such function: " + inherited));
        }
    }

    @Test
    void shouldNameThePathThatDoesNotExist() {
        for (String function : List.of("sha256", "disk_usage")) {
            String message = failure(builtIn(), function, "/no/such").getMessage();
            assertTrue(message.contains("no such file or folder: /no/such"), message);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "illegal     |   | the moon is full (IllegalArgumentException)                 | IllegalArgumentException",
                "silent      |   | IOException                                                 | IOException",
                "recurse     | 0 | its calls are nested too deep (StackOverflowError)          | StackOverflowError",
                "missing     |   | com/acme/Gone (NoClassDefFoundError)                        | NoClassDefFoundError",
                "unprintable |   | no text (IllegalStateException)                             | IllegalStateException",
            })
    void shouldTurnWhateverAFunctionThrowsIntoAFailure(String name, String arguments, String message, String cause) {
        FunctionExecutor executor = executor(new Failing());
        FunctionFailedException e = failure(executor, name, arguments == null ? "" : arguments);
        assertEquals(name + " failed: " + message, e.getMessage());
        assertEquals(cause, e.getCause().getClass().getSimpleName());
    }

    @Test
    void shouldSurviveOutOfMemory() throws FunctionFailedException {
        FunctionExecutor executor = executor(new Failing(), new Arithmetic());
        FunctionFailedException e = failure(executor, "allocate", "");
        assertTrue(e.getMessage().startsWith("allocate failed: out of memory (OutOfMemoryError: "), e::getMessage);
        assertInstanceOf(OutOfMemoryError.class, e.getCause());
        assertEquals("3", executor.execute("add", "1,2"));
    }

    @Test
    void shouldSurviveAnExceptionWithoutAMessageToGet() {
        assertEquals(
                "anonymous failed: " + Failing.class.getName() + "$1",
                failure(executor(new Failing()), "anonymous", "").getMessage());
    }

    @Test
    void shouldNotHideAnErrorOfTheVirtualMachine() {
        FunctionExecutor executor = executor(new Failing());
        assertThrows(InternalError.class, () -> executor.execute("internal", ""));
    }

    @Test
    void shouldEndSleepWhenItsThreadIsInterrupted() throws Exception {
        FunctionExecutor executor = builtIn();
        CountDownLatch started = new CountDownLatch(1);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        Future<Boolean> interrupted = thread.submit(() -> {
            started.countDown();
            assertEquals(
                    "sleep was interrupted", failure(executor, "sleep", "3600").getMessage());
            return Thread.interrupted();
        });
        started.await();
        thread.shutdownNow();
        assertTrue(interrupted.get(10, TimeUnit.SECONDS), "the interrupt status is left to the thread's owner");
    }

    // What is refused when loaded

    /** Methods that no call can reach. */
    public static class Hidden extends Base implements FunctionLibrary, Comparable<Hidden> {
        public Hidden() {}

        @Override
        public int compareTo(Hidden other) {
            return 0;
        }

        @Override
        public String toString() {
            return "declared, and still no function";
        }

        @Override
        public boolean equals(Object other) {
            return other == this;
        }

        @Override
        public int hashCode() {
            return 0;
        }

        String packagePrivate() {
            return "";
        }

        @Function(name = "forgotten")
        String forgottenPublic() {
            return "";
        }

        protected String guarded() {
            return "";
        }

        public static String fixed() {
            return "static";
        }

        public float ratio(float x) {
            return x;
        }

        public void many(int[] numbers) {}

        public void maps(List<java.util.Map<String, String>> maps) {}

        @Function(name = "bad name")
        public void badName() {}

        public void $dollar() {}
    }

    /** What Hidden inherits. */
    public static class Base {
        public String inherited() {
            return "";
        }
    }

    @Test
    void shouldOfferPublicDeclaredMethodsOnlyAndSayWhatItRefuses() throws FunctionFailedException {
        FunctionExecutor executor = executor(new Hidden());
        assertEquals(List.of("fixed"), executor.names());
        assertEquals("static", executor.execute("fixed", ""));
        String problems = String.join("\n", executor.problems());
        assertEquals(7, executor.problems().size(), problems);
        assertTrue(problems.contains(".forgottenPublic: a function must be public"), problems);
        assertTrue(problems.contains("the client: not offered: " + Hidden.class.getName()
                + ".ratio: parameter 1 is a float; a function can take int,"));
        assertTrue(problems.contains(".many: parameter 1 is a int[]; "), problems);
        assertTrue(problems.contains(".maps: parameter 1 is a java.util.List<java.util.Map<"), problems);
        assertTrue(problems.contains(".badName: no call: bad name()"), problems);
        assertTrue(problems.contains(".$dollar: no call: $dollar()"), problems);
        assertTrue(problems.contains(".compareTo: parameter 1 is a " + Hidden.class.getName()), problems);
    }

    @Test
    void shouldRunNoMethodThatIsNoFunctionWhateverItIsCalled() {
        FunctionExecutor executor = executor(new Hidden());
        for (String method : List.of(
                "inherited",
                "packagePrivate",
                "package_private",
                "forgotten",
                "forgottenPublic",
                "guarded",
                "compareTo",
                "toString",
                "hashCode",
                "equals",
                "getClass",
                "notify",
                "notifyAll",
                "wait",
                "finalize",
                "clone",
                "<init>",
                "Hidden",
                "Hidden.fixed",
                "java.lang.Runtime.exec",
                "ratio")) {
            for (String arguments : List.of("", "1", "\"x\"", "1,2")) {
                assertTrue(
                        failure(executor, method, arguments)
                                .getMessage()
                                .startsWith("no such function: " + method + ","),
                        method);
            }
        }
    }

    // Which are allowed

    private FunctionExecutor allowing(String... names) {
        return new FunctionExecutor(FunctionExecutor.builtIns(), home.resolve("functions"), home, List.of(names));
    }

    @Test
    void shouldRunTheFunctionsThatAreAllowedAndNoOthers() throws FunctionFailedException {
        FunctionExecutor executor = allowing("ADD", "helloWorld");
        assertEquals(List.of("add", "hello_world"), executor.names());
        assertEquals("3", executor.execute("add", "1,2"));
        assertEquals("3", executor.executeCall("add(1,2)", null));
        for (String other : List.of("sub", "calculate", "disk_usage", "write_file")) {
            assertTrue(failure(executor, other, "1,2").getMessage().startsWith("no such function: " + other + ","));
            assertThrows(FunctionFailedException.class, () -> executor.executeCall(other + "(1,2)", null));
            assertThrows(
                    FunctionFailedException.class,
                    () -> executor.executeBatch(other, io.kookoo.protocol.Data.of("1,2\n"), null, () -> {}));
        }
        assertTrue(executor.functions().stream()
                .allMatch(function -> List.of("add", "hello_world").contains(function.name())));
    }

    @Test
    void shouldSayWhichOfTheAllowedFunctionsThereAreNot() {
        FunctionExecutor executor = allowing("add", "ad");
        assertEquals(List.of(), executor.problems(), "the folder may still have it");
        executor.refresh();
        assertEquals(
                List.of("[Client] functions has ad, and there is no such function; take it out, or add one"),
                executor.problems());
        assertEquals(List.of("add"), executor.names());
    }

    /** Two methods that no call can tell apart, and two names that differ only in case. */
    public static class Colliding implements FunctionLibrary {
        public int twice(int n) {
            return n * 2;
        }

        @Function(name = "twice")
        public Integer twiceBoxed(Integer n) {
            return n * 2;
        }

        public void openDoor() {}

        public void open_door() {}

        public String other() {
            return "goes on";
        }
    }

    @Test
    void shouldRefuseBothOfTwoFunctionsThatCannotBeToldApart() throws FunctionFailedException {
        FunctionExecutor executor = executor(new Colliding());
        assertEquals(List.of("other"), executor.names());
        assertEquals("goes on", executor.execute("OTHER", ""));
        String problems = String.join("\n", executor.problems());
        assertEquals(3, executor.problems().size(), problems);
        assertTrue(problems.contains("both take [int]; rename one"), problems);
        assertTrue(problems.contains("twice and Colliding.twiceBoxed")
                || problems.contains("twiceBoxed and Colliding.twice"));
        String name = " of " + Colliding.class.getName() + " in the client";
        assertTrue(problems.contains("openDoor" + name + " has the name of open_door" + name), problems);
        assertTrue(problems.contains("open_door" + name + " has the name of openDoor" + name), problems);
    }

    /** One that gets its arguments as they are written, and some that are refused. */
    public static class Raw implements FunctionLibrary {
        @Function(raw = true)
        public String raw(String text) {
            return "<" + text + ">";
        }

        @Function(name = "raw_job", raw = true)
        public String rawJob(JobContext job, String text) {
            return job.attempt() + "<" + text + ">";
        }

        @Function(raw = true)
        public void number(int number) {}

        @Function(raw = true)
        public void two(String a, String b) {}

        @Function(raw = true)
        public void none() {}

        @Function(raw = true)
        public void many(String... all) {}

        @Function(raw = true)
        public void overloaded(String text) {}

        public void overloaded(int number) {}
    }

    @Test
    void shouldGiveARawFunctionItsArgumentsAsTheyAreWritten() throws Exception {
        FunctionExecutor executor = executor(new Raw());
        for (String text : List.of("", " 1,  \"a\" ", "[2 (x ' \\", "null", "1e9999", "a\r\nb\n")) {
            assertEquals("<" + text + ">", executor.execute("RAW", text));
        }
        FunctionCall call = FunctionCall.parse("raw( (1, \"a)\" ) , [2] )");
        assertEquals("<(1, \"a)\" ) , [2]>", executor.execute(call.name(), call.argumentText()));
        assertEquals("4<1, >", executor.execute("raw_job", "1, ", new RecordedJob()));
        assertEquals("raw(String text)", executor.functions().get(0).signature());
    }

    @Test
    void shouldRefuseARawFunctionThatTakesAnythingButOneString() {
        FunctionExecutor executor = executor(new Raw());
        assertEquals(List.of("raw", "raw_job"), executor.names());
        String problems = String.join("\n", executor.problems());
        assertEquals(5, executor.problems().size(), problems);
        for (String method : List.of("number", "two", "none", "many")) {
            assertTrue(
                    problems.contains(
                            "." + method
                                    + ": a raw function takes one String, the text of its arguments, and beside it at most a JobContext"),
                    problems);
        }
        assertTrue(
                problems.contains(
                        "overloaded of " + Raw.class.getName() + ": a raw function has no overloads; rename one"),
                problems);
    }

    // Names, overloads, types

    @ParameterizedTest
    @ValueSource(strings = {"pow_2", "pow2", "POW_2", "Pow2", "_p_o_w_2_"})
    void shouldFindNamesWithoutRegardToCaseAndUnderscores(String name) throws FunctionFailedException {
        assertEquals("49", builtIn().execute(name, "7"));
    }

    /** Says which overload was taken. */
    public static class Overloads implements FunctionLibrary {
        public String f() {
            return "none";
        }

        public String f(int a) {
            return "int " + a;
        }

        public String f(long a) {
            return "long " + a;
        }

        public String f(BigInteger a) {
            return "BigInteger " + a;
        }

        public String f(double a) {
            return "double " + a;
        }

        public String f(boolean a) {
            return "boolean " + a;
        }

        public String f(String a) {
            return "String " + a;
        }

        public String f(List<?> a) {
            return "List " + a;
        }

        public String f(int a, String... rest) {
            return "varargs " + a + List.of(rest);
        }

        public String g(int a, BigDecimal b) {
            return "int BigDecimal";
        }

        public String g(BigInteger a, int b) {
            return "BigInteger int";
        }

        public String h(Integer a, Long b, Double c, Boolean d, String e, BigDecimal f) {
            return a + " " + b + " " + c + " " + d + " " + e + " " + f;
        }

        public String p(int a, long b, double c, boolean d) {
            return a + " " + b + " " + c + " " + d;
        }

        public String doubles(double... all) {
            return Arrays.toString(all);
        }

        public String lists(List<Integer> ints, List<? extends List<String>> texts) {
            int sum = 0;
            for (int i : ints) {
                sum += i;
            }
            return sum + " " + texts;
        }

        public <T> String any(List<T> all) {
            return all.toString();
        }

        public String two(int a, int b) {
            return "two";
        }

        public String two(int a, int b, int c, int... more) {
            return "three or more";
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "f | ``              | none",
                "f | 5               | int 5",
                "f | 2147483648      | long 2147483648",
                "f | -9223372036854775809 | BigInteger -9223372036854775809",
                "f | 2.50            | double 2.5",
                "f | 1e400           | String 10000000000",
                "f | true            | boolean true",
                "f | hello world     | String hello world",
                "f | `5`             | String `5`",
                "f | \"5\"           | String 5",
                "f | [1, [a]]        | List [1, [a]]",
                "f | null            | BigInteger null",
                "f | 1, a, 2.50      | varargs 1[a, 2.50]",
                "g | 1, 2            | int BigDecimal",
                "g | 3000000000, 2   | BigInteger int",
                "h | 1,2,3,true,4,5  | 1 2 3.0 true 4 5",
                "h | null,null,null,null,null,null | null null null null null null",
                "p | -1,9999999999,0.5,false | -1 9999999999 0.5 false",
                "doubles | ``        | []",
                "doubles | 1, 2.5, 1e3 | [1.0, 2.5, 1000.0]",
                "lists | [1,2],[[a, 1],[]] | 3 [[a, 1], []]",
                "any | [1, a, null, [true]] | [1, a, null, [true]]",
                "two | 1,2           | two",
                "two | 1,2,3         | three or more",
            })
    void shouldChooseTheOverloadByNumberThenByFit(String name, String arguments, String expected)
            throws FunctionFailedException {
        String text = arguments.equals("``") ? "" : arguments;
        assertTrue(
                executor(new Overloads()).execute(name, text).startsWith(expected), () -> name + "(" + arguments + ")");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "p | 3000000000,1,1,true  | p: argument 1: 3000000000 does not fit in int",
                "p | 1,9223372036854775808,1,true | p: argument 2: 9223372036854775808 does not fit in long",
                "p | 1,2,-1e400,true      | p: argument 3: -10000000000000000000000000000000000000000000000000000000... does not fit in double",
                "p | 1,2,3,null           | p: argument 4 is null, expected boolean",
                "p | 1.0,2,3,true         | p: argument 1 is 1.0, expected int",
                "p | \"1\",2,3,true       | p: argument 1 is \"1\", expected int",
                "doubles | 1,x            | doubles: argument 2 is \"x\", expected double",
                "g | 3000000000, 2.5      | g does not take [3000000000, 2.5]; it is g(BigInteger a, int b) or g(int a, BigDecimal b)",
                "g | 1                    | g takes 2 arguments, got 1",
                "lists | [1],[a]          | lists: argument 2 is [\"a\"], expected List<List<String>>",
                "two | 1                  | two takes 2 or at least 3 arguments, got 1",
                "f | [1],[2]              | f: argument 1 is [1], expected int",
            })
    void shouldSayWhichArgumentDoesNotFit(String name, String arguments, String message) {
        FunctionFailedException e = failure(executor(new Overloads()), name, arguments);
        assertEquals(message, e.getMessage());
    }

    /** One function for each kind of result. */
    public static class Results implements FunctionLibrary {
        public void nothing() {}

        public String none() {
            return null;
        }

        public BigDecimal decimal() {
            return new BigDecimal("1E+3");
        }

        public double real() {
            return 1e10 / 3;
        }

        public List<Object> list() {
            return Arrays.asList(1, "a \"b\"", null, 2.5, List.of(true));
        }

        public String[] array() {
            return new String[] {"a", "b"};
        }

        public long number() {
            return Long.MIN_VALUE;
        }

        public ClassLoader context() {
            return Thread.currentThread().getContextClassLoader();
        }
    }

    @Test
    void shouldReturnTheTextOfAnyResult() throws FunctionFailedException {
        FunctionExecutor executor = executor(new Results());
        assertEquals("", executor.execute("nothing", ""));
        assertEquals("", executor.execute("none", " "));
        assertEquals("1000", executor.execute("decimal", ""));
        assertEquals(Double.toString(1e10 / 3), executor.execute("real", ""));
        assertEquals("[1, \"a \\\"b\\\"\", null, 2.5, [true]]", executor.execute("list", ""));
        assertEquals("[\"a\", \"b\"]", executor.execute("array", ""));
        assertEquals("-9223372036854775808", executor.execute("number", ""));
    }

    @Test
    void shouldGiveFunctionsTheClassLoaderOfTheirLibraryAndTakeItBack() throws FunctionFailedException {
        ClassLoader mine = new ClassLoader(null) {};
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(mine);
        try {
            assertEquals(
                    Results.class.getClassLoader().toString(),
                    executor(new Results()).execute("context", ""));
            assertSame(mine, thread.getContextClassLoader());
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void shouldDescribeItsFunctions() {
        FunctionExecutor executor = builtIn();
        assertEquals(
                List.of(
                        "add",
                        "calculate",
                        "disk_usage",
                        "divide",
                        "echo",
                        "fibonacci",
                        "hello_world",
                        "hostname",
                        "load_average",
                        "monitor",
                        "multiply",
                        "pow_2",
                        "sha256",
                        "sleep",
                        "subtract",
                        "write_file"),
                executor.names());
        assertEquals(List.of(), executor.problems());
        List<FunctionDescription> functions = executor.functions();
        assertEquals(
                List.of("pow_2(BigDecimal number)", "pow_2(BigInteger number)"),
                functions.stream()
                        .filter(f -> f.name().equals("pow_2"))
                        .map(FunctionDescription::signature)
                        .toList());
        assertTrue(functions.contains(new FunctionDescription(
                "echo", "echo(String... texts)", "returns its arguments, with a blank between them")));
        functions.forEach(
                f -> assertTrue(!f.description().isBlank() && !f.description().contains("\n"), f::toString));
    }

    // The built-in functions of the machine; arithmetic has a test of its own

    @Test
    void shouldRunTheFunctionsOfTextAndMachine() throws Exception {
        FunctionExecutor executor = builtIn();
        assertEquals("Hello World", executor.execute("hello_world", ""));
        assertEquals("", executor.execute("echo", ""));
        assertEquals("it's fine", executor.execute("echo", "\"it's fine\"\n"));
        assertEquals("a 1.50 true null", executor.execute("echo", "a,1.50,true,null"));
        assertEquals("2.0", executor.execute("calculate", "6 / 3\n"));
        assertEquals("9", executor.execute("calculate", "(1+2)*3"));
        assertEquals("", executor.execute("calculate", " "));
        assertEquals("", executor.execute("sleep", "0.001"));
        assertTrue(executor.execute("load_average", "").matches("\\d+\\.\\d\\d"));
        assertTrue(!executor.execute("hostname", "").isBlank());
        String usage = executor.execute("disk_usage", "/");
        assertTrue(usage.matches("/: total .* bytes\\), used .* bytes\\), free .* bytes\\)"), usage);
    }

    @Test
    void shouldHashAFileLargerThanItsBuffer() throws Exception {
        Path file = home.resolve("a file, \"quoted\"");
        Files.write(file, new byte[1_000_000]);
        assertEquals(
                "d29751f2649b32ff572b5e0a9f541ea660a50f94ff0beedfb0b692b924cc8025",
                builtIn().execute("sha256", FunctionCall.print(file)));
        Files.write(file, new byte[0]);
        assertEquals(
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                builtIn().execute("sha256", FunctionCall.print(file)));
    }
}
