package io.kookoo.client.run;

import java.time.Duration;
import java.util.Optional;

/**
 * How long a function may run ([Client] function_timeout), of a batch for each line, and what is done about one that runs longer.
 *
 * @param most zero for no limit
 * @param endOfProcess ends this process at once, so that the server runs its jobs again elsewhere; empty where the process is to
 *     go on: then the function is interrupted and given up, and its job has failed
 */
record TimeLimit(Duration most, Optional<Runnable> endOfProcess) {
    static final TimeLimit NONE = new TimeLimit(Duration.ZERO, Optional.empty());

    boolean exists() {
        return !most.isZero();
    }

    /** Whether functions may be given up, so that they must run in threads that can be spared. */
    boolean abandons() {
        return exists() && endOfProcess.isEmpty();
    }

    /** For people: {@code 2.5 s}. */
    @Override
    public String toString() {
        return most.toMillis() / 1000.0 + " s";
    }
}
