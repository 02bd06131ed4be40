package io.kookoo.server.store.sqlite;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.Priority;
import io.kookoo.protocol.UniqueId;
import io.kookoo.server.store.Change;
import io.kookoo.server.store.JobKind;
import io.kookoo.server.store.JobRecord;
import io.kookoo.server.store.JobState;
import io.kookoo.server.store.JobStore;
import io.kookoo.server.store.OutcomeBounds;
import io.kookoo.server.store.TestJob;
import io.kookoo.server.time.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What is in {@code format-1.db}, a file of the first format, and in {@code format-2.db}, and how they were made. The files are kept as
 * they are, for ever; a later format gets a file of its own.
 */
final class FormatOne {
    private static final long MOMENT = 1_795_514_400_000L;

    private FormatOne() {}

    /** In the order of numbers: one job in each state, of each kind and priority, some with bytes that are no text. */
    static List<JobRecord> content() {
        return content("");
    }

    /** @param owner of every other job; the first format knows none */
    static List<JobRecord> content(String owner) {
        List<JobRecord> jobs = new ArrayList<>();
        for (JobState state : JobState.values()) {
            int n = state.ordinal() + 1;
            TestJob job = new TestJob(1 + n % 2, n % 2 == 0 ? "H:box:one:" : "H:box:two:", n, MOMENT + n);
            job.function = n == 2 ? FunctionName.of(new byte[] {'f', (byte) 0xff}) : FunctionName.of("f\u00fcnf");
            job.unique = n == 3 ? UniqueId.NONE : UniqueId.of("unique " + n);
            job.priority = Priority.values()[n % 3];
            job.data = new Data(new byte[] {'d', 'a', (byte) ('0' + n), n == 1 ? 0 : (byte) '.'}, 0, 4);
            job.reducer = n == 4 ? FunctionName.of("sum") : null;
            job.owner = n % 2 == 0 ? owner : "";
            job.state = state;
            job.due = n == 1 ? MOMENT + 60_000 : 0;
            job.attempts = n;
            job.failures = n - 1;
            job.losses = 1;
            job.worker = n == 2 ? "" : n + "/box";
            job.started = MOMENT + 10L * n;
            if (state.isEnd()) {
                job.kind = state == JobState.DONE
                        ? JobKind.CATALOG
                        : state == JobState.FAILED ? JobKind.FOREGROUND : job.kind;
                job.call = state == JobState.DONE ? "add(1, 2)" : null;
                job.result = state == JobState.DONE ? Data.of("3") : null;
                job.reason = state == JobState.DONE ? null : "b\u00f6se";
                job.ended = MOMENT + 20L * n;
            }
            JobRecord record = job.record();
            jobs.add(state.isEnd() && state != JobState.DEAD ? record.withoutData() : record);
        }
        jobs.sort((a, b) -> Long.compare(a.number(), b.number()));
        return jobs;
    }

    /** Makes the file that is named. */
    public static void main(String[] args) throws Exception {
        OutcomeBounds all = new OutcomeBounds(Duration.ofDays(100_000), 1_000);
        try (JobStore store = SqliteJobStore.open(Path.of(args[0]), all, Clock.SYSTEM)) {
            store.begin("H:box:one:");
            store.begin("H:box:two:");
            for (JobRecord job : content("ops")) {
                if (job.state() == JobState.DEAD) {
                    JobRecord queued = new JobRecord(
                            job.number(),
                            job.handle(),
                            job.kind(),
                            job.function(),
                            job.unique(),
                            job.priority(),
                            job.data(),
                            job.call(),
                            job.reducer(),
                            job.owner(),
                            JobState.QUEUED,
                            job.created(),
                            job.due(),
                            0,
                            0,
                            0,
                            "",
                            0,
                            0,
                            null,
                            null);
                    store.commit(List.of(new Change(Change.Kind.ADD, queued), new Change(Change.Kind.UPDATE, job)));
                } else {
                    Change.Kind kind = job.state().isEnd() ? Change.Kind.OUTCOME : Change.Kind.ADD;
                    store.commit(List.of(new Change(kind, job)));
                }
            }
        }
    }
}
