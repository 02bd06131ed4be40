package io.kookoo.server.dispatch;

import java.util.List;

/**
 * Is told what happens to peers and jobs, at the moment at which it happens and in that order, under the dispatcher's lock. So each
 * method returns at once, waits for nothing, calls nothing of the dispatcher, and keeps no {@link Job} beyond the call. It may take a
 * lock of its own that nobody holds while waiting for anything.
 */
public interface Observer {
    /** Is told, and does nothing. */
    Observer NONE = new Observer() {};

    /** A connection is there. */
    default void came(Peer peer) {}

    /** SET_CLIENT_ID. */
    default void named(Peer peer) {}

    /** The peer works: it has announced a function, or asks for calls of the catalog. May be told more than once. */
    default void works(Peer peer) {}

    /**
     * A connection has gone.
     *
     * @param jobsLost how many jobs it was running; none of those that the end of the server cuts off
     */
    default void left(Peer peer, String reason, int jobsLost) {}

    /** A submission of the peer was accepted, by a new job or one that it joins; after a commit the job may run already. */
    default void submitted(Peer peer, Job job) {}

    /** The job stands in its queue: it is new, its moment has come, or it is to be run again. */
    default void queued(Job job) {}

    /** {@link Job#worker} has it. */
    default void started(Job job) {}

    /** This run has come to nothing, by its worker's word, or because the worker was lost or too slow; another will follow. */
    default void retried(Job job, String reason) {}

    /** The job has its {@link Job#outcome}; there will be no other. */
    default void ended(Job job) {}

    /** Tells each of them, in their order; not {@link #NONE}. */
    static Observer all(List<Observer> observers) {
        List<Observer> some =
                observers.stream().filter(observer -> observer != NONE).toList();
        return some.size() == 1 ? some.get(0) : new Observers(some);
    }
}
