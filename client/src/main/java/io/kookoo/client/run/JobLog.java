package io.kookoo.client.run;

import io.kookoo.client.net.ServerAddress;
import io.kookoo.log.LogEvent;
import io.kookoo.protocol.FunctionName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of ended jobs, bounded: of the calls that end within a second so many are logged one by one, and of the failures
 * among them as many again; those beyond are counted, and one line a second per function and server gives their counts. Thread-safe;
 * a job beyond the bound costs no more than counting.
 */
final class JobLog {
    private static final Logger LOG = LoggerFactory.getLogger(JobLog.class);
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int SHOWN = AssignedJob.LOGGED_CHARACTERS;

    /** What is counted together. */
    private record Kind(ServerAddress server, FunctionName function) {}

    private static final class Unlogged {
        long done;
        long failed;
    }

    private final int linesPerSecond;
    private final LongSupplier nanoTime;

    private long secondBegunNanos;
    private int doneLines;
    private int failedLines;
    private final Map<Kind, Unlogged> unlogged = new LinkedHashMap<>();

    /** @param nanoTime the clock, as {@link System#nanoTime} */
    JobLog(int linesPerSecond, LongSupplier nanoTime) {
        this.linesPerSecond = linesPerSecond;
        this.nanoTime = nanoTime;
        this.secondBegunNanos = nanoTime.getAsLong();
    }

    void ended(Outcome outcome, long tookNanos) {
        AssignedJob job = outcome.job();
        if (!mayLog(job, outcome.failed())) {
            return;
        }
        LogEvent event = ended(job, outcome.failed() ? "failed" : "done");
        if (outcome.failed()) {
            event.with("error", outcome.data().text(SHOWN));
            LOG.warn("{}", withTimeAndPlace(event, job, tookNanos));
        } else {
            event.with("result", job.shown(outcome.data()));
            LOG.info("{}", withTimeAndPlace(event, job, tookNanos));
        }
    }

    /** A job whose function has come to its end after somebody had cancelled it; counts as failed. */
    void cancelled(AssignedJob job, long tookNanos) {
        if (mayLog(job, true)) {
            LOG.info("{}", withTimeAndPlace(ended(job, "cancelled"), job, tookNanos));
        }
    }

    private static LogEvent ended(AssignedJob job, String outcome) {
        return LogEvent.of("ended")
                .with("handle", job.handle())
                .with("call", job)
                .with("outcome", outcome);
    }

    private static LogEvent withTimeAndPlace(LogEvent event, AssignedJob job, long nanos) {
        return event.with("ms", nanos / 10_000L / 100.0).with("server", job.server());
    }

    /** A result that may never have reached the server. */
    void lost(Outcome outcome, String reason) {
        LOG.warn(
                "{}",
                LogEvent.of("result_lost")
                        .with("handle", outcome.job().handle())
                        .with("call", outcome.job())
                        .with("result", outcome.job().shown(outcome.data()))
                        .with("reason", reason)
                        .with("server", outcome.job().server()));
    }

    private synchronized boolean mayLog(AssignedJob job, boolean failed) {
        flush();
        int lines = failed ? ++failedLines : ++doneLines;
        if (lines <= linesPerSecond) {
            return true;
        }
        Unlogged counts = unlogged.computeIfAbsent(new Kind(job.server(), job.function()), kind -> new Unlogged());
        if (failed) {
            counts.failed++;
        } else {
            counts.done++;
        }
        return false;
    }

    /** Logs the counts of a second that is over; to be called about once a second, for a second that nothing follows. */
    synchronized void flush() {
        long now = nanoTime.getAsLong();
        if (now - secondBegunNanos < SECOND_NANOS) {
            return;
        }
        flushCounts();
        secondBegunNanos = now;
        doneLines = 0;
        failedLines = 0;
    }

    /** Logs the counts there are: nothing follows any more. */
    synchronized void flushCounts() {
        long elapsedMillis = TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - secondBegunNanos);
        unlogged.forEach((kind, counts) -> LOG.info(
                "{}",
                LogEvent.of("jobs")
                        .with("function", kind.function())
                        .with("done", counts.done)
                        .with("failed", counts.failed)
                        .with("ms", elapsedMillis)
                        .with("server", kind.server())));
        unlogged.clear();
    }
}
