package io.kookoo.server.report;

import io.kookoo.server.dispatch.RunTimes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Counts of calls, and how long they took. Guarded by the lock of the {@link Session}. */
class Tally {
    /** What the distribution of times is told by. */
    static final List<Duration> LIMITS = List.of(
            Duration.ofMillis(1),
            Duration.ofMillis(10),
            Duration.ofMillis(100),
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            Duration.ofSeconds(60));

    long calls;
    long failures;
    long bytes;
    final RunTimes times = new RunTimes();

    /** @param nanos negative where it never ran */
    final void ended(boolean failed, long size, long nanos) {
        calls++;
        bytes += size;
        if (failed) {
            failures++;
        }
        if (nanos >= 0) {
            times.record(nanos);
        }
    }

    static Report.Times times(RunTimes times) {
        List<Long> counts = new ArrayList<>();
        long before = 0;
        for (Duration limit : LIMITS) {
            long within = times.runsWithin(limit);
            counts.add(within - before);
            before = within;
        }
        counts.add(times.runs() - before);
        return new Report.Times(
                times.runs(),
                times.mean(),
                times.percentile(50),
                times.percentile(90),
                times.percentile(99),
                times.longest(),
                counts);
    }
}
