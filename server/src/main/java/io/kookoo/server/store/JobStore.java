package io.kookoo.server.store;

import io.kookoo.protocol.JobHandle;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What survives a crash: the background jobs that were accepted and have not ended, the dead ones, and outcomes. Written in
 * batches: one {@link #commit} is one transaction. All methods block, on the disk at most, and may be called by any thread;
 * {@link StoreWriter} makes writing asynchronous, so that everything that waits goes into the next commit.
 *
 * <p>An implementation keeps outcomes within its bounds of age and number, for each {@link JobKind} apart; dead jobs and jobs
 * that have not ended are never dropped.
 */
public interface JobStore extends AutoCloseable {
    /**
     * Begins a run of the server. Called once, first.
     *
     * @param handlePrefix the beginning of all handles of this run, which only a number follows; ends with a colon; must never
     *     have been used with this store
     * @return the run's id, 1 to 2^22: greater than those of all runs before
     * @throws StoreException where that prefix was used before
     */
    long begin(String handlePrefix) throws StoreException;

    /**
     * Hands over all jobs that have not ended, as they were committed last and in the order of their numbers; no dead ones.
     * One after the other as they are read, so that memory holds what {@code each} keeps.
     */
    void unfinished(Consumer<JobRecord> each) throws StoreException;

    /**
     * Writes changes in one transaction and in their order: when this returns they survive whatever happens to the program, and, on an honest
     * disk, to the machine.
     *
     * @throws StoreException when nothing of it was written; the next commit may succeed
     */
    void commit(List<Change> changes) throws StoreException;

    /** The job of that handle, unfinished, dead or ended, as it was committed last; empty where it is not known (any more). */
    Optional<JobRecord> find(JobHandle handle) throws StoreException;

    /** Jobs that were committed, the newest {@link JobQuery#limit} of those that match, in the order of their numbers. */
    List<JobRecord> jobs(JobQuery query) throws StoreException;

    /** Forgets the dead jobs of a query, the newest of them up to its limit, in several transactions. @return how many */
    int purge(JobQuery query) throws StoreException;

    /**
     * Writes a copy of everything into a new file, while commits go on.
     *
     * @throws StoreException where the file exists, cannot be written, or this store has no file
     */
    void backup(Path file) throws StoreException;

    /** Releases everything; nothing may be called afterwards. A second call does nothing. */
    @Override
    void close();
}
