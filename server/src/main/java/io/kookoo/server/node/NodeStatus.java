package io.kookoo.server.node;

import java.time.Duration;
import java.util.Optional;

/**
 * A node at one moment.
 *
 * @param address numeric, without port
 * @param quiet whether it is to get no jobs
 * @param silence since something came from it last, on whichever connection
 * @param roundTripMedian of its last pings; empty before it has told one
 * @param roundTripP99 likewise
 * @param calls how many it has ended, well or not, since it was first there
 * @param version of its program
 */
public record NodeStatus(
        int id,
        String name,
        String address,
        State state,
        boolean quiet,
        Duration silence,
        Optional<Duration> roundTripMedian,
        Optional<Duration> roundTripP99,
        long calls,
        String version) {
    /** Whether it is there. */
    public enum State {
        UP,
        /** Nothing came for half as long again as between two of its pings. */
        LATE,
        /** Its connections have ended, the last one not in good order. */
        LOST
    }

    public boolean isLost() {
        return state == State.LOST;
    }
}
