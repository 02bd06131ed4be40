package io.kookoo.server.node;

import io.kookoo.log.LogEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;

/** A client that has an id, with the connections that it has announced; or what is remembered of one that was lost. Guarded by the lock of {@link Nodes}. */
final class Node {
    final int id;
    final String name;
    final long pid;
    final String address;
    /** When it came first. */
    final Instant since;

    final Set<Link> links = new LinkedHashSet<>(4);
    final RoundTrips roundTrips = new RoundTrips();
    String version;
    /** Ended by connections that have gone. */
    long callsBefore;

    /** Whose place it has taken while that one lived; null for nobody's. */
    Node replaced;

    // Where it is lost:
    long lostNanos;
    /** For how long nothing had come then. */
    Duration silentWhenLost = Duration.ZERO;

    private long refusalToldNanos;
    private boolean refusalTold;

    Node(Announcement announcement, String address, Instant since) {
        this.id = announcement.id();
        this.name = announcement.name();
        this.pid = announcement.pid();
        this.address = address;
        this.since = since;
    }

    /** Whether it is this node that announces itself. */
    boolean is(Announcement announcement, String from) {
        return id == announcement.id()
                && name.equals(announcement.name())
                && pid == announcement.pid()
                && address.equals(from);
    }

    /** Since something came on one of its connections; it has one. */
    Duration silence() {
        return links.stream()
                .map(link -> link.connection.silence())
                .min(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    boolean isLate() {
        return links.stream().allMatch(Link::isLate);
    }

    /** When nothing more comes it is given up after that. */
    Duration patience() {
        return links.stream()
                .map(link -> link.announcement.patience())
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    /** Whether a refusal for its sake is to be told: one a second, whoever tries how often. */
    boolean mayTellRefusal(long nanoTime) {
        if (refusalTold && nanoTime - refusalToldNanos < 1_000_000_000L) {
            return false;
        }
        refusalTold = true;
        refusalToldNanos = nanoTime;
        return true;
    }

    LogEvent event(String what) {
        return LogEvent.of(what)
                .with("id", id)
                .with("name", name)
                .with("address", address)
                .with("pid", pid);
    }
}
