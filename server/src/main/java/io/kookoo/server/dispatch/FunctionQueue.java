package io.kookoo.server.dispatch;

import io.kookoo.protocol.FunctionName;
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

    /** Jobs in the hands of workers. */
    int running;
    /** Workers that announced it. */
    int workers;
    /** Workers that were woken for it and have not grabbed since. */
    int woken;

    private Ability firstCandidate;
    private Ability lastCandidate;

    FunctionQueue(FunctionName name, Map<Priority, Turns> turns) {
        this.name = name;
        this.lanes = new Lane[Priority.values().length];
        for (Priority priority : Priority.values()) {
            lanes[priority.ordinal()] = new Lane(this, turns.get(priority));
        }
    }

    Lane lane(Priority priority) {
        return lanes[priority.ordinal()];
    }

    /** Jobs that a worker could take now. */
    int ready() {
        int ready = 0;
        for (Lane lane : lanes) {
            ready += lane.size();
        }
        return ready;
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
