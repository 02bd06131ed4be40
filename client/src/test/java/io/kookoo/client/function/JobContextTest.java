package io.kookoo.client.function;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Functions that take a {@link JobContext}. */
class JobContextTest {
    private static FunctionExecutor executor(FunctionLibrary library) {
        return new FunctionExecutor(List.of(library), Path.of("absent"));
    }

    static final class Telling implements FunctionLibrary {
        public String alone(JobContext job) {
            return job.attempt() + job.unique() + job.cancelled();
        }

        public String first(JobContext job, int a, String b) {
            return a + b + job.attempt();
        }

        public String middle(int a, JobContext job, String b) {
            return a + b + job.attempt();
        }

        public String last(int a, String b, JobContext job) {
            return a + b + job.attempt();
        }

        public String rest(JobContext job, String a, int... more) {
            return a + more.length + job.attempt();
        }

        public String only_rest(JobContext job, String... more) {
            return String.join("+", more) + job.attempt();
        }

        public void say(JobContext job) {
            job.progress(1, 2);
            job.data("text");
            job.warning("care");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "alone     | ''       | 4ufalse",
                "first     | 1,x      | 1x4",
                "middle    | 1,x      | 1x4",
                "last      | 1,x      | 1x4",
                "rest      | x        | x04",
                "rest      | x,1,2,3  | x34",
                "only_rest | ''       | 4",
                "only_rest | a,b      | a+b4",
            })
    void shouldGiveItWhereverTheParameterStands(String function, String arguments, String result)
            throws FunctionFailedException {
        assertEquals(result, executor(new Telling()).execute(function, arguments, new RecordedJob()));
    }

    @Test
    void shouldCountArgumentsWithoutIt() {
        FunctionExecutor executor = executor(new Telling());
        assertEquals(
                "middle takes 2 arguments, got 3",
                assertThrows(
                                FunctionFailedException.class,
                                () -> executor.execute("middle", "1,x,y", new RecordedJob()))
                        .getMessage());
        assertEquals(
                "middle: argument 2 is [1], expected String",
                assertThrows(
                                FunctionFailedException.class,
                                () -> executor.execute("middle", "1,[1]", new RecordedJob()))
                        .getMessage());
    }

    @Test
    void shouldNotListIt() {
        List<String> signatures = executor(new Telling()).functions().stream()
                .map(FunctionDescription::signature)
                .toList();
        assertTrue(signatures.stream().noneMatch(signature -> signature.contains("JobContext")), signatures.toString());
        assertTrue(signatures.get(0).startsWith("alone()"), signatures.toString());
    }

    @Test
    void shouldPassOnWhatTheFunctionSays() throws FunctionFailedException {
        RecordedJob job = new RecordedJob();
        assertEquals("", executor(new Telling()).execute("say", "", job));
        assertEquals(List.of("progress 1/2", "data text", "warning care"), job.said(""));
    }

    @Test
    void shouldRunItOutsideOfAnyJob() throws FunctionFailedException {
        assertEquals("1false", executor(new Telling()).execute("alone", ""));
        assertEquals("", executor(new Telling()).execute("say", ""));
    }

    static final class Wrong implements FunctionLibrary {
        public int two(JobContext job, int a, JobContext again) {
            return a;
        }

        public int many(JobContext... jobs) {
            return 1;
        }

        public int alike(int a) {
            return a;
        }

        public int alike(int a, JobContext job) {
            return a;
        }

        public int call() {
            return 1;
        }

        public int right() {
            return 1;
        }
    }

    @Test
    void shouldRefuseWhatCannotBeCalled() {
        FunctionExecutor executor = executor(new Wrong());
        assertEquals(List.of("right"), executor.names());
        String problems = String.join("\n", executor.problems());
        assertTrue(problems.contains("two: parameters 1 and 3 are both a JobContext; one is enough"), problems);
        assertTrue(
                problems.contains("many: parameter 1 is a io.kookoo.client.function.JobContext; a function can take"),
                problems);
        assertTrue(problems.contains("both take [int]; rename one"), problems);
        assertTrue(problems.contains("call: call is the client's own name for whole calls; rename it"), problems);
        assertEquals(4, executor.problems().size(), problems);
    }
}
