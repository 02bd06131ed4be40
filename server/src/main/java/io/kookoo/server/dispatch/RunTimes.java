package io.kookoo.server.dispatch;

import java.time.Duration;

/**
 * How long runs took: their number, mean, and percentiles, the latter at most an eighth too large. Buckets are an eighth of a
 * power of two wide, so that memory is bounded whatever is recorded: 4 KB, and next to nothing before the first. For one thread, or under
 * its owner's lock.
 */
public final class RunTimes {
    private static final int BUCKETS_PER_POWER_BITS = 3;
    private static final int BUCKETS_PER_POWER = 1 << BUCKETS_PER_POWER_BITS;

    /** Counts by microseconds; made with the first run, since most functions of a large installation never run. */
    private long[] counts;

    private long runs;
    private long sumNanos;
    private long longestNanos;

    public void record(long nanos) {
        if (counts == null) {
            counts = new long[(Long.SIZE - BUCKETS_PER_POWER_BITS) * BUCKETS_PER_POWER];
        }
        counts[bucket(Math.max(0, nanos) / 1_000)]++;
        runs++;
        sumNanos += nanos;
        longestNanos = Math.max(longestNanos, nanos);
    }

    /** Takes over all that another has recorded. */
    public void add(RunTimes other) {
        if (other.counts == null) {
            return;
        }
        if (counts == null) {
            counts = other.counts.clone();
        } else {
            for (int i = 0; i < counts.length; i++) {
                counts[i] += other.counts[i];
            }
        }
        runs += other.runs;
        sumNanos += other.sumNanos;
        longestNanos = Math.max(longestNanos, other.longestNanos);
    }

    /** How many were recorded. */
    public long runs() {
        return runs;
    }

    /** How many took no longer than that, to an eighth of the limit. */
    public long runsWithin(Duration limit) {
        long within = 0;
        int last = bucket(limit.toNanos() / 1_000);
        for (int i = 0; counts != null && i <= last; i++) {
            within += counts[i];
        }
        return within;
    }

    /** Exact; zero where nothing ran. */
    public Duration longest() {
        return Duration.ofNanos(longestNanos);
    }

    /** Zero where nothing ran. */
    public Duration mean() {
        return runs == 0 ? Duration.ZERO : Duration.ofNanos(sumNanos / runs);
    }

    /** The time that {@code percent} of the runs did not exceed; zero where nothing ran. */
    public Duration percentile(int percent) {
        long rank = (runs * percent + 99) / 100;
        long seen = 0;
        for (int i = 0; counts != null && i < counts.length; i++) {
            seen += counts[i];
            if (seen >= rank) {
                return Duration.ofNanos(Math.min(upperBound(i) * 1_000, longestNanos));
            }
        }
        return Duration.ZERO;
    }

    private static int bucket(long micros) {
        int power = Math.max(0, Long.SIZE - 1 - BUCKETS_PER_POWER_BITS - Long.numberOfLeadingZeros(micros | 1));
        return power * BUCKETS_PER_POWER + (int) (micros >>> power);
    }

    /** The largest number of microseconds in a bucket. */
    private static long upperBound(int bucket) {
        if (bucket < 2 * BUCKETS_PER_POWER) {
            return bucket;
        }
        int power = bucket / BUCKETS_PER_POWER - 1;
        return ((long) (bucket - power * BUCKETS_PER_POWER + 1) << power) - 1;
    }
}
