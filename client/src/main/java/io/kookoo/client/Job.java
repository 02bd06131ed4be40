package io.kookoo.client;

import io.kookoo.client.net.ServerAddress;
import io.kookoo.log.LogEvent;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.PacketWriter;
import io.kookoo.protocol.UniqueId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A job that was submitted, and its end: a future of the result, or for a background job of its handle. It fails with
 *
 * <ul>
 *   <li>{@link JobFailedException} where the worker says that it failed, with the worker's reason;
 *   <li>{@link JobCancelledException}, which is such a failure, where somebody else has cancelled it;
 *   <li>{@link RefusedException} where the server does not accept it;
 *   <li>{@link ConnectionLostException} where the connection ends before the job does, and it is not submitted again;
 *   <li>{@link CancellationException} after {@link #cancel}.
 * </ul>
 *
 * <p>What depends on it without an executor ({@code thenApply}, {@code whenComplete}) is run by the reading thread of the connection,
 * unless a thread that waits for this future is quicker. In the reading thread it may submit further jobs, but not wait for them:
 * {@code get} and {@code join} throw {@link IllegalStateException} there instead of waiting for ever. {@code orTimeout} ends the waiting and not the job.
 *
 * <p>Thread-safe.
 *
 * @param <T> how the result is read
 */
public final class Job<T> extends Answer<T> implements Request {
    /** A job that has lost so many connections has ended them rather than met their ends. */
    private static final int MOST_LOST = 20;

    private final Kookoo kookoo;
    private final Submission submission;
    private final UniqueId unique;
    private final PacketType type;
    /** Null for a background job, whose result nobody waits for. */
    private final Function<Data, T> reading;
    /** Null for a foreground job. */
    private final Function<JobHandle, T> accepting;

    private volatile JobHandle handle;
    /** What the server says to the cancelling; null before {@link #cancel}. */
    private volatile CompletableFuture<List<String>> cancellation;

    private boolean cancelSent;
    /** Where it was submitted; null while it is not. Guarded by this, as {@link #cancelSent}. */
    private Exchange on;

    /** How many connections were lost that it was under way on, or to be. */
    private int timesLost;

    private volatile int resubmissions;

    /** Confined to the thread that reads where it is submitted, as {@link #next}: what was sent ahead of the end, or null. */
    private ByteArrayOutputStream parts;

    /** The next of those that joined to one job on this connection, round in a circle; itself where it is alone. */
    private Job<?> next = this;

    private Job(
            Kookoo kookoo,
            Submission submission,
            UniqueId unique,
            PacketType type,
            Function<Data, T> reading,
            Function<JobHandle, T> accepting) {
        super(kookoo);
        this.kookoo = kookoo;
        this.submission = submission;
        this.unique = unique;
        this.type = type;
        this.reading = reading;
        this.accepting = accepting;
    }

    /** @param unique what joins it to itself when it is submitted again, or to others */
    static <T> Job<T> foreground(Kookoo kookoo, Submission submission, UniqueId unique, Function<Data, T> reading) {
        PacketType type = switch (submission.priority()) {
            case HIGH -> PacketType.SUBMIT_JOB_HIGH;
            case NORMAL -> PacketType.SUBMIT_JOB;
            case LOW -> PacketType.SUBMIT_JOB_LOW;
        };
        return new Job<>(kookoo, submission, unique, type, reading, null);
    }

    static Job<JobHandle> background(Kookoo kookoo, Submission submission, UniqueId unique) {
        PacketType type = switch (submission.priority()) {
            case HIGH -> PacketType.SUBMIT_JOB_HIGH_BG;
            case NORMAL -> PacketType.SUBMIT_JOB_BG;
            case LOW -> PacketType.SUBMIT_JOB_LOW_BG;
        };
        return new Job<>(kookoo, submission, unique, type, null, given -> given);
    }

    /** By what the server knows the job; null until it has accepted it, and another one once the job is submitted again. */
    public JobHandle handle() {
        return handle;
    }

    /** How often the job was submitted again because its connection was lost. */
    public int resubmissions() {
        return resubmissions;
    }

    /**
     * Ends the job before its time, whether it waits or runs: asks the server to, and does not wait for the answer. Others who joined
     * the job are told that it failed. A background job that has been accepted is not cancelled by this but by
     * {@link Kookoo#cancel(JobHandle)}.
     *
     * @param mayInterruptIfRunning means nothing: whether a running job is interrupted is its worker's business
     * @return whether it is cancelled now; false where it had ended
     */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        kookoo.cancelAll(List.of(this));
        return isCancelled();
    }

    /** Ends the future as cancelled; whether that is new. */
    boolean endCancelled() {
        CompletableFuture<List<String>> answer = new Answer<>(kookoo);
        boolean known;
        synchronized (this) {
            if (cancellation != null || isDone()) {
                return false;
            }
            cancellation = answer;
            known = on != null;
        }
        if (!known) {
            // It will not be submitted any more, so there is nothing that a server could cancel.
            answer.complete(List.of());
        }
        return completeExceptionally(new CancellationException("the job " + submission.function() + " was cancelled"));
    }

    /** Null before {@link #endCancelled}. */
    CompletableFuture<List<String>> cancellation() {
        return cancellation;
    }

    /** Where the caller is to send {@link #cancelling}; null where the handle is not known, or somebody else does it. */
    synchronized Exchange takeCancel() {
        if (cancelSent || cancellation == null || handle == null) {
            return null;
        }
        cancelSent = true;
        return on;
    }

    /** What asks the server to cancel this. */
    Request cancelling() {
        return Question.cancelling(handle, cancellation);
    }

    boolean isBackground() {
        return accepting != null;
    }

    @Override
    public int bytes() {
        return submission.workload().length() + submission.function().length() + unique.length() + Request.PACKET_BYTES;
    }

    @Override
    public boolean begin(Exchange given) {
        CompletableFuture<List<String>> answer;
        synchronized (this) {
            answer = cancellation;
            if (answer == null && !isDone()) {
                on = given;
                return true;
            }
        }
        if (answer != null) {
            answer.complete(List.of());
        }
        return false;
    }

    /** The server has refused it for a reason that does not hold with another server. */
    synchronized void notSubmitted() {
        on = null;
    }

    @Override
    public void write(PacketWriter writer) {
        writer.packet(type, submission.workload(), submission.function(), unique);
    }

    @Override
    public boolean waitsForStore() {
        return isBackground();
    }

    @Override
    public boolean beginAgain(boolean resubmit) {
        next = this;
        synchronized (this) {
            boolean submitted = on != null;
            if (isDone() || cancellation != null || submitted && !resubmit || timesLost++ == MOST_LOST) {
                return false;
            }
            if (submitted) {
                resubmissions++;
            }
            on = null;
            handle = null;
        }
        parts = null;
        return true;
    }

    @Override
    public void fail(Exception reason) {
        completeExceptionally(reason);
        CompletableFuture<List<String>> answer = cancellation;
        if (answer != null) {
            answer.completeExceptionally(reason);
        }
    }

    /** JOB_CREATED. */
    void accepted(JobHandle given) {
        synchronized (this) {
            handle = given;
        }
        if (isBackground()) {
            complete(accepting.apply(given));
        }
    }

    /** It joins a job of which parts of the result have been sent already; where that was itself, they are lost. */
    void missedParts(ServerAddress server) {
        if (resubmissions > 0) {
            fail(new ConnectionLostException(
                    "parts of the result of " + submission.function() + " were sent while the connection to " + server
                            + " was lost, and do not come again",
                    new IOException("parts of a result are lost")));
        }
    }

    /** WORK_STATUS. */
    void progressed(long done, long total) {
        listen(submission.progress(), listener -> listener.progress(done, total));
    }

    /** WORK_WARNING. */
    void warned(Data text) {
        listen(submission.warning(), listener -> listener.accept(text.text()));
    }

    /** WORK_DATA. */
    void sent(Data part) {
        if (submission.data() != null) {
            listen(submission.data(), listener -> listener.accept(part));
            return;
        }
        if (parts == null) {
            parts = new ByteArrayOutputStream();
        }
        parts.writeBytes(part.toBytes());
    }

    /** WORK_COMPLETE. */
    void completed(Data rest) {
        try {
            Data result = rest;
            if (parts != null) {
                sent(rest);
                byte[] all = parts.toByteArray();
                result = new Data(all, 0, all.length);
            }
            complete(reading.apply(result));
        } catch (RuntimeException | Error e) {
            // Such as no memory for it: whoever waits has to hear of it.
            completeExceptionally(e);
        }
    }

    /** Apart, so that a program with nothing to log does not wait for the log to be set up. */
    private static final class Log {
        static final Logger LOG = LoggerFactory.getLogger(Job.class);
    }

    private interface Telling<L> {
        void tell(L listener);
    }

    private <L> void listen(L listener, Telling<L> telling) {
        if (listener == null || isDone()) {
            return;
        }
        try {
            telling.tell(listener);
        } catch (RuntimeException | Error e) {
            // The job goes on: what somebody does with what it says is no part of it.
            Log.LOG.warn("{}", LogEvent.of("listener_failed").with("job", this), e);
        }
    }

    Job<?> next() {
        return next;
    }

    /** Stands behind all others of the circle that {@code first} begins. */
    void join(Job<?> first) {
        first.before().next = this;
        next = first;
    }

    /** Leaves the circle. */
    void leave() {
        before().next = next;
        next = this;
    }

    private Job<?> before() {
        Job<?> job = this;
        while (job.next != this) {
            job = job.next;
        }
        return job;
    }

    @Override
    public String toString() {
        JobHandle known = handle;
        return submission + (known == null ? "" : " " + known) + (isDone() ? " ended" : " not ended");
    }
}
