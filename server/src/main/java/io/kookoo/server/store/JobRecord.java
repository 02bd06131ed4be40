package io.kookoo.server.store;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.Priority;
import io.kookoo.protocol.UniqueId;

/**
 * One job as the store knows it, at one moment. Immutable. Times are milliseconds since 1970, 0 for never.
 *
 * @param number orders all jobs of a store by their submission, over restarts too: the run's id times 2^40 plus the last part
 *     of the handle
 * @param handle under 64 bytes
 * @param data the workload; for a catalog call its arguments; null in a record of an ended job that is not dead
 * @param call a call of the catalog as people write it; null for a submitted job
 * @param reducer null for none
 * @param owner in whose name it was submitted; empty for nobody's
 * @param due when a delayed job may run
 * @param attempts runs it was handed out for, the one it is in included
 * @param failures runs that a worker ended with WORK_FAIL or WORK_EXCEPTION
 * @param losses runs that ended because the worker was lost or its time ran out
 * @param worker the connection that ran it last, {@code number/client id}; empty before the first run
 * @param started when its last run began
 * @param ended when it came to an end; 0 while {@link JobState#isEnd} is false
 * @param result what WORK_COMPLETE brought; null where it did not end so
 * @param reason why it failed, is dead, or was cancelled, in one line; null otherwise
 */
public record JobRecord(
        long number,
        JobHandle handle,
        JobKind kind,
        FunctionName function,
        UniqueId unique,
        Priority priority,
        Data data,
        String call,
        FunctionName reducer,
        String owner,
        JobState state,
        long created,
        long due,
        int attempts,
        int failures,
        int losses,
        String worker,
        long started,
        long ended,
        Data result,
        String reason) {
    /** By how much a run's id is moved to the left in {@link #number}. */
    public static final int RUN_SHIFT = 40;

    /** This job as it is kept once it has ended. */
    public JobRecord withoutData() {
        return data == null
                ? this
                : new JobRecord(
                        number, handle, kind, function, unique, priority, null, call, reducer, owner, state, created,
                        due, attempts, failures, losses, worker, started, ended, result, reason);
    }
}
