package io.kookoo.server.dispatch;

/**
 * The queued jobs of one function and one priority, first in, first out. While it has jobs, and its function may
 * run more of them, it stands in the {@link Turns} of its priority. Guarded by the dispatcher's lock.
 */
final class Lane {
    final FunctionQueue function;
    private final Turns turns;

    private Job first;
    private Job last;
    private int size;

    /** Its place in the turns: the neighbours, and a number that grows from the first to the last. */
    Lane previous;

    Lane next;
    long turn;

    Lane(FunctionQueue function, Turns turns) {
        this.function = function;
        this.turns = turns;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Whether it stands in the turns of its priority. */
    boolean inTurns() {
        return size > 0 && !function.full();
    }

    Job first() {
        return first;
    }

    void addLast(Job job) {
        job.previous = last;
        if (last == null) {
            first = job;
        } else {
            last.next = job;
        }
        last = job;
        added();
    }

    /** For a job that comes back: before all others. */
    void addFirst(Job job) {
        job.next = first;
        if (first == null) {
            last = job;
        } else {
            first.previous = job;
        }
        first = job;
        added();
    }

    private void added() {
        if (size++ == 0 && !function.full()) {
            turns.addLast(this);
        }
    }

    /** The function has come to its limit of running jobs, or has left it. */
    void functionIsFull(boolean full) {
        if (size == 0) {
            return;
        }
        if (full) {
            turns.remove(this);
        } else {
            turns.addLast(this);
        }
    }

    void remove(Job job) {
        if (job.previous == null) {
            first = job.next;
        } else {
            job.previous.next = job.next;
        }
        if (job.next == null) {
            last = job.previous;
        } else {
            job.next.previous = job.previous;
        }
        job.previous = null;
        job.next = null;
        if (--size == 0 && !function.full()) {
            turns.remove(this);
        }
    }

    /** Takes the first job and lets the other functions of the same priority have their turn. */
    Job take() {
        Job job = first;
        turns.remove(this);
        turns.addLast(this);
        remove(job);
        return job;
    }
}
