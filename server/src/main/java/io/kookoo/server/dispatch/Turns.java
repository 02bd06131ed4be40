package io.kookoo.server.dispatch;

import io.kookoo.protocol.Priority;
import java.util.function.Consumer;

/**
 * The lanes of one priority that have jobs, in the order in which they are served: who has been served goes to the end, so
 * that functions of equal priority take turns. Guarded by the dispatcher's lock.
 */
final class Turns {
    private final Priority priority;
    private Lane first;
    private Lane last;
    private int size;
    private long lastTurn;

    Turns(Priority priority) {
        this.priority = priority;
    }

    void addLast(Lane lane) {
        lane.previous = last;
        lane.next = null;
        if (last == null) {
            first = lane;
        } else {
            last.next = lane;
        }
        last = lane;
        lane.turn = ++lastTurn;
        size++;
    }

    void remove(Lane lane) {
        if (lane.previous == null) {
            first = lane.next;
        } else {
            lane.previous.next = lane.next;
        }
        if (lane.next == null) {
            last = lane.previous;
        } else {
            lane.next.previous = lane.previous;
        }
        lane.previous = null;
        lane.next = null;
        size--;
    }

    /** Calls for each function with jobs here that the worker can do; {@code action} adds and removes no jobs. */
    void forEachOf(Peer worker, Consumer<FunctionQueue> action) {
        if (size <= worker.abilities.size()) {
            for (Lane lane = first; lane != null; lane = lane.next) {
                if (worker.abilities.containsKey(lane.function)) {
                    action.accept(lane.function);
                }
            }
            return;
        }
        for (FunctionQueue function : worker.abilities.keySet()) {
            if (function.lane(priority).inTurns()) {
                action.accept(function);
            }
        }
    }

    /**
     * The lane whose turn it is among those the worker can do, or null. Looks through the lanes with jobs or through the
     * worker's functions, whichever are fewer: a worker with thousands of functions must not cost a scan (gearmand issue 393).
     */
    Lane firstFor(Peer worker) {
        if (size <= worker.abilities.size()) {
            for (Lane lane = first; lane != null; lane = lane.next) {
                if (worker.abilities.containsKey(lane.function)) {
                    return lane;
                }
            }
            return null;
        }
        Lane earliest = null;
        for (FunctionQueue function : worker.abilities.keySet()) {
            Lane lane = function.lane(priority);
            if (lane.inTurns() && (earliest == null || lane.turn < earliest.turn)) {
                earliest = lane;
            }
        }
        return earliest;
    }
}
