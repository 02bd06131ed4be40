package io.kookoo.server.dispatch;

import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.Priority;
import io.kookoo.protocol.UniqueId;
import java.time.Duration;

/**
 * A job that has not ended, at one moment: what GET_STATUS, {@code show jobs}, {@code show running} and {@code show queued}
 * show of it.
 *
 * @param running whether a worker has it
 * @param delayed whether it waits for its second
 * @param stored whether the store has it
 * @param age time since its submission
 * @param attempt the run it is in or had last, counted from 1; 0 before the first
 * @param worker the connection that runs it, {@code number/client id}; empty while none does
 * @param ran time since its run began; zero while it does not run
 * @param numerator of its last WORK_STATUS, 0 before
 * @param denominator of its last WORK_STATUS, 0 before
 * @param waiting foreground submissions that wait for the result
 * @param owner in whose name it was submitted; empty for nobody's
 */
public record JobStatus(
        JobHandle handle,
        FunctionName function,
        UniqueId unique,
        Priority priority,
        boolean running,
        boolean delayed,
        boolean stored,
        Duration age,
        int attempt,
        String worker,
        Duration ran,
        long numerator,
        long denominator,
        int waiting,
        String owner) {
    /** @param nanoTime now */
    static JobStatus of(Job job, long nanoTime) {
        boolean runs = job.state == Job.State.RUNNING;
        return new JobStatus(
                job.handle(),
                job.functionName(),
                job.unique,
                job.priority,
                runs,
                job.state == Job.State.DELAYED,
                job.stored,
                Duration.ofNanos(nanoTime - job.createdNanos),
                job.runs.attempt,
                runs ? job.runs.worker.name() : "",
                runs ? Duration.ofNanos(nanoTime - job.runs.startedNanos) : Duration.ZERO,
                job.runs.numerator,
                job.runs.denominator,
                job.waiting.size(),
                job.owner());
    }
}
