package io.kookoo.server.dispatch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * One transaction of the store, from the first change that is to be in it until it has been written or refused. Who has to
 * wait for it before an answer may leave does so in {@link #await}, without any lock.
 */
public final class Commit {
    /** Counted up: a commit is decided after all that have a smaller number. */
    final long number;

    /** JOB_CREATEDs that wait for it, in the order in which they were asked for. Guarded by the dispatcher's lock. */
    final List<Answer> answers = new ArrayList<>();

    private final CountDownLatch decided = new CountDownLatch(1);
    private volatile String failure;

    /** @param background whether the submission was one that nobody waits for */
    record Answer(Peer peer, Job job, boolean background) {}

    Commit(long number) {
        this.number = number;
    }

    /** One that never was. */
    static Commit failed(String failure) {
        Commit commit = new Commit(0);
        commit.decide(failure);
        return commit;
    }

    /** @param failure why nothing was written; null where everything was */
    void decide(String failure) {
        this.failure = failure;
        decided.countDown();
    }

    boolean isDecided() {
        return decided.getCount() == 0;
    }

    /**
     * Waits until it has been written or refused.
     *
     * @return null, or why it was refused
     */
    public String await() {
        boolean interrupted = false;
        while (true) {
            try {
                decided.await();
                break;
            } catch (InterruptedException e) {
                // Whether a job was accepted must not stay open.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return failure;
    }
}
