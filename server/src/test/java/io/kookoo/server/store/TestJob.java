package io.kookoo.server.store;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.Priority;
import io.kookoo.protocol.UniqueId;

/** A job of a test, whose state is moved on; {@link #record} is how it stands. */
public final class TestJob {
    public final long number;
    public final JobHandle handle;
    public JobKind kind = JobKind.BACKGROUND;
    public FunctionName function = FunctionName.of("resize");
    public UniqueId unique = UniqueId.NONE;
    public Priority priority = Priority.NORMAL;
    public Data data = Data.of("photo.jpg 100x100");
    public String call;
    public FunctionName reducer;
    public String owner = "";
    public JobState state = JobState.QUEUED;
    public long created;
    public long due;
    public int attempts;
    public int failures;
    public int losses;
    public String worker = "";
    public long started;
    public long ended;
    public Data result;
    public String reason;

    public TestJob(long run, String prefix, long n, long created) {
        this.number = (run << JobRecord.RUN_SHIFT) + n;
        this.handle = JobHandle.of(prefix + n);
        this.created = created;
    }

    public TestJob kind(JobKind value) {
        kind = value;
        return this;
    }

    public TestJob function(String name) {
        function = FunctionName.of(name);
        return this;
    }

    public TestJob owner(String name) {
        owner = name;
        return this;
    }

    public TestJob data(Data value) {
        data = value;
        return this;
    }

    public TestJob running(String by, long at) {
        state = JobState.RUNNING;
        worker = by;
        started = at;
        attempts++;
        return this;
    }

    public TestJob dead(String why, long at) {
        return ended(JobState.DEAD, null, why, at);
    }

    public TestJob done(String value, long at) {
        return ended(JobState.DONE, Data.of(value), null, at);
    }

    public TestJob ended(JobState end, Data value, String why, long at) {
        state = end;
        result = value;
        reason = why;
        ended = at;
        return this;
    }

    public TestJob queued() {
        state = JobState.QUEUED;
        result = null;
        reason = null;
        ended = 0;
        return this;
    }

    public JobRecord record() {
        return new JobRecord(
                number, handle, kind, function, unique, priority, data, call, reducer, owner, state, created, due,
                attempts, failures, losses, worker, started, ended, result, reason);
    }

    public Change add() {
        return new Change(Change.Kind.ADD, record());
    }

    public Change update() {
        return new Change(Change.Kind.UPDATE, record());
    }

    public Change end() {
        return new Change(Change.Kind.END, record());
    }

    public Change remove() {
        return new Change(Change.Kind.REMOVE, record());
    }

    public Change outcome() {
        return new Change(Change.Kind.OUTCOME, record());
    }
}
