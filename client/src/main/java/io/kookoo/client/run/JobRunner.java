package io.kookoo.client.run;

import io.kookoo.client.function.FunctionFailedException;
import io.kookoo.protocol.Data;

/** Runs assigned jobs in the thread that asks for it and logs how they ended. Thread-safe. */
final class JobRunner {
    private final Functions functions;
    private final JobLog log;
    private final int maxPacketBytes;

    /** @param maxPacketBytes the largest packet the server takes; a larger result is a failure */
    JobRunner(Functions functions, JobLog log, int maxPacketBytes) {
        this.functions = functions;
        this.log = log;
        this.maxPacketBytes = maxPacketBytes;
    }

    /** Runs the function; blocks as long as it takes. Never throws: whatever happens is the outcome. */
    Outcome run(AssignedJob job) {
        long begunNanos = System.nanoTime();
        Outcome outcome = outcome(job);
        log.ended(outcome, System.nanoTime() - begunNanos);
        return outcome;
    }

    private Outcome outcome(AssignedJob job) {
        try {
            String result =
                    functions.execute(job.function().text(), job.workload().text());
            Data data = Data.of(result);
            int most = maxPacketBytes - job.handle().length() - 1;
            return data.length() <= most
                    ? new Outcome(job, false, data)
                    : failure(
                            job,
                            "the result of " + job.function() + " has " + data.length() + " bytes, at most " + most
                                    + " can be posted ([Server] max_packet)");
        } catch (FunctionFailedException e) {
            return failure(job, e.getMessage());
        } catch (Throwable e) {
            // Also an Error of the code around the function, such as a result too large for an array of bytes: the
            // job has to end, or its submitter waits for ever.
            return failure(job, "internal error of the client: " + e);
        } finally {
            // An interrupt that the function was given, or gave itself, ends with it.
            Thread.interrupted();
        }
    }

    private static Outcome failure(AssignedJob job, String reason) {
        return new Outcome(job, true, Data.of(reason));
    }
}
