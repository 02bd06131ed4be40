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
    private static final int SMALLEST_TABLE = 1024;

    private final Handles handles;
    /** In chains by their number, which stands for the handle: not one object more for each queued job. */
    private Job[] byNumber = new Job[SMALLEST_TABLE];

    private int size;
    private long bytes;

    private final Map<Key, Job> byKey = new HashMap<>();
    private final TreeSet<Job> delayed =
            new TreeSet<>(Comparator.<Job>comparingLong(job -> job.due).thenComparingLong(job -> job.number));

    /** What joins submissions: within a function, a unique or the data. */
    private record Key(FunctionQueue function, Object key) {}

    JobIndex(Handles handles) {
        this.handles = handles;
    }

    void put(Job job) {
        if (size++ == byNumber.length) {
            grow();
        }
        bytes += job.bytes();
        link(job);
        Object key = job.coalescingKey();
        if (key != null) {
            byKey.put(new Key(job.function, key), job);
        }
    }

    private int place(long number) {
        return (int) number & byNumber.length - 1;
    }

    private void link(Job job) {
        int place = place(job.number);
        job.nextInIndex = byNumber[place];
        byNumber[place] = job;
    }

    private void grow() {
        Job[] before = byNumber;
        byNumber = new Job[2 * before.length];
        for (Job first : before) {
            for (Job job = first; job != null; ) {
                Job next = job.nextInIndex;
                link(job);
                job = next;
            }
        }
    }

    private void unlink(Job job) {
        int place = place(job.number);
        Job before = null;
        Job each = byNumber[place];
        while (each != null && each != job) {
            before = each;
            each = each.nextInIndex;
        }
        if (each == null) {
            return;
        }
        if (before == null) {
            byNumber[place] = job.nextInIndex;
        } else {
            before.nextInIndex = job.nextInIndex;
        }
        job.nextInIndex = null;
        size--;
        bytes -= job.bytes();
    }

    int size() {
        return size;
    }

    /** What all of them take, as {@link Job#bytes} counts. */
    long bytes() {
        return bytes;
    }

    /** Whether a job that has not ended stands for the same unique or data: two of them would be one for those who submit. */
    boolean holdsKeyOf(Job job) {
        Object key = job.coalescingKey();
        return key != null && byKey.containsKey(new Key(job.function, key));
    }

    /** The job waits for its moment. */
    void delay(Job job) {
        delayed.add(job);
    }

    /** The job has ended. */
    void remove(Job job) {
        unlink(job);
        Object key = job.coalescingKey();
        if (key != null) {
            byKey.remove(new Key(job.function, key), job);
        }
        due(job);
    }

    /** Null where there is none. */
    Job byHandle(JobHandle handle) {
        long number = handles.number(handle);
        if (number < 0) {
            return null;
        }
        Job job = byNumber[place(number)];
        while (job != null && job.number != number) {
            job = job.nextInIndex;
        }
        return job;
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
        List<Job> all = new ArrayList<>(size);
        for (Job first : byNumber) {
            for (Job job = first; job != null; job = job.nextInIndex) {
                all.add(job);
            }
        }
        return all;
    }
}
