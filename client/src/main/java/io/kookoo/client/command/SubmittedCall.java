package io.kookoo.client.command;

import io.kookoo.call.FunctionCall;
import io.kookoo.client.Job;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;

/**
 * One call of {@code client.jar call} and what has become of it: submitted, accepted with a handle, ended with a result or
 * a reason why there is none. Confined to the command's thread.
 */
final class SubmittedCall {
    private final FunctionCall call;
    private final FunctionName function;
    private Job<?> job;
    private byte[] result;
    private String failure;
    private int exitCode = ExitCode.OK;

    SubmittedCall(FunctionCall call) {
        this.call = call;
        this.function = FunctionName.of(call.name());
    }

    FunctionCall call() {
        return call;
    }

    FunctionName function() {
        return function;
    }

    void submitted(Job<?> as) {
        job = as;
    }

    /** Null before it is submitted. */
    Job<?> job() {
        return job;
    }

    /** Null until the server has accepted the job. */
    JobHandle handle() {
        return job == null ? null : job.handle();
    }

    void completed(byte[] bytes) {
        result = bytes;
    }

    /** @param endCode what this end makes of the program's exit */
    void failed(String reason, int endCode) {
        failure = reason;
        exitCode = endCode;
    }

    boolean isEnded() {
        return result != null || failure != null;
    }

    /** {@link ExitCode#OK} unless the call has failed. */
    int exitCode() {
        return exitCode;
    }

    /** Null unless the call has ended well. */
    byte[] result() {
        return result;
    }

    /** For a person; null unless the call has failed, ran out of time, or its end is not known. */
    String failure() {
        return failure;
    }
}
