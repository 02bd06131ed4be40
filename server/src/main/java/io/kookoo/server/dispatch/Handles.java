package io.kookoo.server.dispatch;

import io.kookoo.protocol.JobHandle;
import java.time.Instant;

/**
 * Gives out handles, {@code H:<host>:<start id>:<n>}: the start id is the server's start in milliseconds, so that none is
 * used again after a restart. Guarded by the dispatcher's lock.
 */
final class Handles {
    /** What must be left of {@link JobHandle#MAX_BYTES} for the start id and the number. */
    private static final int MAX_HOST_CHARS = 30;

    private final String prefix;
    private long last;

    Handles(String host, Instant start) {
        String name = host.replaceAll("[^A-Za-z0-9._-]", "_");
        this.prefix = "H:" + name.substring(0, Math.min(name.length(), MAX_HOST_CHARS)) + ":"
                + Long.toString(start.toEpochMilli(), 36) + ":";
    }

    /** The number of the next job, counted from 1. */
    long nextNumber() {
        return ++last;
    }

    JobHandle of(long number) {
        return JobHandle.of(prefix + number);
    }
}
