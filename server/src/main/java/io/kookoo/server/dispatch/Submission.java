package io.kookoo.server.dispatch;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.Priority;
import io.kookoo.protocol.UniqueId;
import java.util.Objects;
import java.util.Optional;

/**
 * A job as it is asked for.
 *
 * @param unique joins it to a job that is queued or running; see {@link #coalescingKey}
 * @param background whether nobody waits for the result
 * @param reducer the function that the worker sends partial results to; null for none
 * @param epochSeconds the second from which on it may run; 0 for at once
 */
public record Submission(
        FunctionName function,
        UniqueId unique,
        Priority priority,
        boolean background,
        Data data,
        FunctionName reducer,
        long epochSeconds) {
    private static final UniqueId SAME_DATA = UniqueId.of("-");

    public Submission {
        Objects.requireNonNull(function);
        Objects.requireNonNull(unique);
        Objects.requireNonNull(priority);
        Objects.requireNonNull(data);
        if (epochSeconds < 0) {
            throw new IllegalArgumentException("An epoch of " + epochSeconds + " seconds; expected 0 or more");
        }
    }

    /** A job to run at once, without a reducer. */
    public Submission(FunctionName function, UniqueId unique, Priority priority, boolean background, Data data) {
        this(function, unique, priority, background, data, null, 0);
    }

    /**
     * What two submissions of the same function share to be one job: the unique, or the exact data where the unique is
     * {@code -}. Empty for none: no unique, or {@code -} without data.
     */
    Optional<Object> coalescingKey() {
        return coalescingKey(unique, data);
    }

    static Optional<Object> coalescingKey(UniqueId unique, Data data) {
        if (unique.isEmpty()) {
            return Optional.empty();
        }
        if (!unique.equals(SAME_DATA)) {
            return Optional.of(unique);
        }
        return data.isEmpty() ? Optional.empty() : Optional.of(data);
    }

    /** The moment from which on it may run, in milliseconds since 1970; 0 for at once. */
    long dueMillis() {
        return epochSeconds > Long.MAX_VALUE / 1000 ? Long.MAX_VALUE : epochSeconds * 1000;
    }
}
