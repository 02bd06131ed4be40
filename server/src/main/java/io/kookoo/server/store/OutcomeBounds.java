package io.kookoo.server.store;

import java.time.Duration;
import java.time.Instant;

/**
 * How much is kept of the jobs that have ended, for each {@link JobKind} apart. What is older, and the oldest of what is
 * too many, is forgotten; dead jobs are not among them.
 *
 * @param age how long, counted from a job's end; zero or more
 * @param rows how many; 0 for none
 */
public record OutcomeBounds(Duration age, long rows) {
    public OutcomeBounds {
        if (age.isNegative()) {
            throw new IllegalArgumentException("outcomes kept for " + age + "; expected zero or more");
        }
        if (rows < 0) {
            throw new IllegalArgumentException("up to " + rows + " outcomes kept; expected 0 or more");
        }
    }

    /** What ended before this moment is forgotten, milliseconds since 1970. */
    public long keptSince(Instant now) {
        return now.toEpochMilli() - age.toMillis();
    }
}
