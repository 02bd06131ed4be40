package io.kookoo.client.net;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses between attempts that grow from 0.1 s to 10 s: each is drawn from the upper half of a range that doubles, so that
 * clients that lost the same server do not all come back at the same moment. Confined to one thread.
 */
public final class Backoff {
    public static final Duration SHORTEST = Duration.ofMillis(100);
    public static final Duration LONGEST = Duration.ofSeconds(10);

    private final RandomGenerator random;
    private long upperMillis;

    public Backoff(RandomGenerator random) {
        this.random = random;
        reset();
    }

    /** The pause before the next attempt, {@link #SHORTEST} to {@link #LONGEST}. */
    public Duration next() {
        long pauseMillis = upperMillis / 2 + random.nextLong(upperMillis / 2 + 1);
        upperMillis = Math.min(2 * upperMillis, LONGEST.toMillis());
        return Duration.ofMillis(pauseMillis);
    }

    /** Begins again with the shortest pause: an attempt has succeeded. */
    public void reset() {
        upperMillis = 2 * SHORTEST.toMillis();
    }
}
