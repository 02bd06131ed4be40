package io.kookoo.server.dispatch;

import io.kookoo.server.time.Clock;
import io.kookoo.server.time.Deadlines;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The GRABs that found no job and are not answered yet. A busy worker that is told NO_JOB goes to sleep, and has to be woken
 * by the next job, often a moment later: two packets each way, and two wake-ups of a thread on each side. So NO_JOB waits for
 * a moment, and a job that comes meanwhile is the answer. Nobody loses by it: the worker has nothing else to do, and the job
 * reaches it in one packet. Guarded by the dispatcher's lock.
 */
final class OpenGrabs {
    /** Of those that wait, how many are asked whether they can do a function. Another finds its job when its time is up. */
    private static final int LOOKED_AT = 16;

    /** How many may wait: one thread answers them when their time is up, and must not be held up by a herd of idle workers. */
    private static final int MOST = 256;

    private final Clock clock;
    private final Deadlines deadlines;
    private final Duration patience;
    private final Runnable whenDue;
    /** Who has waited longest is first. */
    private final Set<Peer> waiting = new LinkedHashSet<>();

    private boolean watched;

    /**
     * @param patience how long a GRAB may wait; zero for not at all
     * @param whenDue takes the lock, answers {@link #firstDue} until there is none, and calls {@link #watchAgain}
     */
    OpenGrabs(Clock clock, Deadlines deadlines, Duration patience, Runnable whenDue) {
        this.clock = clock;
        this.deadlines = deadlines;
        this.patience = patience;
        this.whenDue = whenDue;
    }

    /** A GRAB has found nothing. Returns false where it has to be answered at once. */
    boolean add(Peer peer, Dispatcher.Grab kind) {
        if (patience.isZero() || waiting.size() >= MOST) {
            return false;
        }
        peer.openGrab = kind;
        peer.grabbedNanos = clock.nanoTime();
        waiting.add(peer);
        watch();
        return true;
    }

    /** The GRAB of that peer is answered now, or never will be. Returns what it was; null where none was open. */
    Dispatcher.Grab remove(Peer peer) {
        return waiting.remove(peer) ? peer.openGrab : null;
    }

    /** A worker that waits for a job and can do the function: who has waited longest. Null where there is none. */
    Peer firstFor(FunctionQueue function) {
        Iterator<Peer> peers = waiting.iterator();
        for (int i = 0; i < LOOKED_AT && peers.hasNext(); i++) {
            Peer peer = peers.next();
            if (peer.abilities.containsKey(function) && !peer.outbox.isClosed()) {
                return peer;
            }
        }
        return null;
    }

    /** A worker whose time is up, or null. */
    Peer firstDue() {
        Peer first = first();
        return first != null && age(first) >= patience.toNanos() ? first : null;
    }

    /** Comes again when the next one's time is up. */
    void watchAgain() {
        watched = false;
        watch();
    }

    private void watch() {
        Peer first = first();
        if (!watched && first != null) {
            watched = true;
            deadlines.after(Duration.ofNanos(Math.max(0, patience.toNanos() - age(first))), whenDue);
        }
    }

    private Peer first() {
        return waiting.isEmpty() ? null : waiting.iterator().next();
    }

    private long age(Peer peer) {
        return clock.nanoTime() - peer.grabbedNanos;
    }
}
