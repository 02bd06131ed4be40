package io.kookoo.client.batch;

import io.kookoo.call.BatchLines;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Cuts the input of a batch into chunks. Lines end with LF or CR LF; a last line without either counts as well. Confined to one thread.
 */
final class BatchInput {
    private static final int BLOCK_BYTES = 128 * 1024;

    private final InputStream in;
    private final int longestLine;
    private final String longestReason;
    private final int chunkBytes;

    private byte[] buffer = new byte[BLOCK_BYTES];
    private int from;
    private int to;
    private boolean ended;

    /**
     * @param in read in large blocks; the caller closes it
     * @param longestLine in bytes, its end not counted; a longer one fails
     * @param longestReason why no longer one can be taken
     * @param chunkBytes the most that several lines of one chunk have together; no more than {@code longestLine}
     */
    BatchInput(InputStream in, int longestLine, String longestReason, int chunkBytes) {
        this.in = in;
        this.longestLine = longestLine;
        this.longestReason = longestReason;
        this.chunkBytes = chunkBytes;
    }

    /**
     * The next lines, {@code mostLines} at most; fewer where more would have to be waited for. Blocks until there is one.
     *
     * @return null at the end
     */
    Chunk next(int mostLines) throws IOException {
        int lines = 0;
        int lineStart = from;
        int scan = from;
        boolean returns = false;
        while (true) {
            while (scan < to) {
                int end = BatchLines.end(buffer, scan, to);
                if (end == to) {
                    scan = to;
                    break;
                }
                scan = end + 1;
                if (lines > 0 && scan - from > chunkBytes) {
                    return cut(lineStart, lines, returns);
                }
                if (end - lineStart > longestLine) {
                    return tooLong(end - lineStart, scan);
                }
                returns |= end > lineStart && buffer[end - 1] == '\r';
                lines++;
                lineStart = scan;
                if (lines == mostLines) {
                    return cut(scan, lines, returns);
                }
            }
            if (lines > 0 && (to - lineStart > longestLine || !ended && in.available() == 0)) {
                return cut(lineStart, lines, returns);
            }
            if (to - lineStart > longestLine) {
                return skipLine(to - lineStart);
            }
            lineStart -= from;
            scan -= from;
            if (!fill()) {
                if (lineStart == to) {
                    return lines == 0 ? null : cut(to, lines, returns);
                }
                // Room for its end is left by fill.
                buffer[to++] = '\n';
            }
        }
    }

    /** Reads more behind what is there, which is moved to the beginning; false at the end of the input. */
    private boolean fill() throws IOException {
        System.arraycopy(buffer, from, buffer, 0, to - from);
        to -= from;
        from = 0;
        if (buffer.length - to < BLOCK_BYTES / 2) {
            buffer = Arrays.copyOf(buffer, 2 * buffer.length);
        }
        int n = ended ? -1 : in.read(buffer, to, buffer.length - to - 1);
        ended = n < 0;
        to += Math.max(0, n);
        return !ended;
    }

    private Chunk cut(int end, int lines, boolean returns) {
        byte[] bytes = Arrays.copyOfRange(buffer, from, end);
        from = end;
        if (buffer.length > BLOCK_BYTES && to - from <= BLOCK_BYTES / 2) {
            buffer = Arrays.copyOfRange(buffer, from, from + BLOCK_BYTES);
            to -= from;
            from = 0;
        }
        return new Chunk(returns ? withoutReturns(bytes) : bytes, lines);
    }

    /** The same lines without the CR before each LF. */
    private static byte[] withoutReturns(byte[] bytes) {
        int length = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != '\r' || bytes[i + 1] != '\n') {
                bytes[length++] = bytes[i];
            }
        }
        return Arrays.copyOf(bytes, length);
    }

    private Chunk skipLine(long beginning) throws IOException {
        long length = beginning;
        while (true) {
            from = to;
            if (!fill()) {
                return tooLong(length, to);
            }
            for (int i = from; i < to; i++) {
                if (buffer[i] == '\n') {
                    return tooLong(length + i - from, i + 1);
                }
            }
            length += to - from;
        }
    }

    private Chunk tooLong(long length, int end) {
        from = end;
        return Chunk.unsendable("the line has " + length + " bytes; " + longestReason);
    }
}
