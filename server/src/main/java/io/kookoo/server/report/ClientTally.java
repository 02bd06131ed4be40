package io.kookoo.server.report;

import java.time.Duration;
import java.time.Instant;

/** What the connections of one name and address did in one role. Guarded by the lock of the {@link Session}. */
final class ClientTally extends Tally {
    private final Key key;
    private final Instant from;
    private Instant to;
    private long connections;
    private int open;
    private long longestPauseNanos;

    record Key(String name, String address, Report.Role role) {}

    ClientTally(Key key, Instant from) {
        this.key = key;
        this.from = from;
        this.to = from;
    }

    Key key() {
        return key;
    }

    void opened() {
        connections++;
        open++;
    }

    /** A connection has gone, or is called otherwise from now on. */
    void closed(Instant at, long pauseNanos) {
        open--;
        to = at;
        paused(pauseNanos);
    }

    void paused(long nanos) {
        longestPauseNanos = Math.max(longestPauseNanos, nanos);
    }

    /** Whether nothing would be missing without it. */
    boolean isVoid() {
        return open == 0 && calls == 0;
    }

    Report.Client row(Instant end) {
        return new Report.Client(
                key.name(),
                key.address(),
                key.role(),
                connections,
                from,
                open > 0 ? end : to,
                calls,
                failures,
                bytes,
                times(times),
                Duration.ofNanos(longestPauseNanos));
    }
}
