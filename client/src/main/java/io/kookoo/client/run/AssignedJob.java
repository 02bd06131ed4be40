package io.kookoo.client.run;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.Packet;
import java.util.Objects;

/**
 * A job the server has handed to this client.
 *
 * @param workload the text of the arguments
 */
record AssignedJob(JobHandle handle, FunctionName function, Data workload) {
    /** So much of a call, a result or an error is logged. */
    static final int LOGGED_CHARACTERS = 200;

    AssignedJob {
        Objects.requireNonNull(handle);
        Objects.requireNonNull(function);
        Objects.requireNonNull(workload);
    }

    /** The job of a JOB_ASSIGN or JOB_ASSIGN_UNIQ. */
    static AssignedJob of(Packet assignment) {
        return new AssignedJob(assignment.handle(0), assignment.function(1), assignment.data());
    }

    /** The beginning of the call, {@code add(1,2)}, for people. */
    @Override
    public String toString() {
        return workload.isEmpty()
                ? function.toString()
                : function + "(" + workload.text(LOGGED_CHARACTERS)
                        + (workload.length() > LOGGED_CHARACTERS ? "..." : ")");
    }
}
