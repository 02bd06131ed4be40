package io.kookoo.server.dispatch;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.Priority;
import io.kookoo.protocol.UniqueId;
import io.kookoo.server.store.JobKind;
import io.kookoo.server.store.JobRecord;
import io.kookoo.server.store.JobState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * One execution asked for. Owned by the {@link Dispatcher}; every field that changes is guarded by its lock, and so others, an
 * {@link Observer}, may ask only while they are told of it.
 *
 * <pre>
 *   PENDING -------&gt; DELAYED or QUEUED       committed; a commit that fails ends it
 *              due          grab                   COMPLETE, FAIL, EXCEPTION
 *   DELAYED -------&gt; QUEUED -----&gt; RUNNING ---------------------------------&gt; ENDED
 *      ^               ^               | worker lost, lease run out            ^
 *      |               +---------------+---------------------------------------+
 *      | retried          runs left    |   none left, or nobody waits for it;
 *      +-------------------------------+   cancelled in any state
 * </pre>
 */
public final class Job {
    /** Of a workload or a result, what lines for people show. */
    static final int EXCERPT_CHARS = 200;

    /** About what a queued job takes besides its workload. */
    static final int FLAT_BYTES = 200;

    /** What is kept of what a worker says of a failure. */
    private static final int MAX_REASON_CHARS = 10_000;

    enum State {
        /** It has a handle and is not accepted yet: the store has not committed it. */
        PENDING,
        DELAYED,
        QUEUED,
        RUNNING,
        ENDED
    }

    /** Counted up, in the order of submission; the last part of the handle. */
    final long number;

    /** Makes its handle from its number. */
    private final Handles.Series handles;

    final UniqueId unique;
    final Data data;
    final Priority priority;
    /** Null for a call of the catalog, which is in no queue. */
    final FunctionQueue function;
    /** Null for a submitted job. */
    private final CallSource.CatalogCall call;
    /** Null for none. */
    final FunctionName reducer;
    /** When it may run, in milliseconds since 1970; 0 for at once. */
    long due;

    final long created;
    final long createdNanos;

    State state = State.QUEUED;
    boolean background;
    /** The commit that decides whether the store has it; null where none is to. */
    Commit commit;
    /** Whether the store has it, and so must hear of what becomes of it. */
    boolean stored;
    /** Foreground clients that get what the worker says, once for each of their submissions. */
    List<Peer> waiting = List.of();

    /** What has become of it; to be changed, {@link #runs()}. */
    Runs runs = Runs.NONE;

    /** The next one in the same place of the {@link JobIndex}. */
    Job nextInIndex;

    /** Neighbours in the lane it is queued in, and since when it waits there. */
    Job previous;

    Job next;
    long readyNanos;

    /** One who asked for the end of a job. @param line what it is told */
    record Watcher(Peer peer, Function<JobRecord, String> line) {}

    Job(Handles handles, Submission submission, FunctionQueue function, long created, long createdNanos) {
        this.number = handles.nextNumber();
        this.handles = handles.current();
        this.unique = submission.unique();
        this.data = submission.data();
        this.priority = submission.priority();
        this.background = submission.background();
        this.function = function;
        this.call = null;
        this.reducer = submission.reducer();
        this.due = submission.dueMillis();
        this.created = created;
        this.createdNanos = createdNanos;
    }

    Job(Handles handles, CallSource.CatalogCall call, long created, long createdNanos) {
        this.number = handles.nextNumber();
        this.handles = handles.current();
        this.unique = UniqueId.NONE;
        this.data = call.arguments();
        this.priority = Priority.NORMAL;
        this.background = true;
        this.function = null;
        this.call = call;
        this.reducer = null;
        this.created = created;
        this.createdNanos = createdNanos;
    }

    /**
     * A job of the store, to be queued or delayed: one that was left by a former run, or a dead one that is to be run again.
     *
     * @param now milliseconds since 1970
     */
    Job(Handles handles, JobRecord record, FunctionQueue function, long now, long nanoTime) {
        this.number = record.number();
        this.handles = handles.of(record.number(), record.handle());
        this.unique = record.unique();
        this.data = record.data();
        this.priority = record.priority();
        this.background = true;
        this.function = function;
        this.call = null;
        this.reducer = record.reducer();
        this.due = record.due();
        this.created = record.created();
        this.createdNanos = nanoTime - (now - record.created()) * 1_000_000;
        ownedBy(record.owner());
        if (record.attempts() > 0) {
            runs().attempt = record.attempts();
            runs().failures = record.failures();
            runs().losses = record.losses();
            runs().lastWorker = record.worker();
        }
    }

    /** By its number: an identity hash is fetched from the virtual machine, and each job is put into several sets. */
    @Override
    public int hashCode() {
        return Long.hashCode(number);
    }

    /** Is itself and no other. */
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    /** What it takes, about. */
    long bytes() {
        return FLAT_BYTES + data.length();
    }

    /** In whose name it was submitted; empty for nobody's. */
    String owner() {
        return runs.owner;
    }

    void ownedBy(String name) {
        if (!name.isEmpty()) {
            runs().owner = name;
        }
    }

    JobKind kind() {
        if (isCatalogCall()) {
            return JobKind.CATALOG;
        }
        // Also where somebody is just about to make it one.
        return background || stored || commit != null ? JobKind.BACKGROUND : JobKind.FOREGROUND;
    }

    /** What lists and the store call its state. */
    JobState publicState() {
        return switch (state) {
            case DELAYED -> JobState.DELAYED;
            case PENDING, QUEUED -> JobState.QUEUED;
            case RUNNING -> JobState.RUNNING;
            case ENDED ->
                switch (runs.outcome) {
                    case DONE -> JobState.DONE;
                    case CANCELLED -> JobState.CANCELLED;
                    default -> kind() == JobKind.BACKGROUND ? JobState.DEAD : JobState.FAILED;
                };
        };
    }

    /** Who runs it, or ran it last. */
    String workerName() {
        return runs.worker == null ? runs.lastWorker : runs.worker.name();
    }

    /**
     * As it stands at this moment.
     *
     * @param now milliseconds since 1970
     * @param nanoTime the same moment
     */
    JobRecord record(long now, long nanoTime) {
        JobState publicState = publicState();
        boolean done = runs.outcome == Outcome.DONE;
        return new JobRecord(
                number,
                handle(),
                kind(),
                functionName(),
                unique,
                priority,
                publicState.isEnd() && publicState != JobState.DEAD ? null : data,
                isCatalogCall() ? call.text() : null,
                reducer,
                runs.owner,
                publicState,
                created,
                due,
                runs.attempt,
                runs.failures,
                runs.losses,
                workerName(),
                runs.startedNanos == 0 ? 0 : now - (nanoTime - runs.startedNanos) / 1_000_000,
                publicState.isEnd() ? now - (nanoTime - runs.endedNanos) / 1_000_000 : 0,
                done ? runs.said : null,
                runs.outcome == null || done ? null : reason());
    }

    private String reason() {
        return runs.said == null ? runs.outcome.word : runs.outcome.word + ": " + runs.said.text(MAX_REASON_CHARS);
    }

    public JobHandle handle() {
        return handles.of(number);
    }

    public FunctionName functionName() {
        return isCatalogCall() ? call.function() : function.name;
    }

    public Priority priority() {
        return priority;
    }

    /** Whether it goes on when nobody waits for it. */
    public boolean isBackground() {
        return background;
    }

    public Data workload() {
        return data;
    }

    /** The call as people write it; of a long workload the first 200 characters. */
    public String callText() {
        return isCatalogCall() ? call.text() : function.name.text() + "(" + data.text(EXCERPT_CHARS) + ")";
    }

    /** Which run this is, or was the last, from 1; 0 before the first. */
    public int attempt() {
        return runs.attempt;
    }

    /** Who runs it, or ran it when it ended; null for nobody. */
    public Peer worker() {
        return runs.worker;
    }

    /** When it was submitted, by the clock's nanoseconds; the next two likewise. */
    public long createdNanos() {
        return createdNanos;
    }

    /** When its last run began; 0 where there was none. */
    public long startedNanos() {
        return runs.startedNanos;
    }

    /** When it ended; 0 before. */
    public long endedNanos() {
        return runs.endedNanos;
    }

    /** How it ended; null before. */
    public Outcome outcome() {
        return runs.outcome;
    }

    /** Its result, or the error; null for none. */
    public Data said() {
        return runs.said;
    }

    /** Whether it has failed for good, and is kept to be run again. */
    public boolean isDead() {
        return state == State.ENDED && publicState() == JobState.DEAD;
    }

    /** Those who wait for its result, once for each of their submissions; not to be kept. */
    public List<Peer> waiting() {
        return waiting;
    }

    /** Whether it is a call of functions.txt, which nobody has submitted. */
    public boolean isCatalogCall() {
        return function == null;
    }

    /** What joins submissions to it; null for none. See {@link Submission#coalescingKey}. */
    Object coalescingKey() {
        return isCatalogCall() ? null : Submission.coalescingKey(unique, data).orElse(null);
    }

    /** What has become of it, to be changed. */
    Runs runs() {
        if (runs == Runs.NONE) {
            runs = new Runs();
        }
        return runs;
    }

    /** Whether anybody still cares for the result. */
    boolean isWanted() {
        return background || commit != null || !waiting.isEmpty();
    }

    /** One more foreground submission waits for what the worker says. */
    void addWaiting(Peer peer) {
        if (waiting.isEmpty()) {
            // Most jobs that are many are background jobs: a list of their own would be one more object for each.
            waiting = new ArrayList<>(1);
        }
        waiting.add(peer);
    }

    Lane lane() {
        return function.lane(priority);
    }
}
