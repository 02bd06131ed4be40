package io.kookoo.server.dispatch;

/**
 * What the dispatcher holds at most. Jobs that a former run of the server has left are taken whatever there is.
 *
 * @param jobs that have not ended, those that run included
 * @param bytes what these take: their workloads, and {@link Job#FLAT_BYTES} for each
 * @param functions that one worker has announced
 * @param names of functions that are known, whether or not anybody offers them
 */
public record Bounds(int jobs, long bytes, int functions, int names) {
    static final Bounds NONE = new Bounds(Integer.MAX_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);

    public Bounds {
        if (jobs < 1 || bytes < 1 || functions < 1 || names < 1) {
            throw new IllegalArgumentException(
                    "Bounds must be positive: " + jobs + ", " + bytes + ", " + functions + ", " + names);
        }
    }
}
