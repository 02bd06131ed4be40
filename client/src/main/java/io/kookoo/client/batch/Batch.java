package io.kookoo.client.batch;

import io.kookoo.call.BatchLines.MalformedLineException;
import io.kookoo.call.CallSyntaxException;
import io.kookoo.call.FunctionCall;
import io.kookoo.client.ConnectionLostException;
import io.kookoo.client.FunctionStatus;
import io.kookoo.client.Job;
import io.kookoo.client.JobCancelledException;
import io.kookoo.client.Kookoo;
import io.kookoo.client.RefusedException;
import io.kookoo.client.Submission;
import io.kookoo.client.function.FunctionExecutor;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.ErrorCode;
import io.kookoo.protocol.FunctionName;
import io.kookoo.settings.Settings;
import io.kookoo.settings.TimeSpan;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Applies a function to each line of an input, with all the workers of a server, and writes the results in the order of the lines.
 *
 * <pre>
 *   kookoo-input                 the thread in run                            kookoo-read
 *   cuts chunks, as far as       submits them; takes results, cuts what       completes
 *   the window has room          failed; writes what is next in order         the jobs
 *            \---- events ---->                                <---- events ----/
 * </pre>
 *
 * <p>Chunks are jobs of {@code f[]}. Where workers offer {@code f} alone, each line is a job of {@code f}; the function {@code call}
 * stands for whole calls, so that each line is then a job of the function that it calls. What is offered is looked at in the beginning and
 * every {@link #LOOK_INTERVAL}.
 *
 * <p>A chunk whose job fails, because its workers were lost or for any other reason, or whose result is malformed, is cut into
 * {@value #PIECES} pieces, and these into lines: in the end the bad line fails alone. The lines of a chunk that somebody cancels fail.
 */
public final class Batch {
    private static final int PIECES = 32;
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);
    /** How long after a refusal by a full queue it is tried again at the latest. */
    private static final Duration REFUSED_PAUSE = Duration.ofMillis(100);

    /** How long the server may take to answer that it has cancelled what nobody waits for any more. */
    private static final Duration CANCEL_PATIENCE = Duration.ofSeconds(2);

    /** Where nobody says otherwise: a packet of a chunk is written from a buffer that is kept. */
    private static final int CHUNK_LINES = 2000;

    private static final int CHUNK_BYTES = 60 * 1024;
    /** Lines of a chunk that becomes a job a line: enough of them are under way with each window. */
    private static final int SINGLE_LINES = 64;
    /**
     * What a batch may hold of the heap, lines and results. A line may have a quarter of that, because it is copied on its way: while one is
     * read there are up to four of it (the buffer, which grows by copying, and the chunk), while one is sent another, and while a result is
     * taken up to seven (the packet, the result, both unescaped and escaped by growing buffers). Together that is half of the heap.
     */
    private static final int HEAP_SHARE = 8;

    private static final int LINE_SHARE = 4;

    private static final long LEAST_BYTES = 1024 * 1024;
    private static final long MOST_BYTES = 256 * 1024 * 1024;
    /** What {@code []}, a unique and the ends of arguments take of a packet. */
    private static final int PACKET_MARGIN = 32;

    /**
     * What a user decides.
     *
     * @param function 1 to 510 bytes, without the {@code []}
     * @param chunkLines how many lines a chunk has; 0 leaves it to the batch
     * @param windowChunks how many chunks may be under way, 1 or more
     * @param skipErrors whether lines that failed leave nothing in the output
     * @param timeout for all of it
     * @param waitWorker for how long a worker that offers the function is waited for
     * @param maxPacketBytes what the server takes, unless it says that it takes less
     */
    public record Options(
            FunctionName function,
            int chunkLines,
            int windowChunks,
            boolean skipErrors,
            Optional<Duration> timeout,
            Duration waitWorker,
            int maxPacketBytes) {}

    /** What is to be told while a batch runs, by its thread. */
    public interface Listener {
        /** So many lines have been written so far, or left out, {@code failed} of which failed; they had so many bytes. */
        void progress(long lines, long failed, long inputBytes);

        /** Something that a person should know. */
        void remark(String text);
    }

    /** Why a batch has ended. */
    public enum Reason {
        /** All lines are written. */
        DONE,
        /** Nobody offers the function. */
        NO_WORKER,
        /** The connection to the server is lost. */
        LOST,
        /** There is not enough memory. */
        MEMORY,
        TIMEOUT,
        INTERRUPTED,
        /** The input cannot be read. */
        INPUT,
        /** The output cannot be written. */
        OUTPUT
    }

    /**
     * How a batch has ended: the output has the first {@code lines} lines.
     *
     * @param message for a person; empty if it is done
     * @param failed how many of the lines failed
     */
    public record End(Reason reason, String message, long lines, long failed) {}

    private enum Mode {
        /** Nobody offers the function. */
        WAITING,
        CHUNKS,
        LINES
    }

    private final Kookoo kookoo;
    private final Options options;
    private final FunctionName function;
    private final FunctionName chunkFunction;
    private final boolean calls;
    private final Listener listener;
    private final Offers offers;
    private final long mostBytes;
    /** What has room in memory. */
    private final long longestLine;

    private final Window window;

    /** What has happened, to be handled by the thread in {@link #run}, which all below is confined to. */
    private final BlockingQueue<Runnable> events = new LinkedBlockingQueue<>();

    private Mode mode = Mode.WAITING;
    private boolean inputStarted;
    private boolean inputEnded;
    /** Why the input could not be read to its end; null if it can. */
    private String inputProblem;

    private Reason inputReason;
    /** What the server takes. */
    private int maxPacketBytes;
    /** Whether the server has said so, and not our own settings. */
    private boolean serverLimit;

    private final Queue<Chunk> inOrder = new ArrayDeque<>();
    /** Not submitted, because nobody offers the function or the queue at the server is full. */
    private final Queue<Chunk> held = new ArrayDeque<>();

    private Reason endReason;
    private String endMessage = "";

    private boolean looking;
    private long begunNanos;
    private long nextLookNanos;

    private long bytesWritten;
    /** As the listener was told last. */
    private long linesTold;

    public Batch(Kookoo kookoo, Options options, Listener listener) {
        this.kookoo = kookoo;
        this.options = options;
        this.function = options.function();
        this.chunkFunction = FunctionName.of(function.text() + "[]");
        this.calls = function.text().equals(FunctionExecutor.CALL);
        this.listener = listener;
        this.offers = new Offers(options.waitWorker());
        this.maxPacketBytes = options.maxPacketBytes();
        long share = Math.max(LEAST_BYTES, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
        this.mostBytes = Math.min(MOST_BYTES, share);
        this.longestLine = share / LINE_SHARE;
        boolean fixed = isFixed();
        this.window = new Window(
                options.windowChunks(), mostBytes, fixed ? options.chunkLines() : CHUNK_LINES, fixed, System::nanoTime);
    }

    private boolean isFixed() {
        return options.chunkLines() > 0;
    }

    /**
     * Runs all of it; blocks until it has ended, at the latest when the thread is interrupted. Called once.
     *
     * @param in read in a thread of its own, which is not waited for where the batch ends before its input
     * @param below written in large pieces, and whenever nothing else is to be done; closed by the caller, as {@code in} is
     */
    public End run(InputStream in, OutputStream below) {
        BatchOutput out = new BatchOutput(below);
        begunNanos = System.nanoTime();
        nextLookNanos = begunNanos;
        try {
            kookoo.askList("show settings").whenComplete((lines, failure) -> events.add(() -> limit(lines)));
            while (endReason == null && !(inputEnded && inOrder.isEmpty())) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                Runnable event = events.poll();
                if (event == null) {
                    out.flush();
                    tell(out);
                    event = events.poll(nanosToWait(), TimeUnit.NANOSECONDS);
                }
                if (event != null) {
                    event.run();
                }
                timePassed(in);
                write(out);
            }
        } catch (IOException e) {
            end(Reason.OUTPUT, e.getMessage());
        } catch (InterruptedException e) {
            end(Reason.INTERRUPTED, "interrupted");
        } catch (OutOfMemoryError e) {
            end(Reason.MEMORY, noMemory(e));
        } catch (RuntimeException | Error e) {
            // The caller hears of it when nothing is left under way.
            end(Reason.INTERRUPTED, e.toString());
            try {
                finish(out);
            } catch (RuntimeException | Error another) {
                e.addSuppressed(another);
            }
            throw e;
        }
        if (endReason == null && inputProblem != null) {
            end(inputReason, inputProblem);
        }
        finish(out);
        return new End(endReason == null ? Reason.DONE : endReason, endMessage, out.lines(), out.failed());
    }

    /** Has the listener told something by the thread that runs this; any thread may. */
    public void remark(String text) {
        events.add(() -> listener.remark(text));
    }

    private static String noMemory(OutOfMemoryError e) {
        return "there is not enough memory (" + e.getMessage() + "): give it more (java -Xmx), or have less under way"
                + " (--chunk, --window)";
    }

    /** The first end is the one that counts. */
    private void end(Reason reason, String message) {
        if (endReason == null) {
            endReason = reason;
            endMessage = message;
        }
    }

    private void finish(BatchOutput out) {
        try {
            // What has come meanwhile is finished as well.
            List.copyOf(events).forEach(Runnable::run);
            if (endReason != Reason.OUTPUT) {
                write(out);
                out.flush();
                tell(out);
            }
        } catch (IOException e) {
            end(Reason.OUTPUT, e.getMessage());
        } finally {
            cancelOpen();
        }
    }

    private void cancelOpen() {
        List<Job<?>> open = new ArrayList<>();
        inOrder.forEach(chunk -> chunk.forEachOpen(piece -> open.add(piece.job())));
        kookoo.cancelAll(open)
                .completeOnTimeout(null, CANCEL_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    // The input

    private void startInput(InputStream in) {
        inputStarted = true;
        Thread reading = new Thread(() -> read(in), "kookoo-input");
        reading.setDaemon(true);
        reading.start();
    }

    /** @param settings what the server says of them; null where it says nothing, being of another kind */
    private void limit(List<String> settings) {
        OptionalInt takes = settings == null ? OptionalInt.empty() : Settings.maxPacketBytesOf(settings);
        if (takes.isPresent() && takes.getAsInt() < maxPacketBytes) {
            maxPacketBytes = takes.getAsInt();
            serverLimit = true;
        }
    }

    private BatchInput input(InputStream in) {
        long packet = (long) maxPacketBytes - function.length() - PACKET_MARGIN;
        long longest = Math.max(1, Math.min(packet, longestLine));
        String reason = longest == longestLine
                ? "at most " + longest + " have room in a heap of "
                        + Runtime.getRuntime().maxMemory() / 1024 / 1024 + " MiB (java -Xmx)"
                : "at most " + longest + " can be sent ("
                        + (serverLimit ? "the server's [Server] max_packet)" : "[Server] max_packet)");
        long chunkBytes = Math.min(longest, isFixed() ? mostBytes / LINE_SHARE : CHUNK_BYTES);
        return new BatchInput(in, (int) longest, reason, (int) chunkBytes);
    }

    private void read(InputStream in) {
        try {
            BatchInput input = input(in);
            while (true) {
                window.enter();
                int allowed = window.lines();
                Chunk chunk = input.next(allowed);
                if (chunk == null) {
                    break;
                }
                if (chunk.unsendable() == null) {
                    chunk.room(window.reserve(chunk.bytes()));
                }
                events.add(() -> accept(chunk, allowed));
            }
            events.add(() -> inputEnded = true);
        } catch (IOException | InterruptedException e) {
            events.add(() -> inputFailed(Reason.INPUT, e.getMessage()));
        } catch (OutOfMemoryError e) {
            events.add(() -> inputFailed(Reason.MEMORY, noMemory(e)));
        } catch (RuntimeException | Error e) {
            // In the thread of run, which hands it on.
            events.add(() -> {
                throw e;
            });
        }
    }

    /** The lines before are still done. */
    private void inputFailed(Reason reason, String message) {
        inputReason = reason;
        inputProblem = message;
        inputEnded = true;
    }

    private void accept(Chunk chunk, int allowed) {
        chunk.allowed(allowed);
        inOrder.add(chunk);
        if (chunk.unsendable() != null) {
            fail(chunk, chunk.unsendable());
        } else {
            submit(chunk);
        }
    }

    // Jobs

    private void submit(Chunk chunk) {
        submit(List.of(chunk));
    }

    private void submit(List<Chunk> chunks) {
        if (endReason != null) {
            return;
        }
        switch (mode) {
            case WAITING -> held.addAll(chunks);
            case CHUNKS -> {
                List<Submission> submissions = new ArrayList<>(chunks.size());
                chunks.forEach(chunk -> submissions.add(submission(chunk, chunkFunction, chunk.workload())));
                List<Job<byte[]>> jobs = kookoo.submitAll(submissions, Data::toBytes);
                for (int i = 0; i < jobs.size(); i++) {
                    follow(chunks.get(i), chunkFunction, jobs.get(i));
                }
            }
            case LINES -> {
                for (Chunk chunk : chunks) {
                    submitLines(chunk.lines() == 1 ? List.of(chunk) : chunk.cut(chunk.lines()));
                }
            }
        }
    }

    /** The arguments of a call that was read as ISO 8859-1, since it is no UTF-8: the bytes that stand in the line. */
    private static Data bytes(FunctionCall call) {
        byte[] bytes = call.argumentText().getBytes(StandardCharsets.ISO_8859_1);
        return new Data(bytes, 0, bytes.length);
    }

    private void submitLines(List<Chunk> lines) {
        List<Chunk> sent = new ArrayList<>(lines.size());
        List<FunctionName> functions = new ArrayList<>(lines.size());
        List<Submission> submissions = new ArrayList<>(lines.size());
        for (Chunk line : lines) {
            try {
                FunctionName name = function;
                Data arguments = line.line();
                if (calls) {
                    String text = arguments.text();
                    FunctionCall call = FunctionCall.parse(text);
                    name = FunctionName.of(call.name());
                    arguments = Data.of(text).equals(arguments) ? Data.of(call.argumentText()) : bytes(call);
                    if (offers.nanosLeft(name, System.nanoTime()) <= 0) {
                        fail(line, offers.reason(name));
                        continue;
                    }
                }
                submissions.add(submission(line, name, arguments));
                functions.add(name);
                sent.add(line);
            } catch (CallSyntaxException e) {
                // As a worker of call[] says it.
                fail(line, "call not understood at column " + e.column() + ": " + e.reason());
            }
        }
        List<Job<byte[]>> jobs = kookoo.submitAll(submissions, Data::toBytes);
        for (int i = 0; i < jobs.size(); i++) {
            follow(sent.get(i), functions.get(i), jobs.get(i));
        }
    }

    private Submission submission(Chunk chunk, FunctionName of, Data workload) {
        return Submission.of(of, workload).onWarning(text -> events.add(() -> chunk.warned(text)));
    }

    private void follow(Chunk chunk, FunctionName of, Job<byte[]> job) {
        chunk.submitted(of, job, System.nanoTime());
        job.whenComplete((result, failure) -> events.add(() -> ended(chunk, job, result, failure)));
    }

    private void ended(Chunk chunk, Job<byte[]> job, byte[] result, Throwable failure) {
        if (chunk.job() != job) {
            // Cancelled here: it was submitted in another way, or has been given up.
            return;
        }
        chunk.withoutJob();
        if (failure == null) {
            completed(chunk, result);
        } else if (failure instanceof ConnectionLostException lost) {
            lost(lost);
            return;
        } else if (failure instanceof RefusedException refusal
                && refusal.answer().startsWith(ErrorCode.QUEUE_ERROR.name())) {
            // There is room again when a job ends, be it one of others.
            held.add(chunk);
            nextLookNanos = Math.min(nextLookNanos, System.nanoTime() + REFUSED_PAUSE.toNanos());
            return;
        } else if (failure instanceof OutOfMemoryError e) {
            end(Reason.MEMORY, noMemory(e));
            return;
        } else if (failure instanceof JobCancelledException) {
            // Whoever it was did not want these lines to be done: they are not tried again.
            fail(chunk, failure.getMessage());
        } else {
            failed(chunk, failure.getMessage());
        }
        if (!held.isEmpty()) {
            submit(held.remove());
        }
    }

    private void completed(Chunk chunk, byte[] result) {
        if (!chunk.function().equals(chunkFunction)) {
            chunk.completedLine(result);
        } else {
            try {
                chunk.completed(result, options.skipErrors());
            } catch (MalformedLineException e) {
                failed(chunk, e.getMessage());
                return;
            }
            if (chunk.isRoot()) {
                window.ran(chunk.allowed(), chunk.lines(), System.nanoTime() - chunk.submittedNanos());
            }
        }
        ended(chunk);
    }

    private void ended(Chunk chunk) {
        window.correct(chunk.outputBytes(), chunk.correctRoom());
    }

    private void lost(ConnectionLostException lost) {
        if (lost.noMemory() != null) {
            end(Reason.MEMORY, noMemory(lost.noMemory()));
        } else {
            end(Reason.LOST, lost.getMessage());
        }
    }

    private void failed(Chunk chunk, String reason) {
        if (chunk.lines() == 1) {
            // Such as that the worker's process has to end, where the server knows only that it has gone.
            fail(chunk, chunk.warning() == null ? reason : reason + "; its last warning: " + chunk.warning());
        } else {
            submit(chunk.cut(PIECES));
        }
    }

    private void fail(Chunk chunk, String reason) {
        chunk.fail(reason, options.skipErrors());
        ended(chunk);
    }

    // The output

    private void write(BatchOutput out) throws IOException {
        while (!inOrder.isEmpty() && inOrder.peek().write(out)) {
            Chunk chunk = inOrder.remove();
            bytesWritten += chunk.bytes();
            window.leave(chunk.room());
        }
        tell(out);
    }

    private void tell(BatchOutput out) {
        if (out.lines() > linesTold) {
            linesTold = out.lines();
            listener.progress(linesTold, out.failed(), bytesWritten);
        }
    }

    // Time

    private long nanosToWait() {
        long now = System.nanoTime();
        long wait = looking ? Long.MAX_VALUE : nextLookNanos - now;
        if (options.timeout().isPresent()) {
            wait = Math.min(wait, begunNanos + options.timeout().get().toNanos() - now);
        }
        return Math.max(0, wait);
    }

    private void timePassed(InputStream in) {
        long now = System.nanoTime();
        if (options.timeout().isPresent()
                && now - begunNanos >= options.timeout().get().toNanos()) {
            end(
                    Reason.TIMEOUT,
                    "not done within " + TimeSpan.seconds(options.timeout().get()) + " (--timeout)");
        } else if (!looking && now - nextLookNanos >= 0) {
            looking = true;
            kookoo.status().whenComplete((functions, failure) -> events.add(() -> looked(functions, failure, in)));
        }
    }

    private void looked(List<FunctionStatus> functions, Throwable failure, InputStream in) {
        looking = false;
        if (failure != null) {
            Throwable reason = failure.getCause() == null ? failure : failure.getCause();
            if (reason instanceof ConnectionLostException lost) {
                lost(lost);
            } else {
                end(Reason.LOST, reason.getMessage());
            }
            return;
        }
        long now = System.nanoTime();
        nextLookNanos = now + LOOK_INTERVAL.toNanos();
        offers.looked(functions);
        Mode before = mode;
        if (offers.has(chunkFunction)) {
            mode = Mode.CHUNKS;
        } else if (calls || offers.has(function)) {
            mode = Mode.LINES;
        } else if (mode != Mode.LINES) {
            // Jobs that wait already stay where they are: their workers may come back.
            mode = Mode.WAITING;
        }
        window.bound(mode == Mode.LINES ? SINGLE_LINES : Integer.MAX_VALUE);
        if (mode == Mode.LINES) {
            resubmitAsLines();
            judgeLines(now);
        }
        if (!calls && !offers.has(chunkFunction) && !offers.has(function)) {
            judge(now);
        } else {
            offers.found(function);
        }
        if (mode != before || !held.isEmpty()) {
            List<Chunk> again = List.copyOf(held);
            held.clear();
            submit(again);
        }
        if (!inputStarted) {
            startInput(in);
        }
    }

    private void judge(long now) {
        if (stillWaits(function, now).isPresent()) {
            end(Reason.NO_WORKER, offers.reason(function));
        }
    }

    /** Why the function is given up; empty while it may still come, or is offered. */
    private Optional<String> stillWaits(FunctionName wanted, long now) {
        long left = offers.nanosLeft(wanted, now);
        if (left <= 0) {
            return Optional.of(offers.reason(wanted));
        }
        if (left < Long.MAX_VALUE) {
            offers.remark(wanted).ifPresent(listener::remark);
            nextLookNanos = Math.min(nextLookNanos, now + left);
        }
        return Optional.empty();
    }

    /** Nobody takes chunks any more: what waits as a chunk would wait for ever. */
    private void resubmitAsLines() {
        List<Chunk> chunks = new ArrayList<>();
        inOrder.forEach(root -> root.forEachOpen(piece -> {
            if (piece.function().equals(chunkFunction)) {
                chunks.add(piece);
            }
        }));
        List<Job<?>> jobs = new ArrayList<>();
        for (Chunk chunk : chunks) {
            jobs.add(chunk.job());
            chunk.withoutJob();
        }
        kookoo.cancelAll(jobs);
        submit(chunks);
    }

    /** Lines of {@code call} may call what nobody offers. */
    private void judgeLines(long now) {
        if (!calls) {
            return;
        }
        List<Chunk> lines = new ArrayList<>();
        inOrder.forEach(root -> root.forEachOpen(lines::add));
        List<Job<?>> given = new ArrayList<>();
        for (Chunk line : lines) {
            Optional<String> reason = stillWaits(line.function(), now);
            if (reason.isPresent()) {
                given.add(line.job());
                line.withoutJob();
                fail(line, reason.get());
            }
        }
        kookoo.cancelAll(given);
    }
}
