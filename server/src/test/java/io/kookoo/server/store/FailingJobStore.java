package io.kookoo.server.store;

import io.kookoo.protocol.JobHandle;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A store whose disk can be taken away and given back. */
public final class FailingJobStore implements JobStore {
    private final JobStore store;
    private volatile Throwable failure;

    public FailingJobStore(JobStore store) {
        this.store = store;
    }

    /** @param reason what every commit ends with from now on, a StoreException or an Error; null for none */
    public void fail(Throwable reason) {
        failure = reason;
    }

    @Override
    public long begin(String handlePrefix) throws StoreException {
        return store.begin(handlePrefix);
    }

    @Override
    public void unfinished(Consumer<JobRecord> each) throws StoreException {
        store.unfinished(each);
    }

    @Override
    public void commit(List<Change> changes) throws StoreException {
        Throwable now = failure;
        if (now instanceof Error error) {
            throw error;
        }
        if (now instanceof StoreException exception) {
            throw exception;
        }
        store.commit(changes);
    }

    @Override
    public Optional<JobRecord> find(JobHandle handle) throws StoreException {
        return store.find(handle);
    }

    @Override
    public List<JobRecord> jobs(JobQuery query) throws StoreException {
        return store.jobs(query);
    }

    @Override
    public int purge(JobQuery query) throws StoreException {
        return store.purge(query);
    }

    @Override
    public void backup(Path file) throws StoreException {
        store.backup(file);
    }

    @Override
    public void close() {
        store.close();
    }
}
