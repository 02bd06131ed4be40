package io.kookoo.server.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class MemoryJobStoreTest extends JobStoreContract {
    @Override
    protected JobStore open(OutcomeBounds bounds) {
        return new MemoryJobStore(bounds, clock);
    }

    @Test
    void shouldRefuseABackupWithAReason() {
        StoreException refused = assertThrows(StoreException.class, () -> store.backup(Path.of("backup.db")));
        assertTrue(refused.getMessage().contains("in memory only"), refused.getMessage());
    }

    @Test
    void shouldForgetTheOldestOutcomesOfAllKindsAboveItsBytes() throws StoreException {
        store = new MemoryJobStore(MANY, clock, 1_000_000);
        run = store.begin(PREFIX);
        for (int n = 1; n <= 30; n++) {
            JobKind kind = n % 2 == 0 ? JobKind.CATALOG : JobKind.FOREGROUND;
            TestJob job = job(n).kind(kind).ended(JobState.DONE, text(99_000), null, clock.millis() + n);
            commit(job.outcome());
        }

        assertEquals(Optional.empty(), store.find(job(20).handle));
        for (int n = 21; n <= 30; n++) {
            assertTrue(store.find(job(n).handle).isPresent(), "outcome " + n);
        }
    }

    @Test
    void shouldForgetTheOldestDeadJobsAboveItsBytes() throws StoreException {
        store = new MemoryJobStore(MANY, clock, 1_000_000);
        run = store.begin(PREFIX);
        TestJob retried = job(1).data(text(99_000));
        commit(retried.add(), retried.dead("bad", clock.millis()).update());
        commit(retried.queued().add());
        for (int n = 2; n <= 30; n++) {
            TestJob dead = job(n).data(text(99_000));
            commit(dead.add(), dead.dead("bad", clock.millis() + n).update());
        }

        assertEquals(Optional.empty(), store.find(job(20).handle));
        assertTrue(store.find(job(30).handle).isPresent());
        int left = store.jobs(new JobQuery(null, JobState.DEAD, 0, 100)).size();
        assertTrue(left >= 5 && left <= 10, () -> left + " are left");
        assertEquals(left, store.purge(new JobQuery(null, JobState.DEAD, 0, 100)));
    }
}
