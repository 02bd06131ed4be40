package io.kookoo.client.batch;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Bounds what of a batch is in memory: how many chunks there may be between the input and the output, and how many bytes of lines and
 * results; and says how many lines the next chunk may have. Thread-safe.
 *
 * <p>Room for the result of a chunk is taken before it is submitted: as much as its lines have, or as the largest of the last results.
 * Where results are larger than any before, there is less room for the chunks that follow.
 *
 * <p>Without a number of lines from the user the first chunks have one, and later ones more, as long as they are back within {@link #AIM}, the
 * waiting for a worker included, or as long as more lines are done in a second when chunks have more of them. So where a line takes long all
 * workers have some, and where it does not a job costs next to nothing a line.
 */
final class Window {
    private static final Duration AIM = Duration.ofMillis(250);
    /** A chunk that takes so many times as long is too large, whatever was gained by it before. */
    private static final int FAR = 8;
    /** A large result is expected again for about so many results. */
    private static final int FADING = 8;
    /** The most that one chunk may be larger than one that was quick. */
    private static final int GROWTH = 8;
    /** So many chunks of a size tell how good the size is. */
    private static final int ROUND = 8;
    /** How many times as many lines a second have to be done for chunks of twice the size to pay. */
    private static final double GAIN = 1.3;

    private final int mostChunks;
    private final long mostBytes;
    private final int mostLines;
    private final boolean fixed;
    private final LongSupplier nanoTime;

    private int chunks;
    private long bytes;
    /** As large a result is to be expected. */
    private long expectedBytes;

    private int lines;
    private int bound = Integer.MAX_VALUE;

    /** Of the chunks that have as many lines as the next one may have: how many are done, and their lines but for the first. */
    private int chunksRan;

    private long linesRan;
    private long firstRanNanos;
    /** Lines in a nanosecond, in the last round. */
    private double lastRate;
    /** Whether a larger size was tried and did not pay, or there is none. */
    private boolean settled;

    /**
     * @param mostLines of a chunk
     * @param fixed whether each chunk has so many lines; otherwise at most so many
     * @param nanoTime the clock, as {@link System#nanoTime}
     */
    Window(int mostChunks, long mostBytes, int mostLines, boolean fixed, LongSupplier nanoTime) {
        this.mostChunks = mostChunks;
        this.mostBytes = mostBytes;
        this.mostLines = mostLines;
        this.fixed = fixed;
        this.nanoTime = nanoTime;
        this.lines = fixed ? mostLines : 1;
    }

    /** Waits until there is room for another chunk, and takes it. */
    synchronized void enter() throws InterruptedException {
        while (chunks > 0 && (chunks >= mostChunks || bytes >= mostBytes)) {
            wait();
        }
        chunks++;
    }

    /**
     * Waits until there is room for these lines and their result, or nothing else is there, and takes it.
     *
     * @return how many bytes were taken
     */
    synchronized long reserve(long lineBytes) throws InterruptedException {
        while (chunks > 1 && bytes + room(lineBytes) > mostBytes) {
            wait();
        }
        long room = room(lineBytes);
        bytes += room;
        return room;
    }

    private long room(long lineBytes) {
        return lineBytes + Math.max(lineBytes, expectedBytes);
    }

    /** A result has come, for which room was taken; this is how much more it needs, or less. Never waits. */
    synchronized void correct(long resultBytes, long more) {
        expectedBytes = Math.max(resultBytes, expectedBytes - expectedBytes / FADING);
        bytes += more;
        if (more < 0) {
            notifyAll();
        }
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

    /**
     * A chunk is done.
     *
     * @param allowed how many lines it might have
     * @param count how many it had
     * @param tookNanos from its submission to its result
     */
    synchronized void ran(int allowed, int count, long tookNanos) {
        if (fixed || allowed != lines) {
            return;
        }
        long now = nanoTime.getAsLong();
        if (chunksRan++ == 0) {
            firstRanNanos = now;
            linesRan = 0;
            return;
        }
        linesRan += count;
        if (chunksRan <= ROUND) {
            return;
        }
        chunksRan = 0;
        double rate = linesRan / (double) Math.max(1, now - firstRanNanos);
        int next = (int) Math.min(mostLines, Math.max(1, next(rate, tookNanos)));
        settled |= next == lines;
        lines = next;
        lastRate = rate;
    }

    private long next(double rate, long tookNanos) {
        long aim = AIM.toNanos();
        if (tookNanos < aim) {
            settled = false;
            return (long) lines * (tookNanos < aim / GROWTH ? GROWTH : 2);
        }
        if (!settled && rate > GAIN * lastRate) {
            return 2L * lines;
        }
        boolean wasSettled = settled;
        settled = true;
        if (tookNanos > FAR * aim) {
            return lines * aim / tookNanos;
        }
        return wasSettled ? lines : lines / 2;
    }
}
