package io.kookoo.server.dispatch;

import java.time.Duration;

/**
 * What follows when a worker says that a job failed (WORK_FAIL, WORK_EXCEPTION).
 *
 * @param retries further runs
 * @param firstDelay from the first failure to the second run
 * @param factor how many times as long each following delay is; at least 1
 * @param maxDelay the longest delay
 */
public record Retry(int retries, Duration firstDelay, double factor, Duration maxDelay) {
    /** As Gearman has it: a job that failed has ended. */
    static final Retry NEVER = new Retry(0, Duration.ZERO, 1, Duration.ZERO);

    /** @param failures how often it has failed, at least once */
    Duration delayAfter(int failures) {
        double millis = firstDelay.toMillis() * Math.pow(factor, failures - 1.0);
        return Duration.ofMillis((long) Math.min(millis, maxDelay.toMillis()));
    }
}
