package io.kookoo.server.dispatch;

import io.kookoo.protocol.FunctionName;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * What people may choose about dispatching.
 *
 * @param handlePrefix what the handles of this run of the server begin with; see {@link #handlePrefix(String, Instant)}
 * @param jobRetries further runs of a job whose worker was lost or whose lease ran out
 * @param jobLines lines about submitted jobs that the log may get in a second
 * @param exceptions whether every client gets WORK_EXCEPTION, as with the option {@code exceptions}
 * @param stallAlarm how long a job may be ready beside an idle worker before that is an error
 * @param grabPatience how long a GRAB that finds no job waits for one before it is answered NO_JOB; zero for not at all
 * @param keeping what is written to the store
 * @param retries what follows when a job of a function fails; for functions without an entry nothing does
 * @param maxRunning the most jobs of a function that may run at once; functions without an entry have no limit
 * @param bounds what it holds at most
 */
public record DispatchSettings(
        String handlePrefix,
        int jobRetries,
        int jobLines,
        boolean exceptions,
        Duration stallAlarm,
        Duration grabPatience,
        Map<FunctionName, Integer> maxRunning,
        Keeping keeping,
        Map<FunctionName, Retry> retries,
        Bounds bounds) {
    /**
     * Longer than a client takes from one result to its next call, and shorter than anybody notices of a worker that asks
     * several servers in turn.
     */
    public static final Duration GRAB_PATIENCE = Duration.ofMillis(2);

    public DispatchSettings {
        maxRunning = Map.copyOf(maxRunning);
        retries = Map.copyOf(retries);
    }

    /** The same without bounds. */
    public DispatchSettings(
            String handlePrefix,
            int jobRetries,
            int jobLines,
            boolean exceptions,
            Duration stallAlarm,
            Duration grabPatience,
            Map<FunctionName, Integer> maxRunning,
            Keeping keeping,
            Map<FunctionName, Retry> retries) {
        this(
                handlePrefix,
                jobRetries,
                jobLines,
                exceptions,
                stallAlarm,
                grabPatience,
                maxRunning,
                keeping,
                retries,
                Bounds.NONE);
    }

    /** Of a server that writes nothing to its store, and has started at the beginning of 1970. */
    DispatchSettings(
            String host,
            int jobRetries,
            int jobLines,
            boolean exceptions,
            Duration stallAlarm,
            Duration grabPatience,
            Map<FunctionName, Integer> maxRunning) {
        this(
                handlePrefix(host, Instant.EPOCH),
                jobRetries,
                jobLines,
                exceptions,
                stallAlarm,
                grabPatience,
                maxRunning,
                Keeping.NOTHING,
                Map.of());
    }

    /** {@code H:<host>:<start id>:}; the host's name is cut and made harmless. */
    public static String handlePrefix(String host, Instant start) {
        return Handles.prefix(host, start);
    }
}
