package io.kookoo.client.batch;

import java.time.Duration;

/**
 * Bounds what of a batch is in memory: how many chunks there may be between the input and the output, and about how many bytes of lines and
 * results; and says how many lines the next chunk may have. Thread-safe.
 *
 * <p>Without a number of lines from the user there are as many as take about {@link #AIM} from their submission to their result, the
 * waiting for a worker included: few where a line takes long, so that all workers have some, many where it does not, so that a job costs next
 * to nothing a line.
 */
final class Window {
    private static final Duration AIM = Duration.ofMillis(250);
    /** The most that one chunk may be larger than one that was quick. */
    private static final int GROWTH = 8;

    private final int mostChunks;
    private final long mostBytes;
    private final int mostLines;
    private final boolean fixed;

    private int chunks;
    private long bytes;
    private int lines;
    private int bound = Integer.MAX_VALUE;

    /**
     * @param mostLines of a chunk
     * @param fixed whether each chunk has so many lines; otherwise at most so many
     */
    Window(int mostChunks, long mostBytes, int mostLines, boolean fixed) {
        this.mostChunks = mostChunks;
        this.mostBytes = mostBytes;
        this.mostLines = mostLines;
        this.fixed = fixed;
        this.lines = fixed ? mostLines : 1;
    }

    /** Waits until there is room for another chunk, and takes it. */
    synchronized void enter() throws InterruptedException {
        while (chunks > 0 && (chunks >= mostChunks || bytes >= mostBytes)) {
            wait();
        }
        chunks++;
    }

    /** Counts bytes of lines and results that are there now; never waits. */
    synchronized void add(long more) {
        bytes += more;
    }

    /** Gives the room of a chunk back, with all the bytes it had. */
    synchronized void leave(long less) {
        chunks--;
        bytes -= less;
        notifyAll();
    }

    /** How many lines the next chunk may have, 1 or more. */
    synchronized int lines() {
        return Math.min(lines, bound);
    }

    /** From now on chunks have at most so many lines, whatever else is said. */
    synchronized void bound(int most) {
        bound = most;
    }

    /** So many lines took so long. */
    synchronized void ran(int count, long nanos) {
        if (fixed) {
            return;
        }
        long aimed = count * AIM.toNanos() / Math.max(1, nanos);
        if (aimed > lines) {
            // A chunk from before the last growth says nothing new.
            long grown = Math.max(lines, (long) GROWTH * count);
            lines = (int) Math.min(mostLines, Math.min(aimed, grown));
        } else if (2 * count >= lines) {
            lines = (int) Math.max(1, aimed);
        }
    }
}
