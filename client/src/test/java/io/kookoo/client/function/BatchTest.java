package io.kookoo.client.function;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.HostName;
import io.kookoo.protocol.Data;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link FunctionExecutor#executeBatch}: lines in, as many lines out. */
class BatchTest {
    private final Lines lines = new Lines();
    private final FunctionExecutor executor = new FunctionExecutor(libraries(), Path.of("no such folder"));
    private final RecordedJob job = new RecordedJob();
    private int done;

    private List<FunctionLibrary> libraries() {
        List<FunctionLibrary> libraries = new ArrayList<>(FunctionExecutor.builtIns());
        libraries.add(lines);
        return libraries;
    }

    private String batch(String function, String workload) throws FunctionFailedException {
        return new String(executor.executeBatch(function, Data.of(workload), job, () -> done++), UTF_8);
    }

    /** Interrupts are this thread's: none may be left for the next test. */
    @AfterEach
    void shouldLeaveNoInterruptBehind() {
        assertFalse(Thread.interrupted());
    }

    /** What a line may do. */
    public static class Lines implements FunctionLibrary {
        private RecordedJob toCancel;

        public String recurse(int depth) {
            return depth == 0 ? "" : recurse(depth - 1) + ".";
        }

        public String allocate(int arrays) {
            List<long[]> hoard = new ArrayList<>();
            for (int i = 0; i < arrays; i++) {
                hoard.add(new long[Integer.MAX_VALUE - 8]);
            }
            return "enough";
        }

        public String interrupted(boolean now) throws InterruptedException {
            if (now) {
                throw new InterruptedException();
            }
            return Boolean.toString(Thread.currentThread().isInterrupted());
        }

        public String cancelIf(boolean now) {
            if (now) {
                toCancel.cancel();
                Thread.currentThread().interrupt();
            }
            return "";
        }

        public String unique(String text, JobContext job) {
            return text + " " + job.unique();
        }

        public void die() {
            throw new InternalError("the virtual machine is ill");
        }
    }

    @Test
    void shouldFailAsAWholeWhereTheFunctionIsUnknown() {
        FunctionFailedException e = assertThrows(FunctionFailedException.class, () -> batch("no_such", "1\n2\n"));
        assertEquals(
                "no such function: no_such, at the worker "
                        + HostName.withPid(ProcessHandle.current().pid())
                        + "; `client.jar functions` lists those it has",
                e.getMessage());
        assertEquals(0, done);
    }

    @Test
    void shouldFailLinesAndNoOthers() throws FunctionFailedException {
        assertEquals("""
                3
                \\!add: argument 2 is "x", expected BigDecimal or BigInteger
                \\!add takes 2 arguments, got 0
                \\!add: arguments not understood at column 3: an argument is missing before the end (an empty text is "")
                7
                """, batch("add", "1,2\n1,x\n\n1,\n3,4"));
        assertEquals(5, done);
    }

    @Test
    void shouldAnswerEachLineWithTheValueOfItsExpression() throws FunctionFailedException {
        assertEquals(
                """
                16.333333333333332

                \\!calculate: column 1: expected a number, a sign or '(', found "import"
                \\!calculate: column 5: expected a number, a sign or '(', found "\\\\u0000"
                \\!calculate: column 3: expected an operator or the end, found "\\\\\\\\"
                2.0
                \\!calculate: column 100001: an expression of 1000000 bytes; at most 100000
                \\!calculate: column 258: parentheses nested deeper than 256

                -1
                """,
                batch(
                        "calculate",
                        "49 / 3\n\nimport sys;sys.exit()\n1 + \0\n1 \\ 2\n6 / 3\r\n" + "9".repeat(1_000_000) + "\n-"
                                + "(".repeat(10_000) + "\n \t\r\n- 1"));
        assertEquals(10, done);
    }

    @ParameterizedTest
    @ValueSource(strings = {"calculate", "echo", "call"})
    void shouldHaveNoLinesForNoBytesAndOneForALineFeed(String function) throws FunctionFailedException {
        assertEquals("", batch(function, ""));
        assertEquals(0, done);
        assertEquals(
                function.equals("call") ? "\\!call not understood at column 1: expected a function's name\n" : "\n",
                batch(function, "\n"));
        assertEquals(1, done);
    }

    @Test
    void shouldEscapeResultsAndReasons() throws FunctionFailedException {
        assertEquals(
                "a\\nb\\r\\\\ ü\n\\\\!no failure\n\\!echo: argument 1 is [\"\\\\\\\\\\\\n\"], expected String\n",
                batch("echo", "\"a\\nb\\r\\\\ ü\"\n\"\\\\!no failure\"\n[\"\\\\\\n\"]\n"));
    }

    @Test
    void shouldReadLinesThatAreNotUtf8() throws FunctionFailedException {
        byte[] workload = "ü\nü".getBytes(ISO_8859_1);
        byte[] results = executor.executeBatch("echo", new Data(workload, 0, workload.length), job, () -> done++);
        assertEquals("ü\nü\n", new String(results, UTF_8));
    }

    @Test
    void shouldReadItsPartOfTheArrayAlone() throws FunctionFailedException {
        byte[] workload = "9\n1+1\n2+2\n9".getBytes(UTF_8);
        assertEquals(
                "2\n4\n",
                new String(executor.executeBatch("calculate", new Data(workload, 2, 9), job, () -> done++), UTF_8));
    }

    @Test
    void shouldTakeALineForAWholeCall() throws FunctionFailedException {
        assertEquals(
                """
                3
                2.0
                9
                2.0
                \\!no such function: no_such, at the worker WORKER; `client.jar functions` lists those it has
                \\!no such function: add[], at the worker WORKER; `client.jar functions` lists those it has
                \\!call not understood at column 1: a function's name begins with a letter or '_', found "1"
                \\!call not understood at column 8: ')' is missing
                \\!pow_2 takes 1 argument, got 2
                \\!calculate: column 3: division by zero
                Hello World
                """.replace("WORKER", HostName.withPid(ProcessHandle.current().pid())),
                batch(
                        "call",
                        "add(1,2)\ncalculate(6 / 3)\ncalculate((1+2)*3)\ncalculate( (6) / (3) )\r\nno_such(1)\nadd[](1,2)\n1,2\n"
                                + "add(1,2\npow_2(7,9)\ncalculate(1 / 0)\nhello_world"));
        assertEquals(11, done);
    }

    /** The way past the text of a line may not lead anywhere else. */
    @Test
    void shouldGiveEachExpressionTheResultOfACall() throws Exception {
        List<String> expressions = new ArrayList<>(List.of("ü", "1 + \uD83D\uDE00", "\"\\\"", "\\"));
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                getClass().getResourceAsStream("/io/kookoo/client/calculator/expressions.txt"), UTF_8))) {
            reader.lines().map(line -> line.substring(0, line.indexOf('\t'))).forEach(expressions::add);
        }
        List<String> one = new ArrayList<>();
        LineFunction calls = LineFunction.of(expression -> executor.execute("calculate", expression));
        for (String expression : expressions) {
            one.add(new String(new BatchRun("calculate", calls, job, () -> {}).run(Data.of(expression + "\n")), UTF_8));
        }
        assertEquals(String.join("", one), batch("calculate", String.join("\n", expressions)));
        assertEquals(expressions.size(), done);
    }

    @Test
    void shouldLetAnErrorCostItsLineAlone() throws FunctionFailedException {
        assertEquals(
                "..\n\\!recurse failed: its calls are nested too deep (StackOverflowError)\n.\n",
                batch("recurse", "2\n100000000\n1"));
        String[] results = batch("allocate", "0\n1000000\n0\n").split("\n");
        assertEquals("enough", results[0]);
        assertTrue(results[1].startsWith("\\!allocate failed: out of memory (OutOfMemoryError: "), results[1]);
        assertEquals("enough", results[2]);
    }

    @Test
    void shouldGiveEachLineTheContextOfTheJob() throws FunctionFailedException {
        assertEquals("a u\nb u\n", batch("unique", "a\nb\n"));
        assertEquals("a u\n", batch("call", "unique(a)\n"));
    }

    @Test
    void shouldTakeBackWhatALineHasWrittenBeforeItFailed() throws FunctionFailedException {
        LineFunction halfway = (bytes, from, to, results) -> {
            results.write(bytes, from, to - from);
            if (to - from > 1) {
                throw new OutOfMemoryError("no room for the rest");
            }
            results.write('\n');
        };
        byte[] results = new BatchRun("f", halfway, job, () -> done++).run(Data.of("a\nbc\nd"));
        assertEquals(
                "a\n\\!f failed: out of memory (OutOfMemoryError: no room for the rest)\nd\n",
                new String(results, UTF_8));
        assertEquals(3, done);
    }

    @Test
    void shouldThrowOnWhatTheVirtualMachineCannotGoOnAfter() {
        assertThrows(InternalError.class, () -> batch("die", "\n\n"));
    }

    @Test
    void shouldEndAnInterruptWithItsLine() throws FunctionFailedException {
        assertEquals("false\n\\!interrupted was interrupted\nfalse\n", batch("interrupted", "false\ntrue\nfalse\n"));
        assertEquals(3, done);
    }

    @Test
    void shouldStopOnceItsJobIsCancelled() {
        lines.toCancel = job;
        FunctionFailedException e =
                assertThrows(FunctionFailedException.class, () -> batch("cancelIf", "false\nfalse\ntrue\nfalse\n"));
        assertEquals("cancelIf was interrupted", e.getMessage());
        assertEquals(2, done);
        assertTrue(Thread.interrupted(), "the interrupt status is left to the thread's owner");
    }

    @Test
    void shouldRunBatchesInManyThreadsAtOnce() throws Exception {
        StringBuilder workload = new StringBuilder();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            workload.append("(").append(i).append(" + 0.5) * 2\n");
            expected.append(2 * i + 1).append(".0\n");
        }
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            Callable<String> batch = () ->
                    new String(executor.executeBatch("calculate", Data.of(workload.toString()), job, () -> {}), UTF_8);
            for (Future<String> result : threads.invokeAll(Collections.nCopies(20, batch), 60, TimeUnit.SECONDS)) {
                assertEquals(expected.toString(), result.get());
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
