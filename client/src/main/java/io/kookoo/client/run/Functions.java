package io.kookoo.client.run;

import io.kookoo.client.function.FunctionExecutor;
import io.kookoo.client.function.FunctionFailedException;
import io.kookoo.client.function.JobContext;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The functions this client can run, as the poller and the worker need them. Thread-safe. */
interface Functions {
    /** The names to announce, as they stand on the wire: those of functions, and those of their batches. */
    Collection<String> names();

    /**
     * Runs a function; blocks as long as it takes.
     *
     * @param argumentText what stands between the brackets of the call
     * @param job what the function gets where it asks for it
     * @return the result as text
     * @throws FunctionFailedException with a message for the submitter
     */
    String execute(String name, String argumentText, JobContext job) throws FunctionFailedException;

    /**
     * Runs a function for each line of a batch; blocks as long as all of them take.
     *
     * @param name without the mark of a batch
     * @param lineDone is run after each line
     * @return the result, a line for each
     * @throws FunctionFailedException when it was interrupted and is cancelled
     */
    byte[] executeBatch(String name, Data workload, JobContext job, Runnable lineDone) throws FunctionFailedException;

    /** Waits while the function is not there and may be about to come; blocks. */
    void awaitLoaded(String name) throws FunctionFailedException;

    /** {@code changed} is run whenever {@link #names} has changed, in a thread of theirs. */
    void onChange(Runnable changed);

    static Functions of(FunctionExecutor executor) {
        return new Functions() {
            @Override
            public Collection<String> names() {
                List<String> names = new ArrayList<>(executor.names());
                names.add(FunctionExecutor.CALL);
                names.addAll(names.stream()
                        .map(name -> name + AssignedJob.BATCH)
                        .filter(name -> FunctionName.of(name).length() <= FunctionName.MAX_BYTES)
                        .toList());
                return names;
            }

            @Override
            public String execute(String name, String argumentText, JobContext job) throws FunctionFailedException {
                // Also those of one node, call@3 and call@web.
                return name.equals(FunctionExecutor.CALL) || name.startsWith(FunctionExecutor.CALL + "@")
                        ? executor.executeCall(argumentText, job)
                        : executor.execute(name, argumentText, job);
            }

            @Override
            public byte[] executeBatch(String name, Data workload, JobContext job, Runnable lineDone)
                    throws FunctionFailedException {
                return executor.executeBatch(name, workload, job, lineDone);
            }

            @Override
            public void awaitLoaded(String name) throws FunctionFailedException {
                executor.awaitLoaded(name);
            }

            @Override
            public void onChange(Runnable changed) {
                executor.onChange(changed);
            }
        };
    }
}
