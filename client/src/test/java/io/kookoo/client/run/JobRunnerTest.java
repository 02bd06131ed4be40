package io.kookoo.client.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.LogLines;
import io.kookoo.client.net.ServerAddress;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.UniqueId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JobRunnerTest {
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
    private final SlotThreads threads = new SlotThreads("slot-", 1);
    private final GatedFunctions functions = new GatedFunctions();
    private final LogLines log = new LogLines();

    @AfterEach
    void end() {
        threads.stop();
        watch.shutdownNow();
        log.close();
    }

    private JobRunner runner(TimeLimit limit) {
        return new JobRunner(functions, new JobLog(200, System::nanoTime), 1000, limit, threads, watch, watch);
    }

    private static Run prepare(JobRunner runner, String function, String workload) {
        return runner.prepare(
                new AssignedJob(
                        JobHandle.of("H:1"),
                        FunctionName.of(function),
                        UniqueId.NONE,
                        Data.of(workload),
                        1,
                        new ServerAddress("box", 5555)),
                packets -> {});
    }

    @Test
    void shouldNotBeginAJobThatIsCancelledBefore() throws InterruptedException {
        JobRunner runner = runner(TimeLimit.NONE);
        Run run = prepare(runner, "hello_world", "");
        run.cancel();
        Outcome outcome = runner.run(run);
        assertTrue(outcome.failed());
        assertEquals("cancelled before it began", outcome.data().text());
        assertEquals(0, log.with("ended").size());
    }

    @Test
    void shouldLeaveNoInterruptToTheNextJob() throws InterruptedException {
        JobRunner runner = runner(TimeLimit.NONE);
        Run run = prepare(runner, "hello_world", "");
        Thread.currentThread().interrupt();
        assertEquals("Hello World", runner.run(run).data().text());
        assertFalse(Thread.interrupted());
        // Too late to interrupt anybody.
        run.cancel();
        assertFalse(Thread.interrupted());
    }

    @Test
    void shouldLookAfterTheTimeOfNoJobThatHasEnded() throws InterruptedException {
        JobRunner runner = runner(new TimeLimit(Duration.ofMillis(30), Optional.empty()));
        for (int i = 0; i < 50; i++) {
            assertEquals(
                    "Hello World",
                    runner.run(prepare(runner, "hello_world", "")).data().text());
        }
        assertTrue(
                runner.run(prepare(runner, "sleep", "10")).data().text().startsWith("sleep took longer than 0.03 s"));
        assertEquals(1, log.with("ERROR").size());
    }
}
