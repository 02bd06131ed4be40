package io.kookoo.client.command;

import io.kookoo.call.FunctionCall;
import io.kookoo.client.Job;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import java.util.Optional;

/**
 * One call of {@code client.jar call}, for any worker or for one node, and what has become of it: submitted, accepted with a handle,
 * ended with a result or a reason why there is none. Confined to the command's thread.
 */
final class SubmittedCall {
    /** What a node runs: a whole call. Behind the @ its id or its name. */
    private static final String CALL_AT = "call@";

    private final FunctionCall call;
    private final FunctionName function;
    private final Data workload;
    /** As one of several nodes that each run the call; empty where it is not. */
    private final Optional<NodeEntry> node;

    private Job<?> job;
    private byte[] result;
    private String failure;
    private int exitCode = ExitCode.OK;

    /** A call for any worker. */
    SubmittedCall(FunctionCall call) {
        this(call, FunctionName.of(call.name()), call.argumentText(), Optional.empty());
    }

    /** A call for the node of that id or name. */
    SubmittedCall(FunctionCall call, String node) {
        this(call, FunctionName.of(CALL_AT + node), call.toString(), Optional.empty());
    }

    /** A call for each of several nodes, of which this is one. */
    SubmittedCall(FunctionCall call, NodeEntry node) {
        this(call, FunctionName.of(CALL_AT + node.id()), call.toString(), Optional.of(node));
    }

    private SubmittedCall(FunctionCall call, FunctionName function, String workload, Optional<NodeEntry> node) {
        this.call = call;
        this.function = function;
        this.workload = Data.of(workload);
        this.node = node;
    }

    FunctionCall call() {
        return call;
    }

    FunctionName function() {
        return function;
    }

    Data workload() {
        return workload;
    }

    Optional<NodeEntry> node() {
        return node;
    }

    /** What tells it from the others: the node where each runs the same, else the call. */
    String title() {
        return node.map(NodeEntry::title).orElseGet(call::toString);
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
