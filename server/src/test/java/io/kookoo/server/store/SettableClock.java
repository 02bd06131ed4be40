package io.kookoo.server.store;

import io.kookoo.server.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Stands still until it is moved. Thread-safe. */
public final class SettableClock implements Clock {
    private volatile Instant now = Instant.parse("2026-11-24T10:00:00Z");

    public void advance(Duration duration) {
        now = now.plus(duration);
    }

    /** As in a {@link JobRecord}. */
    public long millis() {
        return now.toEpochMilli();
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public long nanoTime() {
        return now.toEpochMilli() * 1_000_000;
    }
}
