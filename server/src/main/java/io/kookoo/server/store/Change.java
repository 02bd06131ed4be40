package io.kookoo.server.store;

import java.util.Objects;

/**
 * One thing to be written. Changes of one job come in the order in which they happened, in one commit or in several.
 *
 * @param job as it stands after the change
 */
public record Change(Kind kind, JobRecord job) {
    public enum Kind {
        /**
         * An accepted background job, a dead one that is retried, or one that is dead and was never added: written whole, over
         * what may stand there, an outcome included.
         */
        ADD,
        /**
         * A job that was added has a new state, moment, or count of attempts; dead is such a state. What it was submitted with
         * (its data, too, which may be null here) stays as it was added. Nothing happens where it was purged meanwhile.
         */
        UPDATE,
        /** A job that was added has ended, not dead: it is no longer to be run, and its outcome is kept, without its data. */
        END,
        /** A job that was added is to be forgotten without a trace: nobody was told of it. */
        REMOVE,
        /** A job that was never added has ended, and its outcome is kept. */
        OUTCOME
    }

    public Change {
        Objects.requireNonNull(kind);
        boolean ended = job.state().isEnd() && job.state() != JobState.DEAD;
        boolean expected = switch (kind) {
            case ADD, UPDATE -> !ended;
            case END, OUTCOME -> ended;
            case REMOVE -> true;
        };
        if (!expected) {
            throw new IllegalArgumentException(
                    kind + " of " + job.handle() + ", which is " + job.state().word());
        }
    }
}
