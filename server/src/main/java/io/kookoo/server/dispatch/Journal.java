package io.kookoo.server.dispatch;

import io.kookoo.server.store.Change;
import io.kookoo.server.store.JobRecord;
import io.kookoo.server.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What is to be written to the store and has not been: each job once, as it stands when the next commit takes it. So a job
 * that is submitted, handed out and done between two commits is one row and not three. Guarded by the dispatcher's lock.
 */
final class Journal {
    /** So many ends of jobs that the store does not have are held while it fails; the oldest are dropped then. */
    private static final int MAX_OUTCOMES = 10_000;

    private Map<Job, Change.Kind> changes = new LinkedHashMap<>();
    private Commit commit = new Commit(1);
    /** Somebody waits for the commit. */
    private boolean urgent;

    /** What one commit writes. */
    record Batch(Commit commit, Map<Job, Change.Kind> jobs, List<Change> changes) {}

    void add(Job job, Change.Kind kind) {
        changes.merge(
                job,
                kind,
                (before, now) -> before == Change.Kind.ADD && now == Change.Kind.UPDATE ? Change.Kind.ADD : now);
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
        return changes.isEmpty() && !urgent;
    }

    /** Takes all that is there, described as it stands now; the next commit begins. */
    Batch take(Clock clock) {
        long now = clock.millis();
        long nanos = clock.nanoTime();
        List<Change> described = new ArrayList<>(changes.size());
        changes.forEach((job, kind) -> described.add(new Change(kind, job.record(now, nanos))));
        Batch batch = new Batch(commit, changes, described);
        changes = new LinkedHashMap<>();
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
        int dropped = 0;
        Map<Job, Change.Kind> newer = changes;
        changes = new LinkedHashMap<>();
        batch.jobs().forEach((job, kind) -> {
            if (kind != Change.Kind.ADD) {
                changes.put(job, kind);
            }
        });
        newer.forEach(this::add);
        for (var each = changes.entrySet().iterator(); changes.size() > MAX_OUTCOMES && each.hasNext(); ) {
            if (each.next().getValue() == Change.Kind.OUTCOME) {
                each.remove();
                dropped++;
            }
        }
        return dropped;
    }

    /** What waits to be written, for who asks while the store fails. */
    List<JobRecord> waiting(Function<Job, JobRecord> describe) {
        return changes.keySet().stream().map(describe).toList();
    }
}
