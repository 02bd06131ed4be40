package io.kookoo.server.time;

import java.time.Instant;

/** The one door for time. Tests set their own. Thread-safe. */
public interface Clock {
    /** The machine's clock. */
    Clock SYSTEM = new Clock() {
        @Override
        public Instant now() {
            return Instant.now();
        }

        @Override
        public long millis() {
            return System.currentTimeMillis();
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }
    };

    /** The wall clock, for people and for jobs that are due at a moment; may jump. */
    Instant now();

    /** {@link #now}, in milliseconds since 1970: without an object for each job. */
    default long millis() {
        return now().toEpochMilli();
    }

    /** Nanoseconds since some moment, for durations; never goes back. Compare by subtraction. */
    long nanoTime();
}
