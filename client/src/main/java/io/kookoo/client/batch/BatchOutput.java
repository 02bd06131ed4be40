package io.kookoo.client.batch;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * The output of a batch: buffered, and counting the lines that the stream below has really taken. After an {@link IOException} there may
 * be a part of a line more. Confined to the thread of its batch.
 */
final class BatchOutput {
    private static final int BUFFER_BYTES = 64 * 1024;

    /** Lines that are out when so many bytes are. */
    private record Mark(long bytes, int lines, int failed) {}

    private final OutputStream below;
    private final OutputStream buffer;
    private final Queue<Mark> marks = new ArrayDeque<>();
    private long givenBytes;
    private long takenBytes;
    private long lines;
    private long failed;

    /** @param below never closed */
    BatchOutput(OutputStream below) {
        this.below = below;
        this.buffer = new BufferedOutputStream(new Taken(), BUFFER_BYTES);
    }

    /**
     * @param output of so many lines of the input; shorter where some of them leave nothing
     * @param failedLines how many of them failed
     */
    void write(byte[] output, int inputLines, int failedLines) throws IOException {
        givenBytes += output.length;
        marks.add(new Mark(givenBytes, inputLines, failedLines));
        buffer.write(output);
    }

    void flush() throws IOException {
        buffer.flush();
    }

    /** How many lines of the input are done: what they leave has been taken. */
    long lines() {
        count();
        return lines;
    }

    /** How many of these failed. */
    long failed() {
        count();
        return failed;
    }

    private void count() {
        while (!marks.isEmpty() && marks.peek().bytes() <= takenBytes) {
            Mark mark = marks.remove();
            lines += mark.lines();
            failed += mark.failed();
        }
    }

    private final class Taken extends OutputStream {
        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            below.write(bytes, from, length);
            takenBytes += length;
        }

        @Override
        public void flush() throws IOException {
            below.flush();
        }
    }
}
