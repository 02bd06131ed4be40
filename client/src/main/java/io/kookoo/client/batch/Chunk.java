package io.kookoo.client.batch;

import io.kookoo.call.BatchLines;
import io.kookoo.call.BatchLines.MalformedLineException;
import io.kookoo.client.Job;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Some lines of a batch, one behind the other, and what becomes of them: a job, then its output. Where the job fails the chunk is cut, and
 * its pieces, which are chunks as well, take its place. Confined to the thread of its batch.
 */
final class Chunk {
    private static final byte[] ERROR = "ERROR: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NOTHING = new byte[0];

    private final byte[] bytes;
    private final int from;
    private final int to;
    private final int lines;
    /** The chunk of the input that this is a piece of, or itself. */
    private final Chunk root;
    /** Of a root: how many lines it might have had. */
    private int allowedLines;
    /** Of a root: all bytes that it and its pieces hold, and for how many room is taken. */
    private long heldBytes;

    private long roomBytes;

    private String unsendable;

    /** Null until it is cut. */
    private List<Chunk> pieces;
    /** How many of the pieces are written. */
    private int written;

    private FunctionName function;
    private Job<byte[]> job;
    private long submittedNanos;
    private String warning;

    /** Null until it is known. */
    private byte[] output;

    private int failedLines;

    /** @param bytes so many lines, each with its LF */
    Chunk(byte[] bytes, int lines) {
        this.bytes = bytes;
        this.from = 0;
        this.to = bytes.length;
        this.lines = lines;
        this.root = this;
        this.heldBytes = bytes.length;
    }

    private Chunk(Chunk whole, int from, int to, int lines) {
        this.bytes = whole.bytes;
        this.from = from;
        this.to = to;
        this.lines = lines;
        this.root = whole.root;
    }

    /** A line that cannot be sent, and why. */
    static Chunk unsendable(String reason) {
        Chunk chunk = new Chunk(NOTHING, 1);
        chunk.unsendable = reason;
        return chunk;
    }

    /** Null for lines that can be sent. */
    String unsendable() {
        return unsendable;
    }

    int lines() {
        return lines;
    }

    void allowed(int given) {
        allowedLines = given;
    }

    int allowed() {
        return allowedLines;
    }

    boolean isRoot() {
        return root == this;
    }

    /** Room was taken in the window for it and what comes of it. */
    void room(long bytes) {
        roomBytes = bytes;
    }

    /** For how many bytes room is taken. */
    long room() {
        return root.roomBytes;
    }

    /** How much more room is needed than was taken, or less where nothing more is to come; from now on it is what was taken. */
    long correctRoom() {
        long needed = root.output != null ? root.heldBytes : Math.max(root.roomBytes, root.heldBytes);
        long more = needed - root.roomBytes;
        root.roomBytes = needed;
        return more;
    }

    long bytes() {
        return bytes.length;
    }

    /** The lines, each with its LF. */
    Data workload() {
        return new Data(bytes, from, to);
    }

    /** Of a chunk of one line: the line without its LF. */
    Data line() {
        return new Data(bytes, from, to - 1);
    }

    /** Cuts it into so many pieces, or into its lines where it has no more. */
    List<Chunk> cut(int most) {
        pieces = new ArrayList<>();
        int count = Math.min(most, lines);
        int start = from;
        for (int i = 0; i < count; i++) {
            int size = lines / count + (i < lines % count ? 1 : 0);
            int end = start;
            for (int line = 0; line < size; line++) {
                end = BatchLines.end(bytes, end, to) + 1;
            }
            pieces.add(new Chunk(this, start, end, size));
            start = end;
        }
        return pieces;
    }

    /** The function of its job; null before it has one. */
    FunctionName function() {
        return function;
    }

    /** Null while there is none. */
    Job<byte[]> job() {
        return job;
    }

    void submitted(FunctionName as, Job<byte[]> given, long nowNanos) {
        function = as;
        job = given;
        submittedNanos = nowNanos;
    }

    long submittedNanos() {
        return submittedNanos;
    }

    /** Its job has said something that is no failure. */
    void warned(String text) {
        warning = text;
    }

    /** What its job said last; null for nothing. */
    String warning() {
        return warning;
    }

    /** The job has ended, or is not waited for any more. */
    void withoutJob() {
        job = null;
    }

    /** How long the output is, in bytes; it has ended. */
    int outputBytes() {
        return output.length;
    }

    /**
     * The result of a job of {@code f[]}.
     *
     * @param skipErrors whether lines that failed leave nothing
     * @throws MalformedLineException where it is no result of so many lines
     */
    void completed(byte[] result, boolean skipErrors) throws MalformedLineException {
        int count = 0;
        boolean plain = true;
        for (byte next : result) {
            if (next == '\n') {
                count++;
            } else if (next == '\\' || next == '\r') {
                plain = false;
            }
        }
        boolean open = result.length > 0 && result[result.length - 1] != '\n';
        count += open ? 1 : 0;
        if (count != lines) {
            throw new MalformedLineException(
                    "the worker's result of " + function + " has " + count + " lines for " + lines);
        }
        end(plain && !open ? result : read(result, skipErrors));
    }

    /** Lines without an escape are copied as they are, many at once. */
    private byte[] read(byte[] result, boolean skipErrors) throws MalformedLineException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(result.length + 64);
        int failed = 0;
        int copied = 0;
        for (int start = 0; start < result.length; ) {
            boolean plain = true;
            int end = start;
            for (; end < result.length && result[end] != '\n'; end++) {
                plain &= result[end] != '\\' && result[end] != '\r';
            }
            if (!plain) {
                out.write(result, copied, start - copied);
                boolean failure = BatchLines.isFailure(result, start, end);
                failed += failure ? 1 : 0;
                byte[] text = BatchLines.unescape(result, start, end);
                if (!failure) {
                    BatchLines.appendResult(text, 0, text.length, out);
                } else if (!skipErrors) {
                    out.writeBytes(ERROR);
                    BatchLines.appendResult(text, 0, text.length, out);
                }
                copied = end + 1;
            }
            start = end + 1;
        }
        if (copied < result.length) {
            out.write(result, copied, result.length - copied);
            if (result[result.length - 1] != '\n') {
                out.write('\n');
            }
        }
        failedLines = failed;
        return out.toByteArray();
    }

    /** The result of the job of one line. */
    void completedLine(byte[] result) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(result.length + 1);
        BatchLines.appendResult(result, 0, result.length, out);
        end(out.toByteArray());
    }

    /** Each of its lines has failed, for the same reason. */
    void fail(String reason, boolean skipErrors) {
        failedLines = lines;
        if (skipErrors) {
            end(NOTHING);
            return;
        }
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream(lines * (ERROR.length + text.length + 1) + 64);
        for (int i = 0; i < lines; i++) {
            out.writeBytes(ERROR);
            BatchLines.appendResult(text, 0, text.length, out);
        }
        end(out.toByteArray());
    }

    private void end(byte[] given) {
        output = given;
        root.heldBytes += given.length;
    }

    /**
     * Writes what is known of its output and not written yet, up to the first piece that has none.
     *
     * @return whether all of it is written
     */
    boolean write(BatchOutput out) throws IOException {
        if (pieces == null) {
            if (output == null) {
                return false;
            }
            out.write(output, lines, failedLines);
            return true;
        }
        while (written < pieces.size()) {
            if (!pieces.get(written).write(out)) {
                return false;
            }
            pieces.set(written++, null);
        }
        return true;
    }

    /** Visits this, or the pieces it is cut into, as far as they have a job. */
    void forEachOpen(Consumer<Chunk> visitor) {
        if (pieces != null) {
            pieces.subList(written, pieces.size()).forEach(piece -> piece.forEachOpen(visitor));
        } else if (job != null) {
            visitor.accept(this);
        }
    }
}
