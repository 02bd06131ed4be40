package io.kookoo.server.store;

import io.kookoo.protocol.FunctionName;

/**
 * Which jobs to list.
 *
 * @param function null for all
 * @param state null for all
 * @param owner in whose name they were submitted; null for all
 * @param since submitted at or after this moment, milliseconds since 1970; 0 for all
 * @param limit the most that are listed, the newest of them; at least 1
 */
public record JobQuery(FunctionName function, JobState state, String owner, long since, int limit) {
    public JobQuery {
        if (limit < 1) {
            throw new IllegalArgumentException("a limit of " + limit + "; expected 1 or more");
        }
    }

    /** Whoever submitted them. */
    public JobQuery(FunctionName function, JobState state, long since, int limit) {
        this(function, state, null, since, limit);
    }

    /** The same but for the state. @param other null for all */
    public JobQuery withState(JobState other) {
        return new JobQuery(function, other, owner, since, limit);
    }

    public boolean matches(JobRecord job) {
        return (function == null || function.equals(job.function()))
                && (state == null || state == job.state())
                && (owner == null || owner.equals(job.owner()))
                && job.created() >= since;
    }
}
