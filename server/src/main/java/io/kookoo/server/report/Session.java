package io.kookoo.server.report;

import io.kookoo.server.dispatch.Job;
import io.kookoo.server.dispatch.Observer;
import io.kookoo.server.dispatch.Outcome;
import io.kookoo.server.dispatch.Peer;
import io.kookoo.server.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Counts what happens for the next report, and who is there: connections that submitted, worked or took a name. Those of the server's own
 * local workers do not count, though their calls do; connections that only look are not even known.
 *
 * <p>Told under the dispatcher's lock (and of names without it); takes its own lock, which nobody holds while waiting for anything: who
 * wants the report takes the whole {@link Span} away under it, and reads that afterwards.
 */
final class Session implements Observer {
    /** Stands for all local workers together. */
    static final String LOCAL_WORKERS = "local workers";

    private final Clock clock;
    private final Predicate<String> isLocal;
    private final Listener listener;

    // Guarded by this.
    private final Map<Peer, Attendee> attendees = new HashMap<>();
    /** Those of them that are no local workers. */
    private int present;
    /** Null while there is nothing to tell of: no attendee and no call since the last one was taken. */
    private Span span;
    /** The last connection to go: the end of the jobs that it was running comes right after its own. */
    private Attendee lastLeft;

    /** Is told under the locks, and so returns at once and asks nothing. */
    interface Listener {
        /** There is something to report, from now on. */
        void began();

        /** Somebody is there, after nobody was. */
        void arrived();

        /** The last one has gone. */
        void deserted();
    }

    /** A connection that counts, or is a local worker. */
    private static final class Attendee {
        final Peer peer;
        /** What it says it is called; {@code -} until then. */
        String clientId = "-";
        /** Null unless it has taken one. */
        String takenName;

        boolean local;
        /** Of this span; null in roles that it does not have. */
        ClientTally asks;

        ClientTally runs;
        ClientTally talks;

        Attendee(Peer peer) {
            this.peer = peer;
        }

        Stream<ClientTally> rows() {
            return Stream.of(asks, runs, talks).filter(Objects::nonNull);
        }

        ClientTally.Key key(Report.Role role) {
            if (local) {
                return new ClientTally.Key(LOCAL_WORKERS, "", role);
            }
            String id = clientId.equals("-") ? "conn-" + peer.number() : clientId;
            return new ClientTally.Key(takenName == null ? id : takenName, peer.address(), role);
        }
    }

    /** @param isLocal whether a client id is that of one of the server's own workers; must not wait for anything */
    Session(Clock clock, Predicate<String> isLocal, Listener listener) {
        this.clock = clock;
        this.isLocal = isLocal;
        this.listener = listener;
    }

    // ---- who is there ----

    @Override
    public synchronized void works(Peer peer) {
        asRunner(attendee(peer));
    }

    /** The connection is called so from now on. Outside of the dispatcher's lock. */
    synchronized void tookName(Peer peer, String name) {
        Attendee attendee = attendee(peer);
        closeRows(attendee, clock.nanoTime());
        attendee.takenName = name;
        reopenRows(attendee);
        if (attendee.asks == null && attendee.runs == null && attendee.talks == null) {
            attendee.talks = span.client(attendee.key(Report.Role.TALKS), peer.since());
        }
    }

    @Override
    public synchronized void named(Peer peer) {
        Attendee attendee = attendees.get(peer);
        if (attendee != null) {
            closeRows(attendee, clock.nanoTime());
            attendee.clientId = peer.clientId();
            boolean local = isLocal.test(attendee.clientId);
            if (local != attendee.local) {
                attendee.local = local;
                span.attended += local ? -1 : 1;
                count(local ? -1 : 1);
            }
            reopenRows(attendee);
        }
    }

    @Override
    public synchronized void left(Peer peer, String reason, int jobsLost) {
        Attendee attendee = attendees.remove(peer);
        if (attendee != null) {
            closeRows(attendee, clock.nanoTime());
            lastLeft = attendee;
            if (!attendee.local) {
                count(-1);
            }
        }
    }

    private Attendee attendee(Peer peer) {
        Attendee attendee = attendees.get(peer);
        if (attendee == null) {
            attendee = new Attendee(peer);
            attendee.clientId = peer.clientId();
            attendee.local = isLocal.test(attendee.clientId);
            attendees.put(peer, attendee);
            if (!attendee.local) {
                span().attended++;
                count(1);
            }
        }
        return attendee;
    }

    private void count(int more) {
        boolean before = present > 0;
        present += more;
        if (present > 0 && !before) {
            listener.arrived();
        } else if (present == 0 && before) {
            listener.deserted();
        }
    }

    private ClientTally asAsker(Attendee attendee) {
        if (attendee.asks == null) {
            attendee.asks = span().client(attendee.key(Report.Role.ASKS), attendee.peer.since());
        }
        return attendee.asks;
    }

    private ClientTally asRunner(Attendee attendee) {
        if (attendee.runs == null) {
            attendee.runs = span().client(attendee.key(Report.Role.RUNS), attendee.peer.since());
        }
        return attendee.runs;
    }

    /** Its rows count it no more, for now; which ones they were stays. */
    private void closeRows(Attendee attendee, long now) {
        long pause = attendee.peer.takeLongestPause(now);
        Instant at = span().instant(now);
        attendee.rows().forEach(row -> row.closed(at, pause));
    }

    /** The same roles again, in this span and under the name it has now; rows that are of no use any more are dropped. */
    private void reopenRows(Attendee attendee) {
        attendee.asks = reopened(attendee.asks, attendee);
        attendee.runs = reopened(attendee.runs, attendee);
        attendee.talks = reopened(attendee.talks, attendee);
    }

    private ClientTally reopened(ClientTally row, Attendee attendee) {
        if (row == null) {
            return null;
        }
        span.removeIfVoid(row);
        return span.client(attendee.key(row.key().role()), attendee.peer.since());
    }

    // ---- calls ----

    @Override
    public synchronized void submitted(Peer peer, Job job) {
        span().submitted();
        // After a commit it may have gone already, and must not be there again.
        if (!peer.isGone()) {
            ClientTally asker = asAsker(attendee(peer));
            asker.calls++;
            asker.bytes += job.workload().length();
        }
    }

    @Override
    public synchronized void retried(Job job, String reason) {
        span().retried(job);
    }

    @Override
    public synchronized void ended(Job job) {
        boolean failed = job.outcome() != Outcome.DONE;
        long result = job.said() == null ? 0 : job.said().length();
        long size = job.workload().length() + result;
        long nanos = job.startedNanos() == 0 ? -1 : job.endedNanos() - job.startedNanos();
        span().ended(job, failed, size, nanos);
        Attendee runner = job.worker() == null ? null : known(job.worker());
        if (runner != null) {
            asRunner(runner).ended(failed, size, nanos);
        }
        for (Peer peer : job.waiting()) {
            Attendee waiting = attendees.get(peer);
            if (waiting != null) {
                ClientTally asker = asAsker(waiting);
                asker.bytes += result;
                asker.failures += failed ? 1 : 0;
                asker.times.record(job.endedNanos() - job.createdNanos());
            }
        }
    }

    /** Also where it has just gone; null where it does not count. */
    private Attendee known(Peer peer) {
        Attendee attendee = attendees.get(peer);
        return attendee == null && lastLeft != null && lastLeft.peer == peer ? lastLeft : attendee;
    }

    private Span span() {
        if (span == null) {
            span = new Span(clock.now(), clock.nanoTime());
            listener.began();
        }
        return span;
    }

    // ---- the report ----

    /**
     * Ends the span and tells of it; who is still there is there in the next one, from its beginning. Empty where there was no call.
     *
     * @param onlyIfDeserted nothing happens while somebody is there
     */
    Optional<Report> take(Report.Reason reason, boolean onlyIfDeserted) {
        Span taken;
        long end;
        synchronized (this) {
            if (span == null || onlyIfDeserted && present > 0) {
                return Optional.empty();
            }
            taken = span;
            end = clock.nanoTime();
            lastLeft = null;
            for (Attendee attendee : attendees.values()) {
                long pause = attendee.peer.takeLongestPause(end);
                attendee.rows().forEach(row -> row.paused(pause));
            }
            span = null;
            if (present > 0) {
                span().attended = present;
            }
            attendees.values().forEach(this::carryOver);
        }
        return taken.hasCalls() ? Optional.of(taken.report(reason, end)) : Optional.empty();
    }

    /** Into the next span; where there is none yet, a local worker has rows when it does something. */
    private void carryOver(Attendee attendee) {
        if (span == null) {
            attendee.asks = null;
            attendee.runs = null;
            attendee.talks = null;
        } else {
            reopenRows(attendee);
        }
    }
}
