package io.kookoo.server.dispatch;

import io.kookoo.protocol.JobHandle;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/**
 * Gives out numbers and handles, {@code H:<host>:<start id>:<n>}: the start id is the server's start in milliseconds, so that
 * none is used again after a restart. A number is the run's id and n, so that numbers order jobs over restarts. Guarded by the
 * dispatcher's lock.
 */
final class Handles {
    /** What must be left of {@link JobHandle#MAX_BYTES} for the start id and the number. */
    private static final int MAX_HOST_CHARS = 30;

    /** Bits of a number that count the jobs of a run: a million a second for twelve days. */
    private static final int COUNT_BITS = 40;

    private final byte[] prefix;
    private final long first;
    private long last;

    /** @param run the id of this run of the server, at least 0 */
    Handles(String prefix, long run) {
        this.prefix = prefix.getBytes(StandardCharsets.US_ASCII);
        this.first = run << COUNT_BITS;
    }

    /** What all handles of a run begin with. */
    static String prefix(String host, Instant start) {
        String name = host.replaceAll("[^A-Za-z0-9._-]", "_");
        return "H:" + name.substring(0, Math.min(name.length(), MAX_HOST_CHARS)) + ":"
                + Long.toString(start.toEpochMilli(), 36) + ":";
    }

    /** The number of the next job, counted from 1. */
    long nextNumber() {
        return first + ++last;
    }

    /** Made anew with each call: not every job keeps one. */
    JobHandle of(long number) {
        long count = number - first;
        int digits = 1;
        for (long rest = count; rest >= 10; rest /= 10) {
            digits++;
        }
        byte[] bytes = Arrays.copyOf(prefix, prefix.length + digits);
        for (int i = bytes.length - 1; i >= prefix.length; i--) {
            bytes[i] = (byte) ('0' + count % 10);
            count /= 10;
        }
        return JobHandle.of(bytes);
    }

    /** The number of a job of this run; -1 for whatever {@link #of} has not given. */
    long number(JobHandle handle) {
        long count = handle.decimalAfter(prefix);
        return count < 1 || count > last ? -1 : first + count;
    }
}
