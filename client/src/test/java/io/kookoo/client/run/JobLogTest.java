package io.kookoo.client.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.LogLines;
import io.kookoo.client.net.ServerAddress;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.UniqueId;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JobLogTest {
    private final AtomicLong nanoTime = new AtomicLong(42);
    private final JobLog log = new JobLog(2, nanoTime::get);
    private final LogLines lines = new LogLines();

    @AfterEach
    void close() {
        lines.close();
    }

    private static Outcome outcome(String function, String workload, boolean failed, String text) {
        return outcome("box", function, workload, failed, text);
    }

    private static Outcome outcome(String host, String function, String workload, boolean failed, String text) {
        AssignedJob job = new AssignedJob(
                JobHandle.of("H:1"),
                FunctionName.of(function),
                UniqueId.NONE,
                Data.of(workload),
                1,
                new ServerAddress(host, 5555));
        return new Outcome(job, failed, Data.of(text));
    }

    private void passMillis(long millis) {
        nanoTime.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    @Test
    void shouldLogCallResultAndTime() {
        log.ended(outcome("add", "1,2", false, "3"), 1_234_567);
        log.ended(outcome("hello_world", "", true, "no \"world\""), 0);
        assertEquals(
                List.of(
                        "INFO ended handle=H:1 call=add(1,2) outcome=done result=3 ms=1.23 server=box:5555",
                        "WARN ended handle=H:1 call=hello_world outcome=failed error=\"no \\\"world\\\"\" ms=0.0 server=box:5555"),
                lines.with("ended"));
    }

    @Test
    void shouldLogTheFirstTwoHundredCharacters() {
        log.ended(outcome("echo", "x".repeat(10_000), false, "y".repeat(10_000)), 0);
        String line = lines.with("ended").get(0);
        assertTrue(line.contains("call=echo(" + "x".repeat(200) + "... "), line);
        assertTrue(line.contains("result=" + "y".repeat(200) + " ms"), line);
    }

    @Test
    void shouldLogTheFirstLineOfABatchAndHowManyThereAre() {
        log.ended(outcome("add[]", "1,2\n3,4\n5,6", false, "3\n7\n11\n"), 0);
        log.ended(outcome("add[]", "1,2\n", true, "no memory"), 0);
        log.lost(outcome("add[]", "\n\n", false, "\\!a\n\\!b\n"), "gone");
        assertEquals(
                List.of(
                        "INFO ended handle=H:1 call=\"add[](1,2 ... 3 lines)\" outcome=done result=\"3 ... 3 lines\" ms=0.0 server=box:5555",
                        "WARN ended handle=H:1 call=add[](1,2) outcome=failed error=\"no memory\" ms=0.0 server=box:5555"),
                lines.with("ended"));
        assertEquals(
                List.of(
                        "WARN result_lost handle=H:1 call=\"add[]( ... 2 lines)\" result=\"\\\\!a ... 2 lines\" reason=gone server=box:5555"),
                lines.with("lost"));
    }

    @Test
    void shouldLogACancelledJob() {
        log.cancelled(outcome("add", "1,2", false, "3").job(), 1_000_000);
        assertEquals(
                List.of("INFO ended handle=H:1 call=add(1,2) outcome=cancelled ms=1.0 server=box:5555"),
                lines.with("ended"));
    }

    @Test
    void shouldCountWhatIsBeyondTheBoundAndBoundFailuresOnTheirOwn() {
        for (int i = 0; i < 10; i++) {
            log.ended(outcome("add", "1,2", false, "3"), 0);
        }
        for (int i = 0; i < 5; i++) {
            log.ended(outcome("divide", "1,0", true, "zero"), 0);
        }
        log.flush();
        assertEquals(4, lines.with("ended").size());
        assertEquals(0, lines.with("INFO jobs ").size());
        passMillis(1000);
        log.flush();
        assertEquals(
                List.of(
                        "INFO jobs function=add done=8 failed=0 ms=1000 server=box:5555",
                        "INFO jobs function=divide done=0 failed=3 ms=1000 server=box:5555"),
                lines.with("INFO jobs "));
        log.ended(outcome("add", "1,2", false, "3"), 0);
        assertEquals(5, lines.with("ended").size());
    }

    @Test
    void shouldCountTheJobsOfEachServerApartWithinOneBound() {
        for (int i = 0; i < 3; i++) {
            log.ended(outcome("one", "add", "1,2", false, "3"), 0);
            log.ended(outcome("two", "add", "1,2", false, "3"), 0);
        }
        assertEquals(2, lines.with("ended").size());
        passMillis(1000);
        log.flush();
        assertEquals(
                List.of(
                        "INFO jobs function=add done=2 failed=0 ms=1000 server=one:5555",
                        "INFO jobs function=add done=2 failed=0 ms=1000 server=two:5555"),
                lines.with("INFO jobs "));
    }

    @Test
    void shouldNotKeepCountsToItselfAtTheEnd() {
        for (int i = 0; i < 3; i++) {
            log.ended(outcome("add", "1,2", false, "3"), 0);
        }
        passMillis(10);
        log.flushCounts();
        log.flushCounts();
        assertEquals(List.of("INFO jobs function=add done=1 failed=0 ms=10 server=box:5555"), lines.with("INFO jobs "));
    }
}
