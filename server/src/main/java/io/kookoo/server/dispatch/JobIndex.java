package io.kookoo.server.dispatch;

import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.UniqueId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * All jobs that have not ended, by handle, by what joins submissions, and, those that are delayed, by the moment they are due:
 * one {@link #put} and one {@link #remove} for all. Guarded by the dispatcher's lock.
 */
final class JobIndex {
    private final Map<JobHandle, Job> byHandle = new HashMap<>();
    private final Map<Key, Job> byKey = new HashMap<>();
    private final TreeSet<Job> delayed =
            new TreeSet<>(Comparator.<Job>comparingLong(job -> job.due).thenComparingLong(job -> job.number));

    /** What joins submissions: within a function, a unique or the data. */
    private record Key(FunctionQueue function, Object key) {}

    void put(Job job) {
        byHandle.put(job.handle, job);
        if (job.coalescingKey != null) {
            byKey.put(new Key(job.function, job.coalescingKey), job);
        }
    }

    /** Whether a job that has not ended stands for the same unique or data: two of them would be one for those who submit. */
    boolean holdsKeyOf(Job job) {
        return job.coalescingKey != null && byKey.containsKey(new Key(job.function, job.coalescingKey));
    }

    /** The job waits for its moment. */
    void delay(Job job) {
        delayed.add(job);
    }

    /** The job has ended. */
    void remove(Job job) {
        byHandle.remove(job.handle);
        if (job.coalescingKey != null) {
            byKey.remove(new Key(job.function, job.coalescingKey), job);
        }
        due(job);
    }

    /** Null where there is none. */
    Job byHandle(JobHandle handle) {
        return byHandle.get(handle);
    }

    /** The job that a submission joins; null where there is none. */
    Job joinedBy(FunctionQueue function, Submission submission) {
        Object key = submission.coalescingKey().orElse(null);
        return key == null ? null : byKey.get(new Key(function, key));
    }

    /** A job of that function with that unique; null where there is none. */
    Job byUnique(FunctionQueue function, UniqueId unique) {
        return byKey.get(new Key(function, unique));
    }

    /** The delayed job that is due first; null where none is delayed. */
    Job firstDelayed() {
        return delayed.isEmpty() ? null : delayed.first();
    }

    /** The job is delayed no more. */
    void due(Job job) {
        if (job.due != 0) {
            delayed.remove(job);
        }
    }

    /** A copy, in no order. */
    List<Job> all() {
        return new ArrayList<>(byHandle.values());
    }
}
