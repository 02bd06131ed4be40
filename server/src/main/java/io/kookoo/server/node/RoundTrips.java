package io.kookoo.server.node;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/** How long the last {@link #KEPT} pings of a node took, there and back, as the node has told. For one thread, or under its owner's lock. */
final class RoundTrips {
    static final int KEPT = 200;

    private final int[] micros = new int[KEPT];
    private long count;

    void record(int roundTripMicros) {
        micros[(int) (count++ % KEPT)] = roundTripMicros;
    }

    /** The time that {@code percent} of them did not exceed; empty before the first. */
    Optional<Duration> percentile(int percent) {
        int kept = (int) Math.min(count, KEPT);
        if (kept == 0) {
            return Optional.empty();
        }
        int[] sorted = Arrays.copyOf(micros, kept);
        Arrays.sort(sorted);
        return Optional.of(Duration.ofNanos(1_000L * sorted[(kept * percent + 99) / 100 - 1]));
    }
}
