package io.kookoo.server.dispatch;

import io.kookoo.protocol.Data;
import io.kookoo.server.time.Deadlines;
import java.util.List;

/**
 * What has become of a job since it was queued: the runs it had, the one it is in, and its end. Made when the first of this happens,
 * because most jobs that are many only wait, and what they hold is what the garbage collector has to copy. Guarded by the
 * dispatcher's lock.
 */
final class Runs {
    /** Of a job that has only waited; never changed. */
    static final Runs NONE = new Runs();

    /** In whose name the job was submitted; empty for nobody's. Here, since most jobs are nobody's, and none changes its owner. */
    String owner = "";

    /** Who runs it, in which run, since when; meaningful while it is running. */
    Peer worker;

    int attempt;
    /** Runs that ended because the worker was lost or its time ran out; one that is given back is none. */
    int losses;
    /** Runs that a worker ended with WORK_FAIL or WORK_EXCEPTION. */
    int failures;
    /** Who ran it last, when nobody does: {@code number/client id}. */
    String lastWorker = "";

    long startedNanos;
    /** Takes it away from its worker; null where the worker set no time limit. */
    Deadlines.Deadline lease;

    /** Whether the run it is in has sent parts of the result, which who joins now will not get. */
    boolean partsSent;

    long numerator;
    long denominator;

    /** Whether its handing out was logged, so that its end will be too. */
    boolean logged;

    /** How it ended, with what, and when; null and 0 before. */
    Outcome outcome;

    Data said;
    long endedNanos;
    /** Those who are told its end in a line of text; null for nobody. */
    List<Job.Watcher> watchers;
    /** Why the store could not commit it, so that it was never accepted; null otherwise. */
    String refusal;
}
