package io.kookoo.server.dispatch;

import io.kookoo.log.LogEvent;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.server.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.event.Level;

/**
 * What the log says of jobs. Every call of the catalog has its two lines, handed out and ended. Submitted jobs have them too,
 * up to a bound of lines a second; past it, one line a second for each function gives the counts. Failures, retries and lost
 * workers have a bound of their own, so that a flood of jobs does not hide them. Makes lines, and writes none: they go into
 * the {@link Deliveries}. Guarded by the dispatcher's lock.
 */
final class JobLog {
    /** How long a bound counts: whoever is told that something was left out calls {@link #summarize} so much later. */
    static final Duration SECOND = Duration.ofSeconds(1);

    private final Clock clock;
    private final int linesPerSecond;

    private long secondStartedNanos;
    private int lines;
    private int troubles;
    private int unloggedTroubles;
    private int peers;
    private int unloggedPeers;
    private final Map<FunctionName, Counts> unlogged = new LinkedHashMap<>();

    private static final class Counts {
        int handedOut;
        int done;
        int failed;
    }

    JobLog(Clock clock, int linesPerSecond) {
        this.clock = clock;
        this.linesPerSecond = linesPerSecond;
        this.secondStartedNanos = clock.nanoTime();
    }

    /** @return whether this is the first that was left out since the last summary */
    boolean handedOut(Job job, Deliveries deliveries) {
        newSecond(deliveries);
        // Two lines: who has the first gets the second.
        job.runs().logged = job.isCatalogCall() || lines + 2 <= linesPerSecond;
        if (!job.runs.logged) {
            boolean first = nothingUnlogged();
            counts(job).handedOut++;
            return first;
        }
        lines += job.isCatalogCall() ? 0 : 2;
        deliveries.log(Level.INFO, describe("handed_out", job).toString());
        return false;
    }

    /**
     * @param text the result or the error; null for none. Decoded only where it is logged
     * @return whether this is the first that was left out since the last summary
     */
    boolean ended(Job job, Outcome outcome, Data text, Deliveries deliveries) {
        newSecond(deliveries);
        boolean failed = outcome != Outcome.DONE;
        if (failed && !job.isCatalogCall() ? !troubleAdmitted() : !job.runs.logged) {
            boolean first = nothingUnlogged();
            if (failed) {
                counts(job).failed++;
            } else {
                counts(job).done++;
            }
            return first;
        }
        LogEvent event = describe("ended", job).with("outcome", outcome.word);
        if (text != null) {
            event.with(failed ? "error" : "result", excerpt(text));
        }
        event.with("ms", (clock.nanoTime() - job.runs.startedNanos) / 1_000_000);
        deliveries.log(failed ? Level.WARN : Level.INFO, event.toString());
        return false;
    }

    /** A worker went away with jobs, a job is tried again, a job is dropped: what happened, and to which job. */
    boolean trouble(String event, Job job, String reason, Deliveries deliveries) {
        newSecond(deliveries);
        if (!troubleAdmitted()) {
            boolean first = nothingUnlogged();
            unloggedTroubles++;
            return first;
        }
        deliveries.log(
                Level.WARN,
                describe(event, job)
                        .with("attempt", job.runs.attempt)
                        .with("reason", reason)
                        .toString());
        return false;
    }

    /** A peer has come or gone. The reason may be null. */
    boolean peer(String event, Peer peer, String reason, Deliveries deliveries) {
        newSecond(deliveries);
        if (peers++ >= bound()) {
            boolean first = nothingUnlogged();
            unloggedPeers++;
            return first;
        }
        LogEvent line = LogEvent.of(event)
                .with("conn", peer.number)
                .with("client", peer.clientId)
                .with("address", peer.address);
        deliveries.log(Level.INFO, (reason == null ? line : line.with("reason", reason)).toString());
        return false;
    }

    private boolean troubleAdmitted() {
        return troubles++ < bound();
    }

    /** For what is rarer than jobs; even where no job is to be logged, the first trouble of a second is. */
    private int bound() {
        return Math.max(1, linesPerSecond);
    }

    private boolean nothingUnlogged() {
        return unlogged.isEmpty() && unloggedTroubles == 0 && unloggedPeers == 0;
    }

    private void newSecond(Deliveries deliveries) {
        if (clock.nanoTime() - secondStartedNanos >= SECOND.toNanos()) {
            summarize(deliveries);
        }
    }

    /** Says what was left out since the last time, and begins a new second. */
    void summarize(Deliveries deliveries) {
        long now = clock.nanoTime();
        long ms = (now - secondStartedNanos) / 1_000_000;
        unlogged.forEach((function, counts) -> deliveries.log(
                Level.INFO,
                LogEvent.of("jobs")
                        .with("function", function.text())
                        .with("handed_out", counts.handedOut)
                        .with("done", counts.done)
                        .with("failed", counts.failed)
                        .with("ms", ms)
                        .toString()));
        if (unloggedTroubles > 0) {
            deliveries.log(
                    Level.WARN,
                    LogEvent.of("more_troubles")
                            .with("count", unloggedTroubles)
                            .with("ms", ms)
                            .toString());
        }
        if (unloggedPeers > 0) {
            deliveries.log(
                    Level.INFO,
                    LogEvent.of("more_peers")
                            .with("count", unloggedPeers)
                            .with("ms", ms)
                            .toString());
        }
        unlogged.clear();
        unloggedTroubles = 0;
        unloggedPeers = 0;
        troubles = 0;
        peers = 0;
        lines = 0;
        secondStartedNanos = now;
    }

    private Counts counts(Job job) {
        return unlogged.computeIfAbsent(job.functionName(), name -> new Counts());
    }

    /** The first characters of a workload, a result or an error. */
    private static String excerpt(Data data) {
        return data.text(Job.EXCERPT_CHARS);
    }

    private static LogEvent describe(String event, Job job) {
        LogEvent line = LogEvent.of(event);
        if (job.runs.worker != null) {
            line.with("conn", job.runs.worker.number).with("client", job.runs.worker.clientId);
        }
        line.with("handle", job.handle().text());
        return line.with("call", job.callText());
    }
}
