package io.kookoo.server.dispatch;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.UniqueId;
import java.util.ArrayList;
import java.util.List;

/**
 * One execution asked for. Owned by the {@link Dispatcher}; every field that changes is guarded by its lock.
 *
 * <pre>
 *            grab                     COMPLETE, FAIL, EXCEPTION
 *   QUEUED ---------&gt; RUNNING ---------------------------------&gt; ENDED
 *      ^                 | worker lost                             ^
 *      +-----------------+-----------------------------------------+
 *         runs left          none left, or nobody waits for it
 * </pre>
 */
final class Job {
    enum State {
        QUEUED,
        RUNNING,
        ENDED
    }

    final JobHandle handle;
    final FunctionName functionName;
    final UniqueId unique;
    final Data data;
    final Priority priority;
    /** Null for a call of the catalog, which is in no queue. */
    final FunctionQueue function;
    /** The call as people write it; null for a submitted job. */
    final String call;

    final boolean background;
    final long createdNanos;

    State state = State.QUEUED;
    /** Foreground clients that get what the worker says. */
    final List<Peer> waiting = new ArrayList<>(1);

    /** Who runs it, in which run, and since when; meaningful while RUNNING. */
    Peer worker;

    int attempt;
    long startedNanos;

    long numerator;
    long denominator;

    /** Whether its handing out was logged, so that its end will be too. */
    boolean logged;

    /** Neighbours in the lane it is queued in. */
    Job previous;

    Job next;

    Job(JobHandle handle, Submission submission, FunctionQueue function, long createdNanos) {
        this.handle = handle;
        this.functionName = submission.function();
        this.unique = submission.unique();
        this.data = submission.data();
        this.priority = submission.priority();
        this.background = submission.background();
        this.function = function;
        this.call = null;
        this.createdNanos = createdNanos;
    }

    Job(JobHandle handle, CallSource.CatalogCall call, long createdNanos) {
        this.handle = handle;
        this.functionName = call.function();
        this.unique = UniqueId.NONE;
        this.data = call.arguments();
        this.priority = Priority.NORMAL;
        this.background = true;
        this.function = null;
        this.call = call.text();
        this.createdNanos = createdNanos;
    }

    boolean isCatalogCall() {
        return function == null;
    }

    /** Whether anybody still cares for the result. */
    boolean isWanted() {
        return background || !waiting.isEmpty();
    }
}
