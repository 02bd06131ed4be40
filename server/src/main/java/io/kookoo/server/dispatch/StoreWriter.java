package io.kookoo.server.dispatch;

import io.kookoo.log.LogEvent;
import io.kookoo.server.store.JobStore;
import io.kookoo.server.store.StoreException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one who writes to the store: commits, again and again, all that has come together since the last commit. So the
 * submissions of all connections that wait share one transaction, and the slower the disk is the more of them do.
 */
public final class StoreWriter implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreWriter.class);

    private final Dispatcher dispatcher;
    private final JobStore store;
    private final CountDownLatch ended = new CountDownLatch(1);
    /** Why the last commit failed; null where it did not. */
    private volatile String trouble;

    /** @param store not closed by this */
    public StoreWriter(Dispatcher dispatcher, JobStore store) {
        this.dispatcher = dispatcher;
        this.store = store;
    }

    /** Why nothing can be written just now, in words for people; empty while all is well. */
    public Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    /**
     * Has what is there written, and nothing any more after it. Blocks until then.
     *
     * @param limit how long that may take
     * @return false where it takes longer
     */
    public boolean stop(Duration limit) throws InterruptedException {
        dispatcher.closeJournal();
        return ended.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Writes until {@link #stop}; for a thread of its own. */
    @Override
    public void run() {
        Deliveries deliveries = new Deliveries(null);
        Journal.Batch batch = null;
        String end = "the server stops";
        try {
            for (batch = dispatcher.takeChanges(); batch != null; batch = dispatcher.takeChanges()) {
                String failure = commit(batch);
                dispatcher.decide(batch, failure, deliveries);
                deliveries.flush(LOG);
                if (failure != null && dispatcher.isClosing()) {
                    break;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            end = "internal error: " + e;
            trouble = end;
            LOG.error("store_given_up reason=\"{}\"", end, e);
        } finally {
            // Nobody may be left waiting for a commit that will not come.
            dispatcher.abandonJournal(batch, end, deliveries);
            deliveries.flush(LOG);
            ended.countDown();
        }
    }

    /** Returns null, or why nothing was written. */
    private String commit(Journal.Batch batch) {
        if (batch.isEmpty()) {
            // Somebody asks for what has happened until now, which is written; that says nothing about the disk.
            return null;
        }
        String failure = null;
        try {
            store.commit(batch.changes());
        } catch (StoreException e) {
            failure = e.getMessage();
        } catch (RuntimeException | Error e) {
            // An OutOfMemoryError, too: whoever waits must hear of it.
            failure = "the store failed: " + e;
        }
        if (failure != null && !failure.equals(trouble)) {
            LOG.error(LogEvent.of("store_failing")
                    .with("reason", failure)
                    .with("effect", "background jobs are refused until a commit succeeds; what is in memory goes on")
                    .toString());
        } else if (failure == null && trouble != null) {
            LOG.info(LogEvent.of("store_well_again").toString());
        }
        trouble = failure;
        return failure;
    }
}
