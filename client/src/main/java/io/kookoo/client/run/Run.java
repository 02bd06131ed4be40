package io.kookoo.client.run;

import io.kookoo.client.function.JobContext;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.PacketWriter;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One run of a job in this client: what its function may know and say, and who may still stop it.
 *
 * <pre>
 *             begin              end
 *   WAITING ---------&gt; RUNNING ---------&gt; OVER
 *      |                  | abandon        ^
 *      +------------------+----------------+
 *           cancelled, so begin is refused
 * </pre>
 *
 * What is said while it is RUNNING and not cancelled is sent, on the connection the job came from; all else is dropped. Thread-safe; its monitor is taken
 * inside all other locks, and nothing is called under it.
 */
final class Run implements JobContext {
    private static final long PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private enum State {
        WAITING,
        RUNNING,
        OVER
    }

    private final AssignedJob job;
    private final int maxPacketBytes;
    private final Consumer<Consumer<PacketWriter>> connection;
    private final ScheduledExecutorService later;

    /** Guarded by this, as all below. */
    private State state = State.WAITING;

    private boolean cancelled;
    private boolean abandoned;
    /** The one in the function; null for none. */
    private Thread thread;

    private long done;
    private long total;
    /** What was told last has not been sent. */
    private boolean progressUnsent;

    private boolean progressDue;
    private long progressSentNanos = System.nanoTime() - PROGRESS_NANOS;

    /** When the function began, of a batch its line. */
    private volatile long begunNanos;

    /**
     * @param maxPacketBytes the largest packet the server takes
     * @param connection sends, and blocks for that; drops what cannot be sent. What it is given must not block
     * @param later for what a function said too soon; may drop what it is given
     */
    Run(
            AssignedJob job,
            int maxPacketBytes,
            Consumer<Consumer<PacketWriter>> connection,
            ScheduledExecutorService later) {
        this.job = job;
        this.maxPacketBytes = maxPacketBytes;
        this.connection = connection;
        this.later = later;
    }

    AssignedJob job() {
        return job;
    }

    // ---- by those who run it ----

    /** The function begins, in this thread; false where it must not, since the job has been cancelled. */
    synchronized boolean begin() {
        if (cancelled) {
            state = State.OVER;
            return false;
        }
        state = State.RUNNING;
        thread = Thread.currentThread();
        return true;
    }

    /** The time that a function may take begins: also for the next line of a batch. */
    void beginTime() {
        begunNanos = System.nanoTime();
    }

    long begunNanos() {
        return begunNanos;
    }

    /**
     * The function has returned, or thrown. Sends the last progress, and blocks for that; from now on nobody interrupts the thread.
     *
     * @return false where it was abandoned before, so that its outcome does not count
     */
    boolean end() {
        boolean unsent;
        synchronized (this) {
            unsent = progressUnsent;
        }
        if (unsent) {
            connection.accept(this::writeProgress);
        }
        synchronized (this) {
            boolean counts = state == State.RUNNING;
            state = State.OVER;
            thread = null;
            return counts;
        }
    }

    /** Gives the function up and interrupts it; false where it is over already, and nothing has happened. */
    synchronized boolean abandon() {
        if (state != State.RUNNING) {
            return false;
        }
        state = State.OVER;
        abandoned = true;
        thread.interrupt();
        return true;
    }

    /**
     * Says something of a function that may not even run any more, before its process ends; blocks while the server takes no bytes. Those
     * who wait for the job would otherwise hear only that its worker has gone.
     */
    void lastWord(String text) {
        connection.accept(writer -> writer.packet(PacketType.WORK_WARNING, Data.of(text), job.handle()));
    }

    /** The server has taken the job away: nobody wants the result any more. */
    synchronized void cancel() {
        if (!cancelled) {
            cancelled = true;
            if (thread != null) {
                thread.interrupt();
            }
        }
    }

    /** Whether {@link #cancel} was called. */
    synchronized boolean isCancelled() {
        return cancelled;
    }

    // ---- by the function ----

    @Override
    public void progress(long done, long total) {
        if (done < 0 || total < 0) {
            throw new IllegalArgumentException("progress takes two numbers of 0 or more, not " + done + " of " + total);
        }
        synchronized (this) {
            if (!isHeard() || job.isBatch()) {
                return;
            }
            this.done = done;
            this.total = total;
            progressUnsent = true;
            if (progressDue) {
                return;
            }
            long wait = progressSentNanos + PROGRESS_NANOS - System.nanoTime();
            if (wait > 0) {
                progressDue = true;
                later.schedule(this::sendDueProgress, wait, TimeUnit.NANOSECONDS);
                return;
            }
        }
        connection.accept(this::writeProgress);
    }

    /** Whether the server wants to hear of this run. */
    private boolean isHeard() {
        assert Thread.holdsLock(this);
        return state == State.RUNNING && !cancelled;
    }

    private void sendDueProgress() {
        connection.accept(this::writeProgress);
    }

    private synchronized void writeProgress(PacketWriter writer) {
        progressDue = false;
        if (isHeard() && progressUnsent) {
            progressUnsent = false;
            progressSentNanos = System.nanoTime();
            writer.packet(PacketType.WORK_STATUS, Data.of(done + "\0" + total), job.handle());
        }
    }

    @Override
    public void data(String text) {
        if (!job.isBatch()) {
            say(PacketType.WORK_DATA, text);
        }
    }

    @Override
    public void warning(String text) {
        say(PacketType.WORK_WARNING, text);
    }

    private void say(PacketType type, String text) {
        Data data = Data.of(Objects.requireNonNull(text, "a text is missing"));
        int most = job.mostData(maxPacketBytes);
        if (data.length() > most) {
            throw new IllegalArgumentException("a text of " + data.length()
                    + " bytes is too long to be posted, at most " + most + " can be ([Server] max_packet)");
        }
        connection.accept(writer -> {
            synchronized (this) {
                if (isHeard()) {
                    writer.packet(type, data, job.handle());
                }
            }
        });
    }

    @Override
    public synchronized boolean cancelled() {
        return cancelled || abandoned;
    }

    @Override
    public int attempt() {
        return job.attempt();
    }

    @Override
    public String unique() {
        return job.unique().text();
    }
}
