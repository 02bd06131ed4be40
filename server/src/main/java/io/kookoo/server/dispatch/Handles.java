package io.kookoo.server.dispatch;

import io.kookoo.protocol.JobHandle;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Gives out numbers and handles, {@code H:<host>:<start id>:<n>}: the start id is the server's start in milliseconds, so that
 * none is used again after a restart. A number is the run's id and n, so that numbers order jobs over restarts, and a handle and its
 * number can each be made from the other. Guarded by the dispatcher's lock.
 */
final class Handles {
    /** What must be left of {@link JobHandle#MAX_BYTES} for the start id and the number. */
    private static final int MAX_HOST_CHARS = 30;

    /** Bits of a number that count the jobs of a run: a million a second for twelve days. */
    private static final int COUNT_BITS = 40;

    private final Series current;
    /** By their runs; those of which there were jobs to restore. */
    private final Map<Long, Series> former = new HashMap<>();

    private long last;

    /** The handles of one run of the server. */
    static final class Series {
        private final byte[] prefix;
        private final long first;

        private Series(byte[] prefix, long run) {
            this.prefix = prefix;
            this.first = run << COUNT_BITS;
        }

        /** Made anew with each call: no job keeps one. */
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

        /** The number of the job that has the handle; -1 where it is none of this series. */
        private long number(JobHandle handle) {
            long count = handle.decimalAfter(prefix);
            return count < 1 || count >> COUNT_BITS > 0 ? -1 : first + count;
        }
    }

    /** @param run the id of this run of the server, at least 0 */
    Handles(String prefix, long run) {
        this.current = new Series(prefix.getBytes(StandardCharsets.US_ASCII), run);
    }

    /** What all handles of a run begin with. */
    static String prefix(String host, Instant start) {
        String name = host.replaceAll("[^A-Za-z0-9._-]", "_");
        return "H:" + name.substring(0, Math.min(name.length(), MAX_HOST_CHARS)) + ":"
                + Long.toString(start.toEpochMilli(), 36) + ":";
    }

    /** Of this run. */
    Series current() {
        return current;
    }

    /** The number of the next job, counted from 1. */
    long nextNumber() {
        return current.first + ++last;
    }

    /** The series of a job that the store has, of this run or a former one. */
    Series of(long number, JobHandle handle) {
        return current.number(handle) == number
                ? current
                : former.computeIfAbsent(number >> COUNT_BITS, run -> {
                    String text = handle.text();
                    String prefix = text.substring(0, text.lastIndexOf(':') + 1);
                    return new Series(prefix.getBytes(StandardCharsets.UTF_8), run);
                });
    }

    /** The number of a job of this run, or of a former one that had jobs left; -1 for whatever is no handle of these. */
    long number(JobHandle handle) {
        long number = current.number(handle);
        for (Series series : former.values()) {
            if (number >= 0) {
                break;
            }
            number = series.number(handle);
        }
        return number;
    }
}
