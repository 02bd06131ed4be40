package io.kookoo.server.dispatch;

import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.Priority;
import java.util.Map;

/**
 * A function: its queued jobs in three lanes, and the workers that can do it. Guarded by the dispatcher's lock.
 *
 * <p>Candidates are the workers to try when a job needs one that sleeps. Every sleeping worker stands among them; those that
 * have been woken meanwhile are dropped when they are met, and stand there again with their next PRE_SLEEP. So neither going
 * to sleep nor waking costs a step for each function or each worker.
 */
final class FunctionQueue {
    final FunctionName name;
    private final Lane[] lanes;

    /** Jobs in the hands of workers; changed by {@link #started} and {@link #released}. */
    private int running;
    /** When a job was handed out last, if ever. */
    private long handedOutNanos;

    private boolean handedOut;
    /** Jobs that wait for their second. */
    int delayed;
    /** Jobs that are not accepted yet: the store has not committed them. */
    int pending;
    /** The most jobs that may run at once, over all workers; 0 for no limit. */
    private final int maxRunning;
    /** For each priority, how many jobs there may be for another to be accepted; 0 for no limit. */
    private final int[] maxQueue = new int[Priority.values().length];

    /** What became of its jobs since the server's start, and how long their last runs took. */
    long done;

    long failed;
    long retried;
    final RunTimes runTimes = new RunTimes();

    /** The number of the job about whose waiting an alarm has been raised last; 0 for none. */
    long alarmed;

    /** Workers that announced it. */
    int workers;
    /** Workers that were woken for it and have not grabbed since. */
    int woken;

    private Ability firstCandidate;
    private Ability lastCandidate;

    FunctionQueue(FunctionName name, Map<Priority, Turns> turns, int maxRunning) {
        this.name = name;
        this.maxRunning = maxRunning;
        this.lanes = new Lane[Priority.values().length];
        for (Priority priority : Priority.values()) {
            lanes[priority.ordinal()] = new Lane(this, turns.get(priority));
        }
    }

    Lane lane(Priority priority) {
        return lanes[priority.ordinal()];
    }

    int running() {
        return running;
    }

    /** Jobs in the lanes. */
    int queued() {
        int queued = 0;
        for (Lane lane : lanes) {
            queued += lane.size();
        }
        return queued;
    }

    /** Jobs pending, queued, delayed and running. */
    int total() {
        return pending + queued() + delayed + running;
    }

    /** Jobs that workers could take now. */
    int ready() {
        return maxRunning == 0 ? queued() : Math.min(queued(), maxRunning - running);
    }

    /** Whether as many jobs run as may. */
    boolean full() {
        return maxRunning > 0 && running >= maxRunning;
    }

    /** Whether no job has been handed out since that moment. */
    boolean handedOutBefore(long nanoTime) {
        return !handedOut || handedOutNanos - nanoTime <= 0;
    }

    /** A job is in the hands of a worker. */
    void started(long nanoTime) {
        running++;
        handedOut = true;
        handedOutNanos = nanoTime;
        if (maxRunning > 0 && running == maxRunning) {
            for (Lane lane : lanes) {
                lane.functionIsFull(true);
            }
        }
    }

    /** A job has left the hands of its worker. */
    void released() {
        boolean wasFull = full();
        running--;
        if (wasFull) {
            for (Lane lane : lanes) {
                lane.functionIsFull(false);
            }
        }
    }

    /** Whether a further job of that priority would be one too many. */
    boolean refuses(Priority priority) {
        int limit = maxQueue[priority.ordinal()];
        return limit > 0 && total() >= limit;
    }

    void maxQueue(Priority priority, int limit) {
        maxQueue[priority.ordinal()] = limit;
    }

    /** The job that has waited longest among those that a worker could take now; null where there is none. */
    Job oldestReady() {
        if (full()) {
            return null;
        }
        Job oldest = null;
        for (Lane lane : lanes) {
            Job first = lane.first();
            if (first != null && (oldest == null || first.readyNanos - oldest.readyNanos < 0)) {
                oldest = first;
            }
        }
        return oldest;
    }

    void addCandidate(Ability ability) {
        if (ability.listed) {
            return;
        }
        ability.listed = true;
        ability.previous = lastCandidate;
        if (lastCandidate == null) {
            firstCandidate = ability;
        } else {
            lastCandidate.next = ability;
        }
        lastCandidate = ability;
    }

    void removeCandidate(Ability ability) {
        if (!ability.listed) {
            return;
        }
        ability.listed = false;
        if (ability.previous == null) {
            firstCandidate = ability.next;
        } else {
            ability.previous.next = ability.next;
        }
        if (ability.next == null) {
            lastCandidate = ability.previous;
        } else {
            ability.next.previous = ability.previous;
        }
        ability.previous = null;
        ability.next = null;
    }

    /** Takes the sleeping worker that has waited longest from among the candidates, or null where nobody sleeps. */
    Peer takeSleeper() {
        while (firstCandidate != null) {
            Ability ability = firstCandidate;
            removeCandidate(ability);
            ability.worker.unlisted.add(ability);
            if (ability.worker.asleep) {
                return ability.worker;
            }
        }
        return null;
    }
}
