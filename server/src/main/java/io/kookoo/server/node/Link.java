package io.kookoo.server.node;

import io.kookoo.server.dispatch.Peer;
import io.kookoo.server.net.Connection;
import io.kookoo.server.time.Deadlines;
import java.time.Duration;
import java.util.Objects;

/** One connection as the {@link Nodes} see it: a node's once it has announced one. What changes is guarded by their lock. */
public final class Link {
    final Peer peer;
    final Connection connection;

    /** Whose it is; null before it is any, and after its end. Written under the lock, and read by its own reading thread without. */
    volatile Node node;

    /** With which it became one; null before. */
    Announcement announcement;

    /** It understands {@code stop}. */
    boolean controlled;

    /** It is about to end in good order. */
    boolean leaving;

    /** For how long nothing had come when it was given up; zero where it was not. */
    Duration silent = Duration.ZERO;

    /** The next look at its silence; null while there is none. */
    Deadlines.Deadline look;

    public Link(Peer peer, Connection connection) {
        this.peer = Objects.requireNonNull(peer);
        this.connection = Objects.requireNonNull(connection);
    }

    /** For its own reading thread: whether what it sends is a node's. */
    boolean isOfNode() {
        return node != null;
    }

    boolean isLate() {
        return connection.silence().compareTo(announcement.lateness()) > 0;
    }
}
