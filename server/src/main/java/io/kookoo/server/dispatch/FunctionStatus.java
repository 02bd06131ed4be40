package io.kookoo.server.dispatch;

import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.Priority;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * A function at one moment, as {@code status}, {@code prioritystatus} and {@code show functions} show it.
 *
 * @param total jobs queued, delayed and running
 * @param running jobs in the hands of workers
 * @param workers connections that announced it
 * @param queued jobs queued, for each {@link Priority} in its order
 * @param done jobs that ended well since the server's start
 * @param failed jobs that ended otherwise
 * @param retried further runs after a lost worker or a lease that ran out
 * @param mean time of a run; zero where nothing ran
 * @param p99 time that 99 of 100 runs did not exceed
 */
public record FunctionStatus(
        FunctionName name,
        int total,
        int running,
        int workers,
        List<Integer> queued,
        long done,
        long failed,
        long retried,
        Duration mean,
        Duration p99) {
    public FunctionStatus {
        queued = List.copyOf(queued);
    }

    static FunctionStatus of(FunctionQueue function) {
        return new FunctionStatus(
                function.name,
                function.total(),
                function.running(),
                function.workers,
                Arrays.stream(Priority.values())
                        .map(priority -> function.lane(priority).size())
                        .toList(),
                function.done,
                function.failed,
                function.retried,
                function.runTimes.mean(),
                function.runTimes.percentile(99));
    }
}
