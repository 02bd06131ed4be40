package io.kookoo.client.function;

import io.kookoo.call.BatchLines;
import io.kookoo.protocol.Data;
import java.io.ByteArrayOutputStream;

/** Runs the lines of a batch, one after the other; whatever one of them does costs that line alone. Used once, by one thread. */
final class BatchRun {
    /** Lines that are known to be whole, and one that may be taken back. */
    private static final class Results extends ByteArrayOutputStream {
        Results(int size) {
            super(size);
        }

        synchronized void cutBack(int size) {
            count = size;
        }
    }

    private final String name;
    private final LineFunction function;
    private final JobContext job;
    private final Runnable lineDone;

    /** @param name the function's, for messages */
    BatchRun(String name, LineFunction function, JobContext job, Runnable lineDone) {
        this.name = name;
        this.function = function;
        this.job = job;
        this.lineDone = lineDone;
    }

    /**
     * A line of the result for each line.
     *
     * @throws FunctionFailedException once the job is cancelled; the thread is left interrupted
     */
    byte[] run(Data workload) throws FunctionFailedException {
        byte[] lines = workload.toBytes();
        Results results = new Results(lines.length + 1);
        int end;
        for (int from = 0; from < lines.length; from = end + 1) {
            end = BatchLines.end(lines, from, lines.length);
            run(lines, from, end, results);
            stopIfCancelled();
            lineDone.run();
        }
        return results.toByteArray();
    }

    private void run(byte[] lines, int from, int to, Results results) {
        int before = results.size();
        try {
            function.run(lines, from, to, results);
        } catch (Throwable thrown) {
            FunctionFailedException failure =
                    thrown instanceof FunctionFailedException e ? e : FunctionExecutor.failure(name, thrown);
            results.cutBack(before);
            BatchLines.appendFailure(failure.getMessage(), results);
        }
    }

    private void stopIfCancelled() throws FunctionFailedException {
        // An interrupt that is no cancelling was for the line, and ends with it.
        Thread.interrupted();
        if (job.cancelled()) {
            throw FunctionExecutor.failure(name, new InterruptedException());
        }
    }
}
