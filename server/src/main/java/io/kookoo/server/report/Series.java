package io.kookoo.server.report;

import io.kookoo.server.dispatch.RunTimes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls over time, in a fixed number of equal pieces. When time runs past the last, each two become one: short spans are told finely, and
 * long ones in no more memory. Guarded by the lock of the {@link Session}.
 */
final class Series {
    static final int PIECES = 240;
    private static final Duration FIRST_WIDTH = Duration.ofMillis(100);

    private final long beganNanos;
    private final Tally[] pieces = new Tally[PIECES];
    private long widthNanos = FIRST_WIDTH.toNanos();
    /** The piece of the last call, and when it ends. */
    private int current;

    private long currentEndNanos;

    Series(long beganNanos) {
        this.beganNanos = beganNanos;
        this.currentEndNanos = beganNanos + widthNanos;
    }

    /** The piece of a moment, which is not before that of the call before. */
    Tally at(long nanoTime) {
        if (nanoTime - currentEndNanos >= 0) {
            moveOn(nanoTime);
        }
        if (pieces[current] == null) {
            pieces[current] = new Tally();
        }
        return pieces[current];
    }

    private void moveOn(long nanoTime) {
        long since = nanoTime - beganNanos;
        while (since / widthNanos >= PIECES) {
            mergeByTwo();
        }
        current = (int) (since / widthNanos);
        currentEndNanos = beganNanos + (current + 1) * widthNanos;
    }

    private void mergeByTwo() {
        for (int i = 0; i < PIECES; i++) {
            pieces[i] = i < PIECES / 2 ? merged(pieces[2 * i], pieces[2 * i + 1]) : null;
        }
        widthNanos *= 2;
    }

    private static Tally merged(Tally one, Tally other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        one.calls += other.calls;
        one.failures += other.failures;
        one.times.add(other.times);
        return one;
    }

    Duration width() {
        return Duration.ofNanos(widthNanos);
    }

    /** One for each piece up to the last call. */
    List<Report.Point> points(Instant began) {
        List<Report.Point> points = new ArrayList<>();
        for (int i = 0; i <= current; i++) {
            Tally piece = pieces[i] == null ? new Tally() : pieces[i];
            RunTimes times = piece.times;
            points.add(new Report.Point(
                    began.plusNanos(i * widthNanos),
                    piece.calls,
                    piece.failures,
                    times.percentile(50),
                    times.percentile(99),
                    times.longest()));
        }
        return points;
    }
}
