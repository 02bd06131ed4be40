package io.kookoo.server.dispatch;

import io.kookoo.server.store.Change;
import io.kookoo.server.store.JobRecord;
import io.kookoo.server.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What is to be written to the store and has not been: each job once, as it stands when the next commit takes it. So a job
 * that is submitted, handed out and done between two commits is one row and not three. Guarded by the dispatcher's lock.
 */
final class Journal {
    /** So many ends of jobs that the store does not have are held while it fails; the oldest are dropped then. */
    private static final int MAX_OUTCOMES = 10_000;

    /** Of jobs that the store has, or is to have. */
    private Map<Job, Change.Kind> changes = new LinkedHashMap<>();
    /** Jobs that have ended and that the store never had: most of all where there is no disk, and so they cost no entry in a map. */
    private Collection<Job> outcomes = new ArrayDeque<>();

    private Commit commit = new Commit(1);
    /** Somebody waits for the commit. */
    private boolean urgent;

    /**
     * What one commit writes.
     *
     * @param known the changes of {@code jobs}
     * @param outcomes ended, so that nothing of them changes any more
     */
    record Batch(
            Commit commit,
            Map<Job, Change.Kind> jobs,
            List<Change> known,
            Collection<Job> outcomes,
            long now,
            long nanoTime) {
        boolean isEmpty() {
            return known.isEmpty() && outcomes.isEmpty();
        }

        /** Made anew with each call, without the dispatcher's lock: the outcomes are described now. */
        List<Change> changes() {
            List<Change> all = new ArrayList<>(known.size() + outcomes.size());
            all.addAll(known);
            outcomes.forEach(job -> all.add(new Change(Change.Kind.OUTCOME, job.record(now, nanoTime))));
            return all;
        }
    }

    void add(Job job, Change.Kind kind) {
        if (kind == Change.Kind.OUTCOME) {
            // A commit that would have made the store know it may have failed.
            changes.remove(job);
            outcomes.add(job);
        } else {
            changes.merge(
                    job,
                    kind,
                    (before, now) -> before == Change.Kind.ADD && now == Change.Kind.UPDATE ? Change.Kind.ADD : now);
        }
    }

    /** The commit that will have what is added now; somebody waits for it. */
    Commit urgent() {
        urgent = true;
        return commit;
    }

    boolean isUrgent() {
        return urgent;
    }

    boolean isEmpty() {
        return changes.isEmpty() && outcomes.isEmpty() && !urgent;
    }

    /** Takes all that is there, as it stands now; the next commit begins. */
    Batch take(Clock clock) {
        long now = clock.millis();
        long nanos = clock.nanoTime();
        List<Change> described = new ArrayList<>(changes.size());
        changes.forEach((job, kind) -> described.add(new Change(kind, job.record(now, nanos))));
        Batch batch = new Batch(commit, changes, described, outcomes, now, nanos);
        changes = new LinkedHashMap<>();
        outcomes = new ArrayDeque<>();
        commit = new Commit(commit.number + 1);
        urgent = false;
        return batch;
    }

    /**
     * The commit has failed: what was not refused along with it is to be in the next.
     *
     * @return how many ends of jobs, which the store does not have, are dropped for want of room
     */
    int putBack(Batch batch) {
        Map<Job, Change.Kind> newer = changes;
        changes = new LinkedHashMap<>();
        batch.jobs().forEach((job, kind) -> {
            if (kind != Change.Kind.ADD) {
                changes.put(job, kind);
            }
        });
        newer.forEach(this::add);
        List<Job> ended = new ArrayList<>(batch.outcomes());
        ended.addAll(outcomes);
        int dropped = Math.max(0, ended.size() - MAX_OUTCOMES);
        outcomes = new ArrayDeque<>(ended.subList(dropped, ended.size()));
        return dropped;
    }

    /** What waits to be written, for who asks while the store fails. */
    List<JobRecord> waiting(Function<Job, JobRecord> describe) {
        return Stream.concat(changes.keySet().stream(), outcomes.stream())
                .map(describe)
                .toList();
    }
}
