package io.kookoo.client.function;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessesTest {
    private final FunctionExecutor executor = new FunctionExecutor(FunctionExecutor.builtIns(), Path.of("absent"));
    private final RecordedJob job = new RecordedJob();

    private String monitor(Object pid, Object seconds) throws FunctionFailedException {
        return executor.execute("monitor", pid + "," + seconds, job);
    }

    /** A process that does nothing for a minute. */
    private static Process idle() throws Exception {
        return new ProcessBuilder("sleep", "60").start();
    }

    @Test
    void shouldTellWhatAProcessTakesEachSecondAndInTheEnd() throws Exception {
        long pid = ProcessHandle.current().pid();
        String result = monitor(pid, 2);
        assertEquals(List.of("progress 1/2", "progress 2/2"), job.said("progress"));
        assertEquals(2, job.said("data").size());
        for (String line : job.said("data")) {
            assertTrue(
                    line.matches(
                            "data cpu \\d+\\.\\d %, memory \\d+\\.\\d [KMG]iB \\(\\d+ bytes\\), running \\d+:\\d\\d:\\d\\d\n"),
                    line);
        }
        assertTrue(result.startsWith("process " + pid + " ("), result);
        assertTrue(
                result.matches(
                        ".*: watched for 2 s, cpu \\d+\\.\\d % on average and \\d+\\.\\d % at most, memory .* at most, running .*"),
                result);
    }

    @Test
    void shouldEndWithTheProcess() throws Exception {
        Process process = idle();
        job.onProgress(() -> {
            process.destroyForcibly();
            try {
                assertTrue(process.waitFor(10, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        String result = monitor(process.pid(), 3600);
        assertTrue(result.contains("ended after 1 s, cpu 0.0 % on average"), result);
    }

    @Test
    void shouldRefuseAProcessThatIsNotThere() throws Exception {
        Process process = idle();
        process.destroyForcibly().waitFor();
        String message = assertThrows(FunctionFailedException.class, () -> monitor(process.pid(), 1))
                .getMessage();
        assertTrue(message.contains("no process " + process.pid() + " on "), message);
        assertThrows(FunctionFailedException.class, () -> monitor(-1, 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "86401"})
    void shouldRefuseSecondsOutOfBounds(String seconds) {
        String message = assertThrows(
                        FunctionFailedException.class,
                        () -> monitor(ProcessHandle.current().pid(), seconds))
                .getMessage();
        assertTrue(message.contains("seconds must be from 1 to 86400, not " + seconds), message);
    }

    @Test
    void shouldStopWhenItIsInterrupted() {
        Thread self = Thread.currentThread();
        job.onProgress(self::interrupt);
        FunctionFailedException failure = assertThrows(
                FunctionFailedException.class,
                () -> monitor(ProcessHandle.current().pid(), 3600));
        assertTrue(Thread.interrupted());
        assertEquals("monitor was interrupted", failure.getMessage());
    }
}
