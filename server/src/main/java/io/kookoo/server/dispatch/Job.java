package io.kookoo.server.dispatch;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.UniqueId;
import io.kookoo.server.time.Deadlines;
import java.util.ArrayList;
import java.util.List;

/**
 * One execution asked for. Owned by the {@link Dispatcher}; every field that changes is guarded by its lock.
 *
 * <pre>
 *              due          grab                   COMPLETE, FAIL, EXCEPTION
 *   DELAYED -------&gt; QUEUED -----&gt; RUNNING ---------------------------------&gt; ENDED
 *                      ^               | worker lost, lease run out            ^
 *                      +---------------+---------------------------------------+
 *                         runs left        none left, or nobody waits for it;
 *                                          cancelled in any state
 * </pre>
 */
final class Job {
    enum State {
        DELAYED,
        QUEUED,
        RUNNING,
        ENDED
    }

    /** Counted up, in the order of submission; the last part of the handle. */
    final long number;

    final JobHandle handle;
    final FunctionName functionName;
    final UniqueId unique;
    final Data data;
    final Priority priority;
    /** Null for a call of the catalog, which is in no queue. */
    final FunctionQueue function;
    /** The call as people write it; null for a submitted job. */
    final String call;
    /** Null for none. */
    final FunctionName reducer;
    /** Null for none; see {@link Submission#coalescingKey}. */
    final Object coalescingKey;

    final long epochSeconds;
    final long createdNanos;

    State state = State.QUEUED;
    boolean background;
    /** Foreground clients that get what the worker says, once for each of their submissions. */
    final List<Peer> waiting = new ArrayList<>(1);

    /** Who runs it, in which run, since when; meaningful while RUNNING. */
    Peer worker;

    int attempt;
    /** Runs that ended because the worker was lost or its time ran out; one that is given back is none. */
    int losses;

    long startedNanos;
    /** Takes it away from its worker; null where the worker set no time limit. */
    Deadlines.Deadline lease;

    long numerator;
    long denominator;

    /** Whether its handing out was logged, so that its end will be too. */
    boolean logged;

    /** Neighbours in the lane it is queued in, and since when it waits there. */
    Job previous;

    Job next;
    long readyNanos;

    Job(long number, JobHandle handle, Submission submission, FunctionQueue function, long createdNanos) {
        this.number = number;
        this.handle = handle;
        this.functionName = submission.function();
        this.unique = submission.unique();
        this.data = submission.data();
        this.priority = submission.priority();
        this.background = submission.background();
        this.function = function;
        this.call = null;
        this.reducer = submission.reducer();
        this.coalescingKey = submission.coalescingKey().orElse(null);
        this.epochSeconds = submission.epochSeconds();
        this.createdNanos = createdNanos;
    }

    Job(long number, JobHandle handle, CallSource.CatalogCall call, long createdNanos) {
        this.number = number;
        this.handle = handle;
        this.functionName = call.function();
        this.unique = UniqueId.NONE;
        this.data = call.arguments();
        this.priority = Priority.NORMAL;
        this.background = true;
        this.function = null;
        this.call = call.text();
        this.reducer = null;
        this.coalescingKey = null;
        this.epochSeconds = 0;
        this.createdNanos = createdNanos;
    }

    boolean isCatalogCall() {
        return function == null;
    }

    /** Whether anybody still cares for the result. */
    boolean isWanted() {
        return background || !waiting.isEmpty();
    }

    Lane lane() {
        return function.lane(priority);
    }
}
