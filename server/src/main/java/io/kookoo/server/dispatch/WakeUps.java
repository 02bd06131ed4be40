package io.kookoo.server.dispatch;

import io.kookoo.protocol.PacketType;
import io.kookoo.server.time.Clock;
import io.kookoo.server.time.Deadlines;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The NOOPs that have been sent to sleeping workers and not been answered by a GRAB yet. A job needs one worker, so it wakes
 * one: for each function, the woken are kept at min(ready jobs, sleepers). A worker that does not grab within
 * {@link #LIMIT} does not count any more, and another is woken in its place: it may be busy for another server. Guarded by
 * the dispatcher's lock.
 */
final class WakeUps {
    /** How long a woken worker may take to grab before another is woken in its place. */
    static final Duration LIMIT = Duration.ofMillis(100);

    private final Clock clock;
    private final Deadlines deadlines;
    private final Runnable whenDue;
    /** Who was woken first is first. */
    private final Set<Peer> woken = new LinkedHashSet<>();

    private boolean watched;
    private boolean stopped;

    /** @param whenDue takes the lock and calls {@link #passOn} */
    WakeUps(Clock clock, Deadlines deadlines, Runnable whenDue) {
        this.clock = clock;
        this.deadlines = deadlines;
        this.whenDue = whenDue;
    }

    /** Wakes nobody any more. */
    void stop() {
        stopped = true;
    }

    /** Counts again: wakes as many sleepers of the function as there are ready jobs that nobody has been woken for. */
    void count(FunctionQueue function, Deliveries deliveries) {
        while (!stopped && function.woken < function.ready()) {
            Peer sleeper = function.takeSleeper();
            if (sleeper == null) {
                return;
            }
            sleeper.asleep = false;
            sleeper.wokenFor = function;
            sleeper.wokenNanos = clock.nanoTime();
            function.woken++;
            woken.add(sleeper);
            deliveries.to(sleeper.outbox).packet(PacketType.NOOP);
            watch();
        }
    }

    /** The peer has answered or will not any more. Returns the function it was woken for, to be counted again; or null. */
    FunctionQueue clear(Peer peer) {
        FunctionQueue function = peer.wokenFor;
        if (function != null) {
            peer.wokenFor = null;
            function.woken--;
            woken.remove(peer);
        }
        return function;
    }

    /** The peer will not answer, so somebody else is woken where a job still waits. */
    void forget(Peer peer, Deliveries deliveries) {
        FunctionQueue function = clear(peer);
        if (function != null) {
            count(function, deliveries);
        }
    }

    /** Passes on what was not answered within the limit. */
    void passOn(Deliveries deliveries) {
        watched = false;
        for (Peer peer = first(); peer != null && age(peer) >= LIMIT.toNanos(); peer = first()) {
            forget(peer, deliveries);
        }
        watch();
    }

    /** One deadline, for the oldest; it is not moved when that one grabs, but looks again when it comes. */
    private void watch() {
        Peer first = first();
        if (!watched && first != null) {
            watched = true;
            deadlines.after(Duration.ofNanos(Math.max(0, LIMIT.toNanos() - age(first))), whenDue);
        }
    }

    private Peer first() {
        return woken.isEmpty() ? null : woken.iterator().next();
    }

    private long age(Peer peer) {
        return clock.nanoTime() - peer.wokenNanos;
    }
}
