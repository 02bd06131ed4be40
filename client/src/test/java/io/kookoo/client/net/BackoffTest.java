package io.kookoo.client.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    /** A source that always gives the largest, or always the smallest number. */
    private static RandomGenerator extreme(boolean largest) {
        return new RandomGenerator() {
            @Override
            public long nextLong() {
                throw new AssertionError("only bounded numbers are asked for");
            }

            @Override
            public long nextLong(long bound) {
                return largest ? bound - 1 : 0;
            }
        };
    }

    private static String pauses(Backoff backoff, int count) {
        return Stream.generate(backoff::next)
                .limit(count)
                .map(Duration::toMillis)
                .toList()
                .toString();
    }

    @Test
    void shouldGrowToTenSecondsAndNoFurther() {
        assertEquals(
                "[200, 400, 800, 1600, 3200, 6400, 10000, 10000]",
                pauses(new Backoff(extreme(true)), 8),
                "the longest");
        assertEquals(
                "[100, 200, 400, 800, 1600, 3200, 5000, 5000]", pauses(new Backoff(extreme(false)), 8), "the shortest");
    }

    @Test
    void shouldBeginAnewAfterReset() {
        Backoff backoff = new Backoff(extreme(false));
        pauses(backoff, 5);
        backoff.reset();
        assertEquals("[100, 200]", pauses(backoff, 2));
    }

    @Test
    void shouldNotLetAllClientsComeBackAtTheSameMoment() {
        Random random = new Random(1);
        long different = Stream.generate(() -> new Backoff(random))
                .limit(50)
                .peek(backoff -> pauses(backoff, 4))
                .map(Backoff::next)
                .distinct()
                .count();
        assertTrue(different > 25, different + " different pauses of 50 clients");
    }
}
