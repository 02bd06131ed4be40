package io.kookoo.server.store;

import io.kookoo.log.LogEvent;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.WireName;
import io.kookoo.server.time.Clock;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The contract of the store without a disk: everything is gone with the program. So that outcomes cannot fill the memory,
 * they are bounded in bytes as well, over all kinds together, and dead jobs with
 * them: the oldest of both are forgotten. Commits wait for each other; reads wait for nothing.
 */
public final class MemoryJobStore implements JobStore {
    /** What the outcomes and dead jobs may take, counted as {@link #bytes} counts. */
    public static final long MAX_OUTCOME_BYTES = 64L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(MemoryJobStore.class);

    private static final Comparator<JobRecord> BY_NUMBER = Comparator.comparingLong(JobRecord::number);

    private final OutcomeBounds bounds;
    private final Clock clock;
    private final long maxBytes;

    /** All that is known, in any state: written under this object's monitor, read by anybody. */
    private final Map<JobHandle, JobRecord> jobs = new ConcurrentHashMap<>();

    /** The outcomes of each kind in the order in which they came; guarded by this. */
    private final Map<JobKind, Queue<JobRecord>> outcomes = new EnumMap<>(JobKind.class);

    /** In the order in which they died; guarded by this. */
    private final Queue<JobRecord> dead = new ArrayDeque<>();

    /** Of all outcomes and dead jobs; guarded by this. */
    private long bytes;

    /** Whether it was said that dead jobs are forgotten; guarded by this. */
    private boolean deadDropped;

    /** Null before the first run; guarded by this. */
    private String prefix;

    public MemoryJobStore(OutcomeBounds bounds, Clock clock) {
        this(bounds, clock, MAX_OUTCOME_BYTES);
    }

    MemoryJobStore(OutcomeBounds bounds, Clock clock, long maxBytes) {
        this.bounds = Objects.requireNonNull(bounds);
        this.clock = Objects.requireNonNull(clock);
        this.maxBytes = maxBytes;
        for (JobKind kind : JobKind.values()) {
            outcomes.put(kind, new ArrayDeque<>());
        }
    }

    /** The first run of a store in memory is its only one. */
    @Override
    public synchronized long begin(String handlePrefix) throws StoreException {
        Objects.requireNonNull(handlePrefix);
        if (prefix != null) {
            throw new StoreException(
                    "a run with handles " + prefix + "... has begun; a store in memory has one run only", null);
        }
        prefix = handlePrefix;
        return 1;
    }

    @Override
    public void unfinished(Consumer<JobRecord> each) {
        List<JobRecord> found = new ArrayList<>();
        for (JobRecord job : jobs.values()) {
            if (!job.state().isEnd()) {
                found.add(job);
            }
        }
        found.sort(BY_NUMBER);
        found.forEach(each);
    }

    @Override
    public synchronized void commit(List<Change> changes) {
        for (Change change : changes) {
            JobRecord job = change.job();
            switch (change.kind()) {
                case ADD, END, OUTCOME -> put(job);
                case UPDATE -> {
                    JobRecord known = jobs.get(job.handle());
                    if (known != null && !isOutcome(known)) {
                        put(updated(known, job));
                    }
                }
                case REMOVE -> {
                    JobRecord known = jobs.get(job.handle());
                    if (known != null && !isOutcome(known)) {
                        remove(known);
                    }
                }
            }
        }
        prune();
    }

    /** What a job was submitted with, and how it stands now. */
    private static JobRecord updated(JobRecord known, JobRecord now) {
        return new JobRecord(
                known.number(),
                known.handle(),
                known.kind(),
                known.function(),
                known.unique(),
                known.priority(),
                known.data(),
                known.call(),
                known.reducer(),
                known.owner(),
                now.state(),
                known.created(),
                now.due(),
                now.attempts(),
                now.failures(),
                now.losses(),
                now.worker(),
                now.started(),
                now.ended(),
                now.result(),
                now.reason());
    }

    private void put(JobRecord job) {
        JobRecord kept = isOutcome(job) ? job.withoutData() : job;
        uncount(jobs.put(kept.handle(), kept));
        if (kept.state().isEnd()) {
            ended(kept).add(kept);
            bytes += bytes(kept);
        }
    }

    private void remove(JobRecord known) {
        jobs.remove(known.handle());
        uncount(known);
    }

    /** Takes out of the count what is not there any more; null, or a job that has not ended, is not in it. */
    private void uncount(JobRecord replaced) {
        if (replaced != null && replaced.state().isEnd()) {
            ended(replaced).remove(replaced);
            bytes -= bytes(replaced);
        }
    }

    private Queue<JobRecord> ended(JobRecord job) {
        return job.state() == JobState.DEAD ? dead : outcomes.get(job.kind());
    }

    private void prune() {
        long keptSince = bounds.keptSince(clock.now());
        for (Queue<JobRecord> kind : outcomes.values()) {
            while (!kind.isEmpty()
                    && (kind.size() > bounds.rows() || kind.peek().ended() < keptSince)) {
                drop(kind);
            }
        }
        while (bytes > maxBytes) {
            drop(oldest());
        }
    }

    /** Where the job is that ended first. Once for each that is dropped: under load as often as jobs end. */
    private Queue<JobRecord> oldest() {
        Queue<JobRecord> oldest = dead;
        for (Queue<JobRecord> kind : outcomes.values()) {
            JobRecord first = kind.peek();
            if (first != null
                    && (oldest.isEmpty() || first.ended() < oldest.peek().ended())) {
                oldest = kind;
            }
        }
        return oldest;
    }

    private void drop(Queue<JobRecord> kind) {
        JobRecord dropped = kind.remove();
        bytes -= bytes(dropped);
        jobs.remove(dropped.handle());
        if (kind == dead && !deadDropped) {
            deadDropped = true;
            LOG.warn(LogEvent.of("dead_jobs_dropped")
                    .with("first", dropped.handle())
                    .with("reason", "what is kept in memory of jobs that have ended has reached " + maxBytes + " bytes")
                    .with("effect", "the oldest are forgotten; with a store in a file they stay")
                    .toString());
        }
    }

    private static boolean isOutcome(JobRecord job) {
        return job.state().isEnd() && job.state() != JobState.DEAD;
    }

    /** About what an outcome takes in the heap: its texts, and a flat part for the objects around them. */
    private static long bytes(JobRecord job) {
        return 400
                + bytes(job.handle())
                + bytes(job.function())
                + bytes(job.unique())
                + job.owner().length()
                + (job.call() == null ? 0 : job.call().length())
                + (job.worker() == null ? 0 : job.worker().length())
                + (job.data() == null ? 0 : job.data().length())
                + (job.result() == null ? 0 : job.result().length())
                + (job.reason() == null ? 0 : job.reason().length());
    }

    private static long bytes(WireName name) {
        return name.length();
    }

    @Override
    public Optional<JobRecord> find(JobHandle handle) {
        long keptSince = bounds.keptSince(clock.now());
        return Optional.ofNullable(jobs.get(handle)).filter(job -> isKept(job, keptSince));
    }

    private static boolean isKept(JobRecord job, long keptSince) {
        return !isOutcome(job) || job.ended() >= keptSince;
    }

    @Override
    public List<JobRecord> jobs(JobQuery query) {
        long keptSince = bounds.keptSince(clock.now());
        // The oldest of the newest so far is on top, and gives way to a newer one.
        Queue<JobRecord> newest = new PriorityQueue<>(BY_NUMBER);
        for (JobRecord job : jobs.values()) {
            if (query.matches(job) && isKept(job, keptSince)) {
                newest.add(job);
                if (newest.size() > query.limit()) {
                    newest.remove();
                }
            }
        }
        List<JobRecord> found = new ArrayList<>(newest);
        found.sort(BY_NUMBER);
        return Collections.unmodifiableList(found);
    }

    @Override
    public synchronized int purge(JobQuery query) {
        if (query.state() != null && query.state() != JobState.DEAD) {
            return 0;
        }
        List<JobRecord> purged = jobs(query.withState(JobState.DEAD));
        purged.forEach(this::remove);
        return purged.size();
    }

    @Override
    public void backup(Path file) throws StoreException {
        throw new StoreException(
                "there is nothing to back up: jobs are in memory only; start the server with a database file to keep them",
                null);
    }

    @Override
    public void close() {}
}
