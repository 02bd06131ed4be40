package io.kookoo.server.dispatch;

import io.kookoo.log.LogEvent;
import io.kookoo.protocol.PacketType;
import io.kookoo.server.time.Clock;
import io.kookoo.server.time.Deadlines;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.slf4j.event.Level;

/**
 * Notices jobs that wait although workers that could take them are idle and silent: says so, once for each job, and wakes those that
 * sleep. It should never have to. Guarded by the dispatcher's lock.
 */
final class StallAlarm {
    /** An alarm is late by this part of the limit at most. */
    private static final int LATEST = 8;

    private final Clock clock;
    private final Deadlines deadlines;
    private final Duration limit;
    private final Runnable whenDue;

    private boolean watched;
    /** Until the next look. */
    private long nextNanos;

    /**
     * @param limit how long a job may be ready, and its function hand none out
     * @param whenDue takes the lock and calls {@link #look}, and {@link #watch} where jobs are queued still
     */
    StallAlarm(Clock clock, Deadlines deadlines, Duration limit, Runnable whenDue) {
        this.clock = clock;
        this.deadlines = deadlines;
        this.limit = limit;
        this.nextNanos = limit.toNanos();
        this.whenDue = whenDue;
    }

    /** Jobs are queued: there is a look when the first of them may have waited too long. One deadline at a time. */
    void watch() {
        if (!watched) {
            watched = true;
            deadlines.after(Duration.ofNanos(nextNanos), whenDue);
        }
    }

    void look(Collection<FunctionQueue> functions, Collection<Peer> peers, Deliveries deliveries) {
        watched = false;
        nextNanos = limit.toNanos();
        for (FunctionQueue function : functions) {
            Job oldest = function.oldestReady();
            if (oldest == null || oldest.number == function.alarmed) {
                continue;
            }
            if (waitsTooLong(function, oldest)) {
                raise(function, oldest, peers, deliveries);
            }
            // Where no alarm was raised it may be due as soon as a worker has been silent for long enough.
            long left = limit.toNanos() - (clock.nanoTime() - oldest.readyNanos);
            nextNanos = Math.min(nextNanos, Math.max(left, limit.toNanos() / LATEST));
        }
    }

    private boolean waitsTooLong(FunctionQueue function, Job oldest) {
        long now = clock.nanoTime();
        return now - oldest.readyNanos >= limit.toNanos() && function.handedOutBefore(now - limit.toNanos());
    }

    private void raise(FunctionQueue function, Job oldest, Collection<Peer> peers, Deliveries deliveries) {
        long now = clock.nanoTime();
        List<Peer> idleWorkers = peers.stream()
                .filter(peer -> peer.isIdleWorker()
                        && now - peer.heardNanos() >= limit.toNanos()
                        && peer.abilities.containsKey(function))
                .toList();
        if (idleWorkers.isEmpty()) {
            return;
        }
        function.alarmed = oldest.number;
        Peer first = idleWorkers.get(0);
        deliveries.log(
                Level.ERROR,
                LogEvent.of("stalled")
                        .with("function", function.name.text())
                        .with("handle", oldest.handle().text())
                        .with("ready_ms", (now - oldest.readyNanos) / 1_000_000)
                        .with("queued", function.queued())
                        .with("running", function.running())
                        .with("workers", function.workers)
                        .with("woken", function.woken)
                        .with("idle_workers", idleWorkers.size())
                        .with("conn", first.number)
                        .with("client", first.clientId)
                        .with("asleep", first.asleep)
                        .with("idle_ms", (now - first.heardNanos()) / 1_000_000)
                        .with("effect", "those that sleep are woken again")
                        .toString());
        for (Peer peer : idleWorkers) {
            // None that has grabbed since its last PRE_SLEEP: it does not expect a NOOP.
            if (peer.mayBeWoken) {
                deliveries.to(peer.outbox).packet(PacketType.NOOP);
            }
        }
    }
}
