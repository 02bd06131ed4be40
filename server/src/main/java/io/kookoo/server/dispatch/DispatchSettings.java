package io.kookoo.server.dispatch;

import io.kookoo.protocol.FunctionName;
import java.time.Duration;
import java.util.Map;

/**
 * What people may choose about dispatching.
 *
 * @param host the name that handles carry
 * @param jobRetries further runs of a job whose worker was lost or whose lease ran out
 * @param jobLines lines about submitted jobs that the log may get in a second
 * @param exceptions whether every client gets WORK_EXCEPTION, as with the option {@code exceptions}
 * @param stallAlarm how long a job may be ready beside an idle worker before that is an error
 * @param maxRunning the most jobs of a function that may run at once; functions without an entry have no limit
 */
public record DispatchSettings(
        String host,
        int jobRetries,
        int jobLines,
        boolean exceptions,
        Duration stallAlarm,
        Map<FunctionName, Integer> maxRunning) {
    public DispatchSettings {
        maxRunning = Map.copyOf(maxRunning);
    }
}
